package io.leonardoroutes.submit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.leonardoroutes.fixture.Fixture;
import io.leonardoroutes.fixture.FlowFixture;
import io.leonardoroutes.fixture.LedgerRows;
import io.leonardoroutes.fixture.LogCapture;
import io.leonardoroutes.fixture.Patience;
import io.leonardoroutes.fixture.ScriptedProvider;
import io.leonardoroutes.fixture.TickingClock;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import mockwebserver3.MockResponse;
import mockwebserver3.RecordedRequest;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the provider refuses of an account costs no job, and not the queue. */
class BlockedAccountTest {
  private static final int JOBS = 20;
  private static final int AT_ONCE = 4;
  private static final String UNAUTHORIZED = "Authentication hook unauthorized this request";

  @TempDir Path folder;
  private final TickingClock clock = new TickingClock();
  private volatile MockResponse refusal =
      ScriptedProvider.json(401, "{\"error\":\"" + UNAUTHORIZED + "\",\"path\":\"$\"}");
  private volatile boolean refuses;
  private volatile boolean expensive;
  private final Instant began = clock.instant();
  @Fixture private ScriptedProvider provider;
  @Fixture private FlowFixture story;

  @BeforeEach
  void open() throws IOException {
    provider.onCreate(
        Collections.nCopies(3 * JOBS, (ScriptedProvider.Answer) this::answer)
            .toArray(ScriptedProvider.Answer[]::new));
    story
        .bind("clock", clock)
        // A test's clock runs much faster than its calls.
        .with("leonardo.lease", "10h")
        .with("leonardo.limits.concurrent", "" + AT_ONCE);
  }

  private MockResponse answer(RecordedRequest request) {
    boolean dear = expensive && request.getBody().utf8().contains("dear");
    return dear || refuses || ScriptedProvider.key(request).equals("revoked-key")
        ? refusal
        : provider.created();
  }

  @Test
  void aRefusedKeyCostsNoJobHoweverLongItLastsAndAllAreMadeWithTheNewOne() throws Exception {
    Path key = Files.writeString(folder.resolve("key"), "revoked-key\n");
    story.with("leonardo.api-key", "file:" + key).start();
    try (LogCapture log = LogCapture.open()) {
      List<String> jobs = accepted();
      int creates = pausesLongerAndLonger(jobs);

      Files.writeString(key, "the-new-key\n");
      allAreMade(jobs);

      List<String> by = provider.creates().stream().map(ScriptedProvider::key).toList();
      assertThat(Collections.frequency(by, "revoked-key")).isEqualTo(creates);
      assertThat(Collections.frequency(by, "the-new-key")).isEqualTo(JOBS);
      assertThat(log.with("the key of account"))
          .containsExactly(
              "WARN the key of account default is refused by the provider, retrying: "
                  + UNAUTHORIZED,
              "INFO the key of account default is back");
    }
  }

  @Test
  void aDeclinedJobWaitsAlsoWhereTheLedgerCannotNoteTheBlockedAccount() throws Exception {
    refuses = true;
    story.start();
    LedgerRows.change(
        story.app(),
        "CREATE TRIGGER fails BEFORE INSERT ON refused_account"
            + " BEGIN SELECT RAISE(ABORT, 'cannot note it'); END");
    String id = story.accept(FlowFixture.REQUEST);

    waiting().until(() -> story.job(id).has("problem"));

    assertThat(story.state(id)).isEqualTo("ACCEPTED");
    assertThat(story.job(id).at("/problem/type").asText()).endsWith(":account-refused");
    LedgerRows.change(story.app(), "DROP TRIGGER fails");
    refuses = false;
    allAreMade(List.of(id));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          balance | 400 | not enough api tokens userId: 0e1d7a3c-5b57-4b0e-9d6e-0123456789ab | not enough api tokens userId: ***
          balance | 402 | upgrade your plan                                                  | upgrade your plan
          balance | 403 | insufficient tokens                                                | insufficient tokens
          access  | 403 | You are suspended for violating our user agreement                 | You are suspended for violating our user agreement
          """)
  void anAccountThatIsRefusedCostsNoJobHoweverLongItLasts(
      String what, int status, String said, String told) throws Exception {
    refusal = ScriptedProvider.json(status, "{\"error\":\"" + said + "\"}");
    refuses = true;
    String managed = story.app().managed();
    story.start();
    try (LogCapture log = LogCapture.open()) {
      List<String> jobs = accepted();
      int creates = pausesLongerAndLonger(jobs);
      JsonNode met =
          jobs.stream().map(story::job).filter(job -> job.has("problem")).findFirst().orElseThrow();
      assertThat(met.get("problem"))
          .isEqualTo(
              FlowFixture.json(
                  """
                  {"type":"urn:leonardo-routes:problem:account-refused",
                   "title":"The provider blocks the account; the job waits until that is over",
                   "status":0,"detail":"%s"}\
                  """
                      .formatted(told)));
      assertThat(ready(managed))
          .isEqualTo(
              "{\"status\":\"DEGRADED\",\"away\":[\"the %s of account default\"]}".formatted(what));

      refuses = false;
      allAreMade(jobs);

      assertThat(provider.creates()).hasSize(creates + JOBS);
      waiting().untilAsserted(() -> assertThat(ready(managed)).isEqualTo("{\"status\":\"UP\"}"));
      assertThat(log.with("the " + what + " of account"))
          .containsExactly(
              "WARN the "
                  + what
                  + " of account default is refused by the provider, retrying: "
                  + told,
              "INFO the " + what + " of account default is back");
    }
  }

  private List<String> accepted() {
    List<String> jobs = new ArrayList<>();
    for (int i = 0; i < JOBS; i++) {
      jobs.add(story.accept(FlowFixture.REQUEST));
    }
    return jobs;
  }

  /** What is under way together meets it together; then one alone tries, and waits on. */
  private int pausesLongerAndLonger(List<String> jobs) {
    waiting()
        .failFast("a job ended by its account's trouble", () -> count(jobs, "FAILED") > 0)
        .until(() -> provider.creates().size() > 0 && settled(jobs));
    writtenDown(1);
    nothingMore();
    int together = provider.creates().size();
    assertThat(together).isBetween(1, AT_ONCE);
    clock.tick(Duration.ofSeconds(10));
    waiting().until(() -> provider.creates().size() == together + 1);
    writtenDown(2);
    clock.tick(Duration.ofSeconds(19));
    nothingMore();
    clock.tick(Duration.ofSeconds(1));
    waiting().until(() -> provider.creates().size() == together + 2);
    for (int tries = 3; tries <= 10; tries++) {
      writtenDown(tries);
      nothingMore();
      clock.tick(Duration.ofMinutes(5));
      int more = together + tries;
      waiting().until(() -> provider.creates().size() == more);
    }
    waiting().until(() -> settled(jobs));
    assertThat(count(jobs, "FAILED")).isZero();
    return provider.creates().size();
  }

  /** Until that many refusals in a row stand in the ledger: from the last one on a pause counts. */
  private void writtenDown(int refusals) {
    waiting()
        .until(
            () ->
                LedgerRows.of(story.app(), "SELECT times FROM refused_account")
                    .equals(List.of(Map.of("times", refusals))));
  }

  private void allAreMade(List<String> jobs) {
    clock.tick(Duration.ofMinutes(5));
    waiting()
        .until(
            () -> {
              clock.tick(Duration.ofSeconds(1));
              return count(jobs, "COMPLETE") == jobs.size();
            });
    assertThat(count(jobs, "FAILED")).isZero();
  }

  private boolean settled(List<String> jobs) {
    return count(jobs, "ACCEPTED") == jobs.size();
  }

  private void nothingMore() {
    int creates = provider.creates().size();
    await()
        .during(Duration.ofMillis(100))
        .atMost(Patience.LONG)
        .until(() -> provider.creates().size() == creates);
  }

  private long count(List<String> jobs, String state) {
    return jobs.stream().filter(job -> story.state(job).equals(state)).count();
  }

  private static String ready(String managed) throws Exception {
    HttpRequest request = HttpRequest.newBuilder(URI.create(managed + "/health/ready")).build();
    return HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString()).body();
  }

  @Test
  void anAccountWhoseKeyIsRefusedHoldsUpNoOther() throws Exception {
    story
        .with("leonardo.api-key", "good-key")
        .with("leonardo.accounts.studio.api-key", "revoked-key")
        .start();
    String studio =
        """
        {"model":"kling-3.0-turbo","account":"studio","parameters":{"prompt":"a koala"}}\
        """;
    String met = story.accept(studio);
    waiting().until(() -> story.job(met).has("problem"));
    String waits = story.accept(studio);
    story.until(story.accept(FlowFixture.REQUEST), "RUNNING");
    assertThat(story.state(waits)).isEqualTo("ACCEPTED");
  }

  @Test
  void aRevokedKeyThatIsAnsweredLikeAFaultPutsOneJobInDoubtAndNotEverySlot() throws Exception {
    refusal =
        ScriptedProvider.json(500, "{\"error\":\"Invalid response from authorization hook\"}");
    refuses = true;
    String managed = story.app().managed();
    story.start();
    String doubtful = story.accept(FlowFixture.REQUEST);
    story.until(doubtful, "IN_DOUBT");
    List<String> jobs = accepted();
    nothingMore();
    assertThat(count(jobs, "ACCEPTED")).isEqualTo(JOBS);
    assertThat(ready(managed))
        .isEqualTo("{\"status\":\"DEGRADED\",\"away\":[\"the key of account default\"]}");

    clock.tick(Duration.ofSeconds(10));
    waiting().until(() -> provider.creates().size() == 2);
    nothingMore();
    waiting().until(() -> count(jobs, "IN_DOUBT") == 1);
  }

  @Test
  void aJobThatCostsMoreThanIsLeftHoldsUpNoneThatCostsLess() throws Exception {
    refusal = ScriptedProvider.json(400, "{\"error\":\"insufficient tokens\"}");
    expensive = true;
    story.start();
    String dear = story.accept(FlowFixture.REQUEST.replace("The koala", "The dear koala"));
    waiting().until(() -> story.job(dear).has("problem"));
    List<String> cheap = accepted();
    waiting()
        .pollInterval(Duration.ofMillis(100))
        .until(
            () -> {
              clock.tick(Duration.ofSeconds(1));
              return count(cheap, "COMPLETE") == JOBS;
            });
    assertThat(clock.instant()).isBefore(began.plus(Duration.ofMinutes(10)));
    assertThat(story.state(dear)).isIn("ACCEPTED", "SUBMITTING");

    expensive = false;
    waiting()
        .until(
            () -> {
              clock.tick(Duration.ofMinutes(1));
              return story.state(dear).equals("COMPLETE");
            });
  }

  private static ConditionFactory waiting() {
    return await().atMost(Patience.LONG);
  }
}
