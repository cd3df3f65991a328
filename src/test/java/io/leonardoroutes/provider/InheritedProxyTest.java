package io.leonardoroutes.provider;

import static org.assertj.core.api.Assertions.assertThat;

import io.leonardoroutes.fixture.FlowFixture;
import io.leonardoroutes.fixture.ProgramProcess;
import io.leonardoroutes.fixture.ProxyServer;
import io.leonardoroutes.fixture.ScriptedProvider;
import io.leonardoroutes.fixture.TestAuthority;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The program in a process of its own, with nothing set but what every program heeds. */
@Tag("long")
class InheritedProxyTest {
  private static final String CONNECT = "CONNECT provider.test:443 ";

  @TempDir Path folder;
  private ScriptedProvider provider;
  private ProxyServer proxy;
  private ProgramProcess program;

  @BeforeEach
  void open() throws Exception {
    TestAuthority company = TestAuthority.in(folder.resolve("ca"), "provider.test");
    provider = ScriptedProvider.startSecure("provider.test", company.server());
    proxy = ProxyServer.start().leading("provider.test:443", provider.port());
    program =
        ProgramProcess.in(folder)
            .inHeap("128m")
            .at(provider)
            .with("javax.net.ssl.trustStore", company.trustStore().toString())
            .with("javax.net.ssl.trustStorePassword", TestAuthority.PASSWORD);
  }

  @AfterEach
  void close() {
    program.close();
    proxy.close();
    provider.close();
  }

  @Test
  void theEnvironmentsProxyIsHeeded() throws Exception {
    program.variable("HTTPS_PROXY", proxy.url().replace("://", "://erp:secret@")).start();
    program.drop("a.json", FlowFixture.REQUEST);
    program.delivered(".mp4");

    assertThat(program.said("through the proxy " + proxy.name())).hasSize(1);
    assertThat(program.said("secret")).isEmpty();
    assertThat(proxy.heads(CONNECT))
        .isNotEmpty()
        .allMatch(head -> ProxyServer.header(head, "Proxy-Authorization") != null);
  }

  @Test
  void theJvmsProxyIsHeededBeforeTheEnvironments() throws Exception {
    program
        .variable("HTTPS_PROXY", "http://127.0.0.1:1")
        .with("https.proxyHost", "127.0.0.1")
        .with("https.proxyPort", String.valueOf(proxy.port()))
        .start();
    program.drop("a.json", FlowFixture.REQUEST);
    program.delivered(".mp4");

    assertThat(proxy.heads(CONNECT)).isNotEmpty();
  }

  @Test
  void theSettingsProxyIsHeededBeforeAllOthers() throws Exception {
    program
        .variable("HTTPS_PROXY", "http://127.0.0.1:1")
        .with("https.proxyHost", "127.0.0.1")
        .with("https.proxyPort", "1")
        .variable("LEONARDO_HTTP_PROXY", proxy.url())
        .start();
    program.drop("a.json", FlowFixture.REQUEST);
    program.delivered(".mp4");

    assertThat(proxy.heads(CONNECT)).isNotEmpty();
  }
}
