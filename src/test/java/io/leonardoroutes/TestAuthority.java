package io.leonardoroutes;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.apache.camel.support.jsse.KeyStoreParameters;
import org.apache.camel.support.jsse.SSLContextParameters;
import org.apache.camel.support.jsse.TrustManagersParameters;

/** A certificate authority that nobody trusts by itself, as that of a company. */
record TestAuthority(Path folder) {
  static final String PASSWORD = "changeit";

  /** With an authority of its own, and a server's certificate for those names. */
  static TestAuthority in(Path folder, String... names) throws Exception {
    Files.createDirectories(folder);
    TestAuthority authority = new TestAuthority(folder);
    authority.keytool("ca", "-ext", "bc:c");
    List<String> dns = List.of(names).stream().map(name -> "dns:" + name).toList();
    authority.keytool("server", "-signer", "ca", "-ext", "SAN=" + String.join(",", dns));
    KeyStore trusted = KeyStore.getInstance("PKCS12");
    trusted.load(null, null);
    trusted.setCertificateEntry("ca", authority.keys().getCertificate("ca"));
    try (OutputStream out = Files.newOutputStream(authority.trustStore())) {
      trusted.store(out, PASSWORD.toCharArray());
    }
    return authority;
  }

  private void keytool(String alias, String... more) throws IOException, InterruptedException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-keyalg",
                "EC",
                "-alias",
                alias,
                "-dname",
                "CN=" + alias,
                "-storetype",
                "PKCS12",
                "-storepass",
                PASSWORD,
                "-keystore",
                folder.resolve("keys.p12").toString()));
    command.addAll(List.of(more));
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    assertThat(process.waitFor()).isZero();
  }

  private KeyStore keys() throws GeneralSecurityException, IOException {
    KeyStore keys = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(folder.resolve("keys.p12"))) {
      keys.load(in, PASSWORD.toCharArray());
    }
    return keys;
  }

  /** As {@code javax.net.ssl.trustStore} names it. */
  Path trustStore() {
    return folder.resolve("trusted.p12");
  }

  /** What the server shows. */
  SSLContext server() throws GeneralSecurityException, IOException {
    KeyStore keys = keys();
    keys.deleteEntry("ca");
    KeyManagerFactory shown =
        KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    shown.init(keys, PASSWORD.toCharArray());
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(shown.getKeyManagers(), null, null);
    return context;
  }

  /** What a Camel component is told that trusts it. */
  SSLContextParameters trusted() {
    KeyStoreParameters store = new KeyStoreParameters();
    store.setResource("file:" + trustStore());
    store.setPassword(PASSWORD);
    store.setType("PKCS12");
    TrustManagersParameters trust = new TrustManagersParameters();
    trust.setKeyStore(store);
    SSLContextParameters parameters = new SSLContextParameters();
    parameters.setTrustManagers(trust);
    return parameters;
  }
}
