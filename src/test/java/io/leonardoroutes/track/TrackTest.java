package io.leonardoroutes.track;

import static io.leonardoroutes.fixture.ScriptedProvider.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.leonardoroutes.fixture.Fixture;
import io.leonardoroutes.fixture.FlowFixture;
import io.leonardoroutes.fixture.LedgerRows;
import io.leonardoroutes.fixture.LogCapture;
import io.leonardoroutes.fixture.Patience;
import io.leonardoroutes.fixture.ScriptedProvider;
import io.leonardoroutes.fixture.TestLedger;
import io.leonardoroutes.fixture.TestLimits;
import io.leonardoroutes.fixture.TickingClock;
import io.leonardoroutes.job.Acceptance;
import io.leonardoroutes.job.Job;
import io.leonardoroutes.job.JobState;
import io.leonardoroutes.job.NewJob;
import io.leonardoroutes.ledger.Engine;
import io.leonardoroutes.ledger.Ledger;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import mockwebserver3.MockResponse;
import mockwebserver3.SocketEffect;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What looks at a running job can show. */
class TrackTest {
  /** Fifty for each thread that there may be more. */
  private static final int MANY = 2_000;

  private static final ScriptedProvider.Answer NO_VIDEO_YET =
      look ->
          json(
              200,
              "{\"generations_by_pk\":{\"id\":\"gen-1\",\"status\":\"COMPLETE\","
                  + "\"generated_images\":[]}}");

  @TempDir Path folder;
  private final TickingClock clock = new TickingClock();
  @Fixture private ScriptedProvider provider;
  @Fixture private FlowFixture story;

  @Test
  void aJobThatIsDoneFreesItsSlotSoonWhileAnotherWaitsForIt() throws Exception {
    story
        .with("leonardo.limits.concurrent", "1")
        .with("leonardo.track.first", "1h")
        .with("leonardo.track.every", "200ms")
        .start();
    String done = story.accept(FlowFixture.REQUEST);
    story.until(done, "RUNNING");

    String waiting = story.accept(FlowFixture.REQUEST);

    story.told(done, "completed");
    story.until(waiting, "RUNNING");
  }

  @Test
  void aJobIsLookedAtUntilItsVideoIsThereWhateverTheLooksSayOnTheWay() throws Exception {
    provider.onLook(
        ScriptedProvider::pending,
        look -> json(200, "{\"generations_by_pk\":{\"id\":\"gen-1\",\"status\":\"QUEUED\"}}"),
        look -> json(200, "{\"generations_by_pk\":null}"),
        look -> json(404, ""),
        look -> json(401, "{\"error\":\"Invalid response from authorization hook\"}"),
        look -> json(500, "{\"error\":\"internal error\"}"),
        look -> json(200, "<html>"),
        look -> new MockResponse.Builder().onResponseStart(closed()).build());
    story.start();

    String id = story.accept(FlowFixture.REQUEST);

    JsonNode completed = story.told(id, "completed");
    assertThat(completed.at("/data/state").asText()).isEqualTo("COMPLETE");
    assertThat(completed.at("/data/video/url").asText())
        .isEqualTo("http://" + provider.host() + "/cdn/gen-1/0.mp4");
    assertThat(completed.at("/data/video/poster").asText())
        .isEqualTo("http://" + provider.host() + "/cdn/gen-1/0.jpg");
    assertThat(completed.at("/data/problem").isMissingNode()).isTrue();
    assertThat(provider.looks()).hasSize(9);
    assertThat(provider.creates()).hasSize(1);
    story.toldInAll(id, "submitted", "completed");
  }

  @Test
  void theSlotOfAFinishedJobIsFilledAtOnce() throws Exception {
    story.with("leonardo.limits.concurrent", "1").with("leonardo.tick", "10h").start();
    story.accept(FlowFixture.REQUEST);
    story.accept(FlowFixture.REQUEST);

    story.app().template().sendBody("seda:leonardo-submit?discardWhenFull=true", null);

    await().atMost(Patience.LONG).until(() -> provider.creates().size() == 2);
  }

  @Test
  void looksAreAwayOnceOneFailsAgainAndNotBefore() throws Exception {
    ScriptedProvider.Answer error = look -> json(500, "{\"error\":\"internal error\"}");
    try (LogCapture log = LogCapture.open()) {
      provider.onLook(error);
      story.start();
      story.told(story.accept(FlowFixture.REQUEST), "completed");
      assertThat(log.with("the provider (polls)")).isEmpty();

      provider.onLook(error, error, error);
      story.told(story.accept(FlowFixture.REQUEST), "completed");
      assertThat(log.with("the provider (polls)"))
          .containsExactly(
              "WARN the provider (polls) is away, retrying:"
                  + " the provider answered 500 (internal error): what became of the video is not"
                  + " known",
              "INFO the provider (polls) is back");
    }
  }

  @Test
  void aJobThatTheProviderFailedFails() throws Exception {
    provider.onLook(ScriptedProvider::failed);
    story.start();

    String id = story.accept(FlowFixture.REQUEST);

    JsonNode job = story.told(id, "failed").get("data");
    assertThat(job.get("state").asText()).isEqualTo("FAILED");
    assertThat(job.at("/problem/title").asText()).isEqualTo("The provider made no video");
    assertThat(job.at("/problem/detail").asText())
        .isEqualTo("the provider answered FAILED for this generation, without a reason");
    assertThat(job.at("/cost/amount").asText()).isEqualTo("0.0147");
    assertThat(provider.downloads()).isEmpty();
  }

  @Test
  void completeWithoutAVideoIsAFailureOnceTheGraceIsOver() throws Exception {
    provider.onLook(
        Collections.nCopies(1_000, NO_VIDEO_YET).toArray(ScriptedProvider.Answer[]::new));
    story.bind("clock", clock).with("leonardo.track.first", "1s").start();
    String id = story.accept(FlowFixture.REQUEST);
    story.until(id, "RUNNING");
    looks(1, Duration.ofSeconds(1));
    await().until(() -> story.job(id).has("problem"));
    assertThat(story.job(id).at("/problem/type").asText()).endsWith(":no-video-yet");
    clock.tick(Duration.ofSeconds(119));
    looks(2, Duration.ofMillis(1));
    assertThat(story.state(id)).isEqualTo("RUNNING");

    clock.tick(Duration.ofSeconds(2));

    assertThat(story.told(id, "failed").at("/data/problem/detail").asText())
        .isEqualTo(
            "the provider answered COMPLETE without a video, and none came in 120 s: its"
                + " moderation probably removed it");
  }

  @Test
  void aVideoWhoseAddressComesLaterIsFetched() throws Exception {
    provider.onLook(NO_VIDEO_YET, look -> json(500, ""), NO_VIDEO_YET, ScriptedProvider::pending);
    story.start();
    String id = story.accept(FlowFixture.REQUEST);

    JsonNode job = story.told(id, "completed").get("data");
    assertThat(job.has("problem")).isFalse();
    assertThat(job.at("/video/id").asText()).isEqualTo("i");
    assertThat(provider.looks()).hasSize(5);
    story.toldInAll(id, "submitted", "completed");
  }

  @Test
  void aListThatItsModerationEmptiedIsAFailureAtOnce() throws Exception {
    provider.onLook(
        look ->
            json(
                200,
                """
                {"generations_by_pk":{"id":"gen-1","status":"COMPLETE","generated_images":[],
                 "prompt_moderations":[{"moderationClassification":["NSFW"]}]}}\
                """));
    story.start();
    String id = story.accept(FlowFixture.REQUEST);

    assertThat(story.told(id, "failed").at("/data/problem/detail").asText())
        .isEqualTo(
            "the provider answered COMPLETE without a video: its moderation removed it (NSFW)");
  }

  @Test
  void aVideoThatIsShownIsFinishedWhateverTheWord() throws Exception {
    provider.onLook(
        look ->
            json(
                200,
                """
                {"generations_by_pk":{"id":"gen-1","status":"COMPLETED","generated_images":[
                 {"id":"i","motionMP4URL":"http://%s/cdn/x.mp4"}]}}\
                """
                    .formatted(provider.host())));
    story.start();
    String id = story.accept(FlowFixture.REQUEST);

    story.told(id, "completed");
    assertThat(provider.looks()).hasSize(1);
  }

  @Test
  void aClaimThatFailsAtTheSecondAccountLeavesNoJobOfTheFirstWithoutLooks() throws Exception {
    story
        .bind("clock", clock)
        .with("leonardo.accounts.studio.api-key", "studio-key")
        .with("leonardo.track.first", "1s")
        .with("leonardo.lease", "10s");
    try (LogCapture log = LogCapture.open()) {
      story.start();
      String first = story.accept(FlowFixture.REQUEST);
      String second =
          story.accept(
              FlowFixture.REQUEST.replace("{\"model\"", "{\"account\":\"studio\",\"model\""));
      story.until(first, "RUNNING");
      story.until(second, "RUNNING");
      await().until(() -> provider.accounts() == 2);

      LedgerRows.change(
          story.app(),
          "CREATE TRIGGER fails BEFORE INSERT ON sent WHEN NEW.account = 'studio'"
              + " BEGIN SELECT RAISE(ABORT, 'half way'); END");
      clock.tick(Duration.ofSeconds(1));
      await().until(() -> !log.with("half way").isEmpty());
      assertThat(provider.looks()).isEmpty();
      LedgerRows.change(story.app(), "DROP TRIGGER fails");
      clock.tick(Duration.ofSeconds(11));

      story.told(first, "completed");
      story.told(second, "completed");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "-1", "1", "1.5", "soon", "Sat, 21 Nov 2020 12:00:00 GMT"})
  void aRetryAfterMakesOurOwnWaitNoShorter(String retryAfter) throws Exception {
    ScriptedProvider.Answer away =
        look -> new MockResponse.Builder().code(503).setHeader("Retry-After", retryAfter).build();
    provider.onLook(Collections.nCopies(1_000, away).toArray(ScriptedProvider.Answer[]::new));
    story
        .bind("clock", clock)
        .with("leonardo.track.first", "1s")
        .with("leonardo.track.every", "10s")
        .start();
    String id = story.accept(FlowFixture.REQUEST);
    story.until(id, "RUNNING");
    looks(1, Duration.ofSeconds(1));
    clock.tick(Duration.ofSeconds(5));

    await().during(Duration.ofMillis(300)).until(() -> provider.looks().size() == 1);
  }

  @Test
  void aJobThatTakesTooLongIsToldOnceAndStillLookedAt() throws Exception {
    provider.onLook(ScriptedProvider::pending, look -> json(500, ""), ScriptedProvider::pending);
    story
        .bind("clock", clock)
        .with("leonardo.lease", "10h")
        .with("leonardo.track.first", "1s")
        .with("leonardo.track.give-up", "2h")
        .start();
    String id = story.accept(FlowFixture.REQUEST);
    story.until(id, "RUNNING");
    looks(1, Duration.ofSeconds(1));
    assertThat(story.job(id).has("problem")).isFalse();

    clock.tick(Duration.ofHours(2));
    looks(2, Duration.ofMinutes(1));

    await().atMost(Patience.LONG).until(() -> story.job(id).has("problem"));
    assertThat(story.job(id).at("/problem/detail").asText())
        .isEqualTo("it has not ended within 120 minutes");
    looks(3, Duration.ofMinutes(1));
    assertThat(story.state(id)).isEqualTo("RUNNING");
    looks(4, Duration.ofMinutes(1));
    assertThat(story.told(id, "completed").at("/data/problem").isMissingNode()).isTrue();
  }

  @Test
  void theProvidersWishToWaitIsKept() throws Exception {
    provider.onLook(
        look -> new MockResponse.Builder().code(429).setHeader("Retry-After", "60").build());
    story
        .bind("clock", clock)
        .with("leonardo.lease", "10h")
        .with("leonardo.track.first", "1s")
        .start();
    String id = story.accept(FlowFixture.REQUEST);
    story.until(id, "RUNNING");
    looks(1, Duration.ofSeconds(1));

    clock.tick(Duration.ofSeconds(58));
    await().during(Duration.ofMillis(300)).until(() -> provider.looks().size() == 1);
    looks(2, Duration.ofSeconds(1));

    story.told(id, "completed");
    assertThat(provider.looks()).hasSize(2);
  }

  /** Ticks on until there were so many looks. */
  private void looks(int count, Duration step) {
    await()
        .atMost(Patience.LONG)
        .until(
            () -> {
              if (provider.looks().size() < count) {
                clock.tick(step);
              }
              return provider.looks().size() == count;
            });
  }

  @Test
  void noThreadWaitsForAVideoHoweverManyRun() throws Exception {
    String url = Engine.SQLITE.emptyLedger(folder);
    running(url);
    story
        .with("leonardo.ledger.url", url)
        .with("leonardo.limits.requests-per-minute", "1000000")
        .with("leonardo.track.every", "1h");
    provider.onLook(
        Collections.nCopies(MANY, (ScriptedProvider.Answer) ScriptedProvider::pending)
            .toArray(ScriptedProvider.Answer[]::new));
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    story.start();
    int idle = threads.getThreadCount();
    threads.resetPeakThreadCount();

    await().atMost(5, TimeUnit.MINUTES).until(() -> provider.looks().size() == MANY);

    assertThat(threads.getPeakThreadCount() - idle).isLessThan(40);
    assertThat(provider.looks().stream().map(look -> look.getTarget()).distinct()).hasSize(MANY);
  }

  /** One job by the ledger's own moves, and its row again and again. */
  private static void running(String url) throws Exception {
    try (Ledger ledger = TestLedger.open(url, Clock.systemUTC())) {
      NewJob request =
          TestLedger.asked(
              null,
              FlowFixture.json(FlowFixture.REQUEST),
              new Job.Routing(null, null, "hash", 4, List.of(), null));
      Job job = ((Acceptance.Accepted) ledger.accept(request, one -> List.of())).job();
      Job begun = ledger.submitting(job, TestLimits.of(1, 1), Duration.ofSeconds(1)).orElseThrow();
      ledger.move(begun, begun.to(JobState.RUNNING).created("gen", null).dueAt(Instant.now()));
    }
    try (Connection ledger = DriverManager.getConnection(url);
        Statement statement = ledger.createStatement()) {
      statement.execute("CREATE TEMP TABLE more AS SELECT * FROM job");
      statement.execute(
          """
          WITH RECURSIVE n(i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < %s)
          INSERT INTO more SELECT job.* FROM job, n\
          """
              .formatted(MANY));
      statement.execute(
          "UPDATE more SET id = 'job-' || rowid, file_name = 'koala-' || rowid,"
              + " generation_id = 'gen-' || rowid");
      statement.execute("DELETE FROM job");
      statement.execute("INSERT INTO job SELECT * FROM more");
    }
  }

  private static SocketEffect closed() {
    return new SocketEffect.CloseSocket(true, false, false);
  }
}
