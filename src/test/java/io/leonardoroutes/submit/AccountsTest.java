package io.leonardoroutes.submit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.leonardoroutes.fixture.FlowFixture;
import io.leonardoroutes.fixture.InboxFixture;
import io.leonardoroutes.fixture.LedgerRows;
import io.leonardoroutes.fixture.LogCapture;
import io.leonardoroutes.fixture.Patience;
import io.leonardoroutes.fixture.RestClient;
import io.leonardoroutes.fixture.ScriptedProvider;
import io.leonardoroutes.fixture.TickingClock;
import io.leonardoroutes.flow.FlowProperties;
import io.leonardoroutes.flow.LeonardoSettings;
import io.leonardoroutes.problem.RequestRejected;
import io.leonardoroutes.provider.ProviderClient;
import io.leonardoroutes.settings.SettingReader;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import mockwebserver3.RecordedRequest;
import org.apache.camel.Exchange;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two accounts at one provider, each with a key of its own. */
class AccountsTest {
  private static final String HOUSE = "test-key";
  private static final String STUDIO = "studio-canary-key";
  private static final Duration SETTLE = Duration.ofSeconds(30);

  @TempDir Path folder;
  private ScriptedProvider provider;
  private FlowFixture story;

  @BeforeEach
  void open() throws IOException {
    provider = ScriptedProvider.start();
    story = story();
  }

  @AfterEach
  void close() {
    story.close();
    provider.close();
  }

  private FlowFixture story() {
    return FlowFixture.in(folder, provider).with("leonardo.tick", "20ms");
  }

  private FlowFixture withStudio() {
    return story.with("leonardo.accounts.studio.api-key", STUDIO);
  }

  private String accept(String account) {
    String of = account == null ? "" : "\"account\":\"%s\",".formatted(account);
    return story.accept(
        """
        {"model":"kling-3.0-turbo",%s"parameters":{"prompt":"a koala","width":1280,"height":720}}\
        """
            .formatted(of));
  }

  @Test
  void everyCallForAJobIsMadeByTheKeyOfItsAccount() throws Exception {
    withStudio().start();
    String ours = accept(null);
    await().atMost(Patience.LONG).until(() -> provider.creates().size() == 1);
    String studios = accept("studio");
    story.until(ours, "COMPLETE");
    story.until(studios, "COMPLETE");

    assertThat(provider.creates()).extracting(ScriptedProvider::key).containsExactly(HOUSE, STUDIO);
    Map<String, String> looks =
        provider.looks().stream()
            .collect(
                Collectors.toMap(
                    AccountsTest::generation, ScriptedProvider::key, (one, other) -> one));
    assertThat(looks).isEqualTo(Map.of("gen-1", HOUSE, "gen-2", STUDIO));
    waiting().until(() -> provider.downloads().size() == 2);
    assertThat(provider.downloads()).extracting(ScriptedProvider::key).containsOnlyNulls();
    waiting().until(() -> provider.accounts() == 2);
    assertThat(provider.all())
        .allSatisfy(
            call ->
                assertThat(call.getHeaders().names())
                    .doesNotContain(ProviderClient.ACCOUNT, ProviderClient.PERMIT));
    assertThat(story.job(ours).get("account").asText()).isEqualTo("default");
    assertThat(story.told(studios, "completed").at("/data/account").asText()).isEqualTo("studio");
    assertThat(provider.creates().get(1).getBody().utf8()).doesNotContain("account");
  }

  @Test
  void manyAccountsShareAsManyThreadsAsCamelLetsAQueueHave() throws Exception {
    for (int i = 1; i <= 64; i++) {
      story.with("leonardo.accounts.a%s.api-key".formatted(i), "the-key-of-account-" + i);
    }
    story.with("leonardo.limits.concurrent", "10").start();

    String first = accept("a1");
    String last = accept("a64");

    story.told(first, "completed");
    story.told(last, "completed");
    assertThat(provider.creates())
        .extracting(ScriptedProvider::key)
        .containsExactlyInAnyOrder("the-key-of-account-1", "the-key-of-account-64");
  }

  @Test
  void oneAccountMayHaveTenThousandJobsAtOnce() throws Exception {
    story.with("leonardo.limits.concurrent", "10000").start();

    story.told(accept(null), "completed");
  }

  @Test
  void anAccountThatIsFullOrSlowedOrOverItsBudgetHoldsUpNoOther() throws Exception {
    provider.onCreate(
        request -> provider.created(),
        request ->
            ScriptedProvider.json(429, "{\"error\":\"slow down\"}")
                .newBuilder()
                .setHeader("Retry-After", "600")
                .build());
    withStudio()
        .with("leonardo.track.first", "1h")
        .with("leonardo.track.every", "1h") // nor sooner because a slot is wanted
        .with("leonardo.accounts.studio.limits.concurrent", "1")
        .with("leonardo.accounts.slow.api-key", "slow-key")
        .with("leonardo.accounts.poor.api-key", "poor-key")
        .with("leonardo.accounts.poor.budget.per-day", "0.02")
        .start();
    String first = accept("studio");
    story.until(first, "RUNNING");
    String full = accept("studio");
    String slowed = accept("slow");
    waiting().until(() -> provider.creates().size() == 2);
    story.until(accept("poor"), "RUNNING");
    String poor = accept("poor");
    waiting().until(() -> story.job(poor).path("warnings").size() == 1);

    String other = accept(null);
    story.until(other, "RUNNING");

    assertThat(List.of(full, slowed, poor)).extracting(story::state).containsOnly("ACCEPTED");
    assertThat(story.job(poor).at("/warnings/0").asText())
        .endsWith("with a higher leonardo.accounts.poor.budget.per-day");
    assertThat(provider.creates())
        .extracting(ScriptedProvider::key)
        .containsExactly(STUDIO, "slow-key", "poor-key", HOUSE);
  }

  @Test
  void costsAndBudgetsAreToldOfEachAccount() throws Exception {
    withStudio()
        .with("leonardo.rest.enabled", "true")
        .with("leonardo.budget.per-day", "5")
        .with("leonardo.accounts.studio.budget.per-day", "7.50")
        .bind("clock", new TickingClock())
        .start();
    story.until(accept("studio"), "RUNNING");

    assertThat(RestClient.json(RestClient.of(story.app()).get("/costs")))
        .isEqualTo(
            FlowFixture.json(
                """
                {"items":[{"day":"2026-11-21","account":"studio","model":"kling-3.0-turbo",
                           "amount":"0.0147","unit":"DOLLARS","jobs":1}],
                 "budget":{"day":"2026-11-21","amount":"5","used":"0","unit":"DOLLARS"},
                 "budgets":[{"account":"studio","day":"2026-11-21","amount":"7.50",
                             "used":"0.0147","unit":"DOLLARS"}]}\
                """));
  }

  @Test
  void aJobWhoseAccountIsGoneStaysAsItIsUntilTheAccountIsBack() throws Exception {
    withStudio()
        .with("leonardo.track.first", "1ms")
        .with("leonardo.accounts.studio.limits.concurrent", "1");
    for (int i = 0; i < 1000; i++) {
      provider.onLook(ScriptedProvider::pending);
    }
    story.start();
    String running = accept("studio");
    story.until(running, "RUNNING");
    String accepted = accept("studio");
    story.close();
    int creates = provider.creates().size();
    int looks = provider.looks().size();

    try (LogCapture log = LogCapture.open()) {
      story = story().start();
      story.until(accept(null), "RUNNING");
      await()
          .during(Duration.ofMillis(500))
          .atMost(Patience.LONG)
          .until(() -> story.state(accepted).equals("ACCEPTED"));
      assertThat(log.with("no key"))
          .containsExactly("WARN 2 unfinished jobs wait: there is no key for their account studio");
    }
    assertThat(story.state(running)).isEqualTo("RUNNING");
    assertThat(story.job(accepted).at("/warnings/0").asText())
        .isEqualTo("waits for its account: there is no key for studio");
    assertThat(provider.creates()).hasSize(creates + 1);
    assertThat(provider.looks().stream().skip(looks))
        .extracting(ScriptedProvider::key)
        .containsOnly(HOUSE);
    story.close();

    story = story();
    withStudio().with("leonardo.accounts.studio.limits.concurrent", "2").start();
    story.until(accepted, "RUNNING");
    assertThat(story.job(accepted).path("warnings").size()).isZero();
    assertThat(ScriptedProvider.key(provider.creates().get(creates + 1))).isEqualTo(STUDIO);
  }

  @Test
  void aDoubtfulCreateIsSoughtInTheListOfItsOwnAccountAlone() throws Exception {
    TickingClock clock = new TickingClock();
    provider.onCreate(
        request -> ScriptedProvider.json(500, "{}"), //
        request -> ScriptedProvider.json(500, "{}"));
    provider.list(
        request ->
            user(request).equals(ScriptedProvider.userOf(STUDIO)) && first(request)
                ? ScriptedProvider.json(
                    200,
                    """
                    {"generations":[{"id":"gen-s","status":"PENDING","prompt":"a koala",
                      "createdAt":"2026-11-21T12:00:00.000","public":false,
                      "imageWidth":1280,"imageHeight":720}]}\
                    """)
                : ScriptedProvider.json(200, "{\"generations\":[]}"));
    withStudio().with("leonardo.track.first", "1h").bind("clock", clock).start();
    String ours = accept(null);
    String studios = accept("studio");
    story.until(ours, "IN_DOUBT");
    story.until(studios, "IN_DOUBT");

    clock.tick(SETTLE);

    waiting().until(() -> story.job(studios).has("generationId"));
    assertThat(story.job(studios).get("generationId").asText()).isEqualTo("gen-s");
    waiting().until(() -> !story.job(ours).at("/problem/held").isMissingNode());
    assertThat(story.job(ours).at("/problem/held").asText())
        .isEqualTo("the provider's list shows neither it nor a later one of ours: it may lag");
    assertThat(story.state(ours)).isEqualTo("IN_DOUBT");
    assertThat(provider.lists())
        .allSatisfy(
            call ->
                assertThat(user(call))
                    .isEqualTo(
                        ScriptedProvider.key(call).equals(HOUSE)
                            ? "user-1"
                            : ScriptedProvider.userOf(STUDIO)))
        .extracting(AccountsTest::user)
        .contains("user-1", ScriptedProvider.userOf(STUDIO));
  }

  @Test
  void aJobOfAnotherAccountIsNoWitnessThatTheListIsWhole() throws Exception {
    TickingClock clock = new TickingClock();
    provider.onCreate(request -> ScriptedProvider.json(500, "{}"));
    AtomicBoolean made = new AtomicBoolean();
    // Two keys of one user: the list of one shows what the other made, later and settled.
    provider.list(
        request ->
            made.get() && first(request)
                ? ScriptedProvider.json(
                    200,
                    """
                    {"generations":[{"id":"gen-1","status":"PENDING","prompt":"a koala",
                      "createdAt":"2026-11-21T12:02:00.000","public":false,
                      "imageWidth":1280,"imageHeight":720}]}\
                    """)
                : ScriptedProvider.json(200, "{\"generations\":[]}"));
    withStudio()
        .with("leonardo.track.first", "10h")
        // A test's clock runs much faster than its calls.
        .with("leonardo.lease", "1h")
        .bind("clock", clock)
        .start();
    String doubtful = accept(null);
    story.until(doubtful, "IN_DOUBT");
    clock.tick(Duration.ofMinutes(2));
    String witness = accept("studio");
    story.until(witness, "RUNNING");
    made.set(true);

    for (int round = 0; round < 3; round++) {
      int asked = provider.lists().size();
      waiting()
          .until(
              () -> {
                clock.tick(Duration.ofMinutes(1));
                return provider.lists().size() > asked;
              });
    }

    waiting().until(() -> !story.job(doubtful).at("/problem/held").isMissingNode());
    assertThat(story.job(doubtful).at("/problem/held").asText())
        .isEqualTo("the provider's list shows neither it nor a later one of ours: it may lag");
    assertThat(provider.creates()).hasSize(2);
  }

  @Test
  void aDoubtIsNotEndedByTheListOfAnotherUserWhoseKeyTheAccountHasNow() throws Exception {
    TickingClock clock = new TickingClock();
    provider.onCreate(request -> ScriptedProvider.json(500, "{}"));
    // The other user's list is true, and shows what was made by the new key alone.
    provider.list(
        request ->
            user(request).equals(ScriptedProvider.userOf(STUDIO)) && first(request)
                ? ScriptedProvider.json(
                    200,
                    """
                    {"generations":[{"id":"gen-1","status":"PENDING","prompt":"a koala",
                      "createdAt":"2026-11-21T13:00:00.000","public":false,
                      "imageWidth":1280,"imageHeight":720}]}\
                    """)
                : ScriptedProvider.json(200, "{\"generations\":[]}"));
    patient(clock).start();
    waiting().until(() -> provider.accounts() == 1);
    String doubtful = accept(null);
    story.until(doubtful, "IN_DOUBT");
    story.close();

    clock.tick(Duration.ofHours(1));
    story = story().with("leonardo.api-key", STUDIO);
    patient(clock).start();
    String witness = accept(null);
    story.until(witness, "RUNNING");
    for (int round = 0; round < 4; round++) {
      int asked = provider.lists().size();
      waiting()
          .until(
              () -> {
                clock.tick(Duration.ofMinutes(1));
                return provider.lists().size() > asked;
              });
    }

    waiting()
        .until(
            () ->
                story
                    .job(doubtful)
                    .at("/problem/held")
                    .asText()
                    .equals(
                        "the provider's list is of another user: the account default may have had"
                            + " another user's key then"));
    assertThat(provider.creates()).extracting(ScriptedProvider::key).containsExactly(HOUSE, STUDIO);
  }

  private FlowFixture patient(TickingClock clock) {
    return story
        .with("leonardo.track.first", "1000h")
        // A test's clock runs much faster than its calls.
        .with("leonardo.lease", "1h")
        .bind("clock", clock);
  }

  @Test
  void whatWasAcceptedAndComesAgainAfterItsAccountWentIsNotRefused() throws Exception {
    InboxFixture drop = InboxFixture.into(folder.resolve("data/inbox"));
    String request =
        """
        {"model":"kling-3.0-turbo","account":"studio","parameters":{"prompt":"a koala"}}\
        """;
    withStudio().with("leonardo.file.enabled", "true").start();
    drop.file("koala.json", request);
    waiting().until(() -> Files.exists(drop.accepted("koala.json")));
    assertThat(take(request, "queue:answers").getException()).isNull();
    story.close();

    story = story().with("leonardo.file.enabled", "true").start();
    // As after a crash between the ledger's commit and the move, or the acknowledgement.
    Files.move(drop.accepted("koala.json"), drop.inbox().resolve("koala.json"));
    waiting().until(() -> Files.notExists(drop.inbox().resolve("koala.json")));
    assertThat(take(request, "queue:answers").getException()).isNull();
    assertThat(take(request, "queue:spy").getException()).isInstanceOf(RequestRejected.class);

    waiting().until(() -> Files.exists(drop.accepted("koala.json")));
    assertThat(Files.exists(drop.rejected("koala.json"))).isFalse();
    assertThat(LedgerRows.jobs(story.app())).isEqualTo(2);
    assertThat(
            LedgerRows.of(
                story.app(), "SELECT type FROM event WHERE type IN ('reply', 'rejected')"))
        .extracting(row -> row.get("type"))
        .containsExactly("reply");
    drop.file("lion.json", request);
    waiting().until(() -> Files.exists(drop.rejected("lion.json")));
  }

  /** What the JMS intake does with one message, up to the end of its transaction. */
  private Exchange take(String request, String replyTo) {
    return story
        .app()
        .template()
        .send(
            "direct:leonardo-accept",
            exchange -> {
              exchange.setProperty(FlowProperties.KEY, "jms:ID:1");
              exchange.setProperty(FlowProperties.ONE_REQUEST, true);
              exchange.setProperty(FlowProperties.REPLY_TO, replyTo);
              exchange.getMessage().setBody(request);
            });
  }

  @Test
  void aNoticeCountsForTheAccountThatItsBearerBelongsTo() throws Exception {
    withStudio()
        .with("leonardo.rest.enabled", "true")
        .with("leonardo.track.first", "1h")
        .with("leonardo.webhook.key", "house-callback")
        .with("leonardo.accounts.studio.webhook.key", "studio-callback")
        .start();
    String ours = accept(null);
    JsonNode job = story.until(ours, "RUNNING");
    String notice =
        """
        {"data":{"object":{"id":"%s"}}}\
        """
            .formatted(job.get("generationId").asText());

    assertThat(notice("studio-callback", notice)).isEqualTo(202);
    assertThat(notice("nobodys-callback", notice)).isEqualTo(401);
    await()
        .during(Duration.ofMillis(500))
        .atMost(Patience.LONG)
        .until(() -> provider.looks().isEmpty());
    assertThat(notice("house-callback", notice)).isEqualTo(202);
    story.until(ours, "COMPLETE");
  }

  private int notice(String bearer, String body) throws Exception {
    HttpResponse<String> answer =
        RestClient.of(story.app())
            .send("POST", "/webhooks/leonardo", body, "Authorization", "Bearer " + bearer);
    return answer.statusCode();
  }

  @Test
  void nobodySeesAKey() throws Exception {
    try (LogCapture log = LogCapture.ofEverything()) {
      withStudio()
          .with("leonardo.rest.enabled", "true")
          .with("leonardo.accounts.studio.webhook.key", "studio-canary-callback")
          .start();
      String id = accept("studio");
      story.until(id, "COMPLETE");
      story.told(id, "completed");
      RestClient rest = RestClient.of(story.app());
      for (String path : List.of("/generations", "/generations/" + id, "/costs", "/openapi.json")) {
        assertThat(rest.get(path).body()).doesNotContain("canary");
      }
      assertThat(rest.post("{\"model\":\"kling-3.0-turbo\",\"account\":\"x\"}").body())
          .doesNotContain("canary");
      assertThat(log.with("canary")).isEmpty();
      assertThat(story.events(id).toString()).doesNotContain("canary");
      assertThat(Thread.getAllStackTraces().keySet().toString()).doesNotContain("canary");
      LeonardoSettings settings =
          LeonardoSettings.read(story.app().context(), new SettingReader(story.app().context()));
      assertThat(settings + " " + settings.accounts()).doesNotContain("canary");
    }
    story.close();
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        assertThat(new String(Files.readAllBytes(file), UTF_8)).doesNotContain("canary");
      }
    }
  }

  private static String generation(RecordedRequest look) {
    List<String> path = look.getUrl().pathSegments();
    return path.get(path.size() - 1);
  }

  private static String user(RecordedRequest list) {
    return generation(list);
  }

  private static boolean first(RecordedRequest list) {
    return list.getUrl().queryParameter("offset").equals("0");
  }

  private static ConditionFactory waiting() {
    return await().atMost(Patience.LONG);
  }
}
