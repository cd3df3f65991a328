package io.leonardoroutes.rest;

import io.leonardoroutes.auth.RestSettings;
import io.leonardoroutes.health.Outages;
import io.leonardoroutes.settings.BadSetting;
import io.leonardoroutes.settings.FileVersion;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.net.KeyStoreOptions;
import io.vertx.core.net.SSLOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The key and certificate of the server. After the keystore changes, new connections get the new
 * certificate; open ones are kept.
 */
final class ServerCertificate {
  private static final Logger LOG = LoggerFactory.getLogger(ServerCertificate.class);

  private static final List<String> FORWARD_SECRET =
      List.of(
          "TLS_AES_256_GCM_SHA384",
          "TLS_AES_128_GCM_SHA256",
          "TLS_CHACHA20_POLY1305_SHA256",
          "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
          "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
          "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
          "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
          "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
          "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256");

  private final RestSettings.Tls tls;
  private final Outages outages;
  private volatile FileVersion version;

  /**
   * @throws IOException if the keystore does not exist
   */
  ServerCertificate(RestSettings.Tls tls, Outages outages) throws IOException {
    this.tls = tls;
    this.outages = outages;
    this.version = FileVersion.of(tls.keystore());
  }

  /**
   * TLS 1.3, and TLS 1.2 with AEAD ciphers and ephemeral keys only (forward secrecy): who steals
   * the server's key later cannot decrypt recorded traffic.
   */
  static SSLOptions onlyForwardSecret(SSLOptions options) {
    FORWARD_SECRET.forEach(options::addEnabledCipherSuite);
    return options.setEnabledSecureTransportProtocols(Set.of("TLSv1.3", "TLSv1.2"));
  }

  /** Loads a changed keystore; one that cannot be used is reported, and changes nothing. */
  void renew(HttpServer server) {
    try {
      FileVersion now = FileVersion.of(tls.keystore());
      if (now.equals(version)) {
        outages.reportUp(RestSettings.KEYSTORE);
        return;
      }
      tls.check();
      KeyStoreOptions store =
          new KeyStoreOptions()
              .setType(tls.type())
              .setPassword(tls.secret())
              .setValue(Buffer.buffer(Files.readAllBytes(tls.keystore())));
      server
          .updateSSLOptions(
              onlyForwardSecret(new SSLOptions().setUseAlpn(true).setKeyCertOptions(store)))
          .onSuccess(changed -> renewed(now))
          .onFailure(this::keepLast);
    } catch (IOException | BadSetting e) {
      keepLast(e);
    }
  }

  private void renewed(FileVersion now) {
    version = now;
    outages.reportUp(RestSettings.KEYSTORE);
    LOG.info("{} has changed: new connections see the new certificate", RestSettings.KEYSTORE);
  }

  private void keepLast(Throwable failure) {
    String why = failure instanceof BadSetting bad ? bad.why() : String.valueOf(failure);
    outages.reportDown(RestSettings.KEYSTORE, why + "; the last one is used");
  }
}
