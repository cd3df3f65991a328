package io.leonardoroutes.provider;

import static io.leonardoroutes.fixture.ProxyServer.answer;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.leonardoroutes.fixture.App;
import io.leonardoroutes.fixture.FlowFixture;
import io.leonardoroutes.fixture.HostileServer;
import io.leonardoroutes.fixture.LogCapture;
import io.leonardoroutes.fixture.Patience;
import io.leonardoroutes.fixture.ProxyServer;
import io.leonardoroutes.fixture.ScriptedProvider;
import io.leonardoroutes.fixture.TickingClock;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A proxy that reads what it forwards, as the provider's address is one of plain http. */
class PlainProxyTest {
  @TempDir Path folder;
  private final TickingClock clock = new TickingClock();
  private ScriptedProvider provider;
  private ProxyServer proxy;
  private FlowFixture story;

  @BeforeEach
  void open() throws Exception {
    provider = ScriptedProvider.start();
    proxy = ProxyServer.start();
    story =
        FlowFixture.in(folder, provider)
            .bind("clock", clock)
            .with("leonardo.http.proxy", proxy.url().replace("://", "://erp:old-password@"))
            .with("leonardo.reconcile", "hold")
            .with("leonardo.lease", "10h");
  }

  @AfterEach
  void close() {
    story.close();
    proxy.close();
    provider.close();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "Basic realm=\"x\"|<html>",
        "Digest realm=\"x\", nonce=\"y\"|<html>",
        "Negotiate|{}"
      })
  void aProxyThatAsksForAPasswordDoesNotGetTheCreateTwice(String scheme, String page)
      throws Exception {
    String asks =
        "{}".equals(page)
            ? HostileServer.json("{\"error\":\"cannot proxy: parameters.user is missing\"}")
                .replace("200 OK", "407 Proxy Authentication Required\r\nProxy-Authenticate: x")
            : answer("407 Proxy Authentication Required", "Proxy-Authenticate: " + scheme);
    proxy.with(
        (head, out) -> {
          out.say(asks);
          return true;
        });
    try (LogCapture log = LogCapture.open()) {
      story.start();
      String job = story.accept(FlowFixture.REQUEST);
      waiting().until(() -> story.job(job).has("problem"));
      assertThat(story.job(job).at("/problem/type").asText()).endsWith(":waiting");
      assertThat(proxy.heads("POST ")).hasSize(1);

      proxy.behaving();
      completed(List.of(job));
      assertThat(proxy.heads("POST ")).hasSize(2);
      assertThat(provider.creates()).hasSize(1);
      assertThat(log.with("the proxy " + proxy.name() + " is away")).hasSize(1);
      assertThat(log.with("INFO the proxy " + proxy.name() + " is back")).hasSize(1);
    }
  }

  @Test
  void aProxyThatBreaksOnceItHasTheCreatePutsTheJobInDoubt() throws Exception {
    proxy.with(
        (head, out) -> {
          if (head.startsWith("POST ")) {
            out.say(answer("502 Bad Gateway"));
            return true;
          }
          return false;
        });
    story.start();

    assertThat(story.submitted(story.accept(FlowFixture.REQUEST)).get("state").asText())
        .isEqualTo("IN_DOUBT");
    assertThat(proxy.heads("POST ")).hasSize(1);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {"127.0.0.1", "*", "10.0.0.0/8, 127.0.0.0/8", ".corp.test,127.0.0.1:PORT"})
  void noProxyHostsAreCalledDirectly(String list) throws Exception {
    String port = provider.host().replaceFirst(".*:", "");
    story.with("leonardo.http.no-proxy", list.replace("PORT", port)).start();
    completed(List.of(story.accept(FlowFixture.REQUEST)));

    assertThat(proxy.heads("")).isEmpty();
  }

  @Test
  void withoutAProxyCallsAreDirect() throws Exception {
    story.with("leonardo.http.proxy", "none").start();
    completed(List.of(story.accept(FlowFixture.REQUEST)));

    assertThat(proxy.heads("")).isEmpty();
  }

  @Test
  void theSandboxIsCalledDirectly() throws Exception {
    try (App app =
        App.in(folder.resolve("sandbox"))
            .with("leonardo.sandbox", "true")
            .with("leonardo.sandbox.port", String.valueOf(App.freePort()))
            .with("leonardo.http.proxy", proxy.url())
            .with("leonardo.file.enabled", "true")
            .start()) {
      waiting()
          .until(
              () -> {
                String[] files = app.outbox().toFile().list();
                return files != null && String.join(" ", files).contains(".mp4");
              });
    }
    assertThat(proxy.heads("")).isEmpty();
  }

  /** While time goes by. */
  private void ticking(Callable<Boolean> until) {
    await()
        .atMost(Patience.LONG)
        .until(
            () -> {
              clock.tick(Duration.ofMinutes(1));
              return until.call();
            });
  }

  private void completed(List<String> jobs) {
    ticking(() -> jobs.stream().allMatch(job -> story.told(job).contains("completed")));
  }

  private static ConditionFactory waiting() {
    return await().atMost(Patience.LONG);
  }
}
