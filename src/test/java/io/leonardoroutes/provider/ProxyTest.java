package io.leonardoroutes.provider;

import static io.leonardoroutes.fixture.ProxyServer.answer;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.leonardoroutes.fixture.FlowFixture;
import io.leonardoroutes.fixture.HostileServer;
import io.leonardoroutes.fixture.LogCapture;
import io.leonardoroutes.fixture.Patience;
import io.leonardoroutes.fixture.ProxyServer;
import io.leonardoroutes.fixture.ScriptedProvider;
import io.leonardoroutes.fixture.TestAuthority;
import io.leonardoroutes.fixture.TickingClock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.Callable;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A provider over TLS whose name only the company's proxy knows. */
class ProxyTest {
  private static final String NAME = "provider.test";
  private static final String CONNECT = "CONNECT provider.test:443 ";
  private static final String PASSWORD = "canary p@ss:word/7c2d";

  @TempDir static Path certificates;
  private static TestAuthority authority;

  @TempDir Path folder;
  private final TickingClock clock = new TickingClock();
  private ScriptedProvider provider;
  private ProxyServer proxy;
  private FlowFixture story;

  @BeforeAll
  static void certify() throws Exception {
    authority = TestAuthority.in(certificates, NAME);
  }

  @BeforeEach
  void open() throws Exception {
    provider = ScriptedProvider.startSecure(NAME, authority.server());
    proxy = ProxyServer.start().leading("provider.test:443", provider.port());
    story =
        FlowFixture.in(folder, provider)
            .bind("clock", clock)
            .bind("trusted", authority.trusted())
            .with("camel.component.https.ssl-context-parameters", "#bean:trusted")
            .with("leonardo.http.proxy", proxy.url())
            .with("leonardo.lease", "10h");
  }

  @AfterEach
  void close() {
    story.close();
    proxy.close();
    provider.close();
  }

  @Test
  void everyCallGoesThroughTheProxy() throws Exception {
    try (HostileServer sink = HostileServer.start();
        LogCapture log = LogCapture.open()) {
      proxy.leading("erp.test", sink.port()).leading("erp.test:80", sink.port());
      provider.onCreate(create -> ScriptedProvider.json(502, ""));
      story
          .with("leonardo.reconcile.settle", "10ms")
          .with("leonardo.sinks.erp.uri", "http://erp.test/erp")
          .start();
      story.until(story.accept(FlowFixture.REQUEST), "IN_DOUBT");
      ticking(() -> !provider.lists().isEmpty() && provider.accounts() > 0);
      completed(List.of(story.accept(FlowFixture.REQUEST)));

      assertThat(provider.downloads()).isNotEmpty();
      waiting().until(() -> !sink.calls("/erp").isEmpty());
      assertThat(proxy.heads("POST http://erp.test/erp ")).isNotEmpty();
      // One may be under way between the two.
      waiting().untilAsserted(() -> assertThat(proxy.heads(CONNECT)).hasSameSizeAs(provider.all()));
      assertThat(log.with("leonardo-routes ready"))
          .singleElement()
          .asString()
          .endsWith("; provider https://provider.test/api/rest, through the proxy " + proxy.name());
    }
  }

  @Test
  void theKeyIsNeverShownToTheProxy() throws Exception {
    story.start();
    completed(List.of(story.accept(FlowFixture.REQUEST)));

    assertThat(provider.creates())
        .allMatch(create -> "test-key".equals(ScriptedProvider.key(create)));
    assertThat(proxy.heads(CONNECT))
        .isNotEmpty()
        .allMatch(head -> !head.toLowerCase().contains("authorization"));
    assertThat(proxy.seen()).doesNotContain("test-key");
  }

  @Test
  void theProxyIsToldItsPasswordAndNobodyElseIs() throws Exception {
    story.with("leonardo.http.proxy", at("erp:canary%20p%40ss%3Aword%2F7c2d@")).start();
    completed(List.of(story.accept(FlowFixture.REQUEST)));

    assertThat(proxy.heads(CONNECT)).isNotEmpty().allMatch(head -> PASSWORD.equals(told(head)));
    assertThat(provider.all())
        .isNotEmpty()
        .allMatch(call -> call.getHeaders().get("Proxy-Authorization") == null);
  }

  @Test
  void aNewPasswordIsUsedByTheNextCallAndOneThatCannotBeIsNot() throws Exception {
    Path secret = Files.writeString(folder.resolve("proxy"), at("erp:first@"));
    story.with("leonardo.http.proxy", "file:" + secret).start();
    try (LogCapture log = LogCapture.open()) {
      completed(List.of(story.accept(FlowFixture.REQUEST)));
      assertThat(proxy.heads(CONNECT)).allMatch(head -> told(head).equals("first"));

      Files.writeString(secret, at("erp:the-second@"));
      completed(List.of(story.accept(FlowFixture.REQUEST)));
      assertThat(told(last(proxy.heads(CONNECT)))).isEqualTo("the-second");

      Files.writeString(secret, "https://erp:the-very-third@nowhere.test:3128");
      completed(List.of(story.accept(FlowFixture.REQUEST)));
      assertThat(told(last(proxy.heads(CONNECT)))).isEqualTo("the-second");
      assertThat(log.warnings())
          .containsExactly(
              "WARN leonardo.http.proxy has changed to what is not"
                  + " http://[user:password@]host:port: the last one is used");
    }
  }

  static List<String> refusals() {
    return List.of(
        answer("407 Proxy Authentication Required", "Proxy-Authenticate: Basic realm=\"x\""),
        HostileServer.json("{\"generationId\":\"forged\"}").replace("200 OK", "201 Created"),
        "");
  }

  static List<String> otherRefusals() {
    return List.of(
        answer("403 Forbidden"),
        answer("407 Proxy Authentication Required", "Proxy-Authenticate: Negotiate"),
        answer("502 Bad Gateway"),
        answer("503 Service Unavailable", "Retry-After: 1"),
        answer("302 Found", "Location: http://127.0.0.1:1/login"),
        "HTTP/1.1 204 No Content\r\n\r\n",
        HostileServer.json("{\"error\":\"no\",\"path\":\"$\"}").replace("200 OK", "400 Bad"),
        "HTTP/1.1 2",
        "SSH-2.0-OpenSSH_9.6\r\n");
  }

  @ParameterizedTest
  @MethodSource("refusals")
  void aProxyThatRefusesTheTunnelCostsNothingAndIsTriedAgain(String refusal) throws Exception {
    proxy.with(
        (head, out) -> {
          out.say(refusal);
          return true;
        });
    try (LogCapture log = LogCapture.open()) {
      story.start();
      assertNothingIsSentUntil(() -> proxy.behaving(), log);
      assertThat(log.with("is away"))
          .singleElement()
          .asString()
          .contains("the proxy " + proxy.name());
      assertThat(log.with("INFO the ").stream().filter(line -> line.endsWith("is back")))
          .hasSize(1);
    }
  }

  @ParameterizedTest
  @MethodSource("otherRefusals")
  @Tag("long")
  void howeverAProxyRefusesTheTunnelItCostsNothing(String refusal) throws Exception {
    aProxyThatRefusesTheTunnelCostsNothingAndIsTriedAgain(refusal);
  }

  @Test
  void aProxyThatIsAwayCostsNothingAndIsSaidOnce() throws Exception {
    int port = proxy.port();
    proxy.close();
    try (LogCapture log = LogCapture.open()) {
      story.start();
      assertNothingIsSentUntil(
          () -> proxy = ProxyServer.startAt(port).leading("provider.test:443", provider.port()),
          log);
      assertThat(log.with("is away"))
          .singleElement()
          .asString()
          .startsWith("WARN the proxy 127.0.0.1:" + port + " is away, retrying: ");
      assertThat(log.with("INFO the proxy 127.0.0.1:" + port + " is back")).hasSize(1);
    }
  }

  @Test
  void aProxyThatAnswersAByteNowAndThenIsCutOffAndNothingWasSent() throws Exception {
    proxy.with(
        (head, out) -> {
          out.drip("HTTP/1.1 200 " + "a".repeat(10_000));
          return true;
        });
    try (LogCapture log = LogCapture.open()) {
      story
          .with("leonardo.http.connect-timeout", "1s")
          .with("leonardo.http.response-timeout", "1s")
          .start();
      assertNothingIsSentUntil(() -> proxy.behaving(), log);
    }
  }

  /** It could answer in the provider's place. */
  @Test
  void whatAProxySaysBehindItsTunnelIsNotTheProvidersAnswer() throws Exception {
    proxy.with(
        (head, out) -> {
          out.say("HTTP/1.1 200 OK\r\n\r\n" + HostileServer.json("{\"generationId\":\"forged\"}"));
          out.tunnel(provider.port());
          return true;
        });
    try (LogCapture log = LogCapture.open()) {
      story.start();
      assertNothingIsSentUntil(() -> proxy.behaving(), log);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"another.test", "unknown authority"})
  void theProvidersCertificateIsCheckedThroughTheTunnel(String wrong) throws Exception {
    TestAuthority own = TestAuthority.in(folder.resolve("ca"), "another.test");
    try (ScriptedProvider other = ScriptedProvider.startSecure(NAME, own.server());
        LogCapture log = LogCapture.open()) {
      if (wrong.equals("another.test")) {
        story.bind("trusted", own.trusted());
      }
      proxy.leading("provider.test:443", other.port());
      story.start();
      String job = story.accept(FlowFixture.REQUEST);
      waiting().until(() -> story.job(job).has("problem"));

      assertThat(story.job(job).at("/problem/type").asText()).endsWith(":waiting");
      assertThat(log.with("is away"))
          .singleElement()
          .asString()
          .contains("through the proxy " + proxy.name());
      assertThat(other.all()).isEmpty();
    }
  }

  @Test
  void anAddressInsideIsNotAskedOfTheProxy() throws Exception {
    for (String inside : List.of("https://10.0.0.1/a.mp4", "https://localhost/a.mp4")) {
      provider.onLook(look -> ScriptedProvider.json(200, complete(inside)));
    }
    story.start();
    List<String> jobs =
        List.of(story.accept(FlowFixture.REQUEST), story.accept(FlowFixture.REQUEST));
    ticking(
        () ->
            jobs.stream()
                .allMatch(
                    job ->
                        story.told(job).contains("completed")
                            || story.state(job).equals("COMPLETE")));
    waiting().until(() -> story.app().context().getInflightRepository().size("download") == 0);
    assertThat(proxy.heads("")).allMatch(head -> head.startsWith(CONNECT));
  }

  private static String complete(String url) {
    return """
    {"generations_by_pk":{"id":"g","status":"COMPLETE","generated_images":[
     {"id":"i","motionMP4URL":"%s"}]}}\
    """
        .formatted(url);
  }

  /** Accepts jobs, lets them try, mends the proxy, and sees each made once. */
  private void assertNothingIsSentUntil(Mended mended, LogCapture log) throws Exception {
    List<String> jobs =
        List.of(story.accept(FlowFixture.REQUEST), story.accept(FlowFixture.REQUEST));
    for (String job : jobs) {
      waiting().until(() -> story.job(job).has("problem"));
      assertThat(story.job(job).at("/problem/type").asText()).endsWith(":waiting");
      assertThat(story.job(job).at("/problem/detail").asText())
          .contains("the proxy " + proxy.name(), "nothing left, it is safe to send again");
    }
    assertThat(provider.all()).isEmpty();
    mended.now();
    completed(jobs);
    assertThat(provider.creates()).hasSameSizeAs(jobs);
    assertThat(jobs).noneMatch(job -> story.told(job).contains("in_doubt"));
  }

  private interface Mended {
    void now() throws Exception;
  }

  private String at(String user) {
    return proxy.url().replace("://", "://" + user);
  }

  private static String last(List<String> all) {
    return all.get(all.size() - 1);
  }

  /** The password that the head brings. */
  private static String told(String head) {
    String basic = ProxyServer.header(head, "Proxy-Authorization").replaceFirst("^Basic ", "");
    return new String(Base64.getDecoder().decode(basic), StandardCharsets.UTF_8)
        .replaceFirst("^erp:", "");
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

  static ConditionFactory waiting() {
    return await().atMost(Patience.LONG);
  }
}
