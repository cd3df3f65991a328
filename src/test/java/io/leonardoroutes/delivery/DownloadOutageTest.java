package io.leonardoroutes.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.leonardoroutes.fixture.FlowFixture;
import io.leonardoroutes.fixture.LedgerRows;
import io.leonardoroutes.fixture.LogCapture;
import io.leonardoroutes.fixture.Patience;
import io.leonardoroutes.fixture.RestClient;
import io.leonardoroutes.fixture.ScriptedProvider;
import io.leonardoroutes.fixture.TickingClock;
import io.leonardoroutes.flow.RetryBackoff;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Properties;
import java.util.stream.LongStream;
import mockwebserver3.MockResponse;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What keeps a video that is paid for from coming home for hours or days, and then does not. */
class DownloadOutageTest {
  private static final Duration LONG = Patience.LONG;
  private static final String NOT_LISTED =
      "a video that leonardo.download.hosts does not allow is away, retrying:"
          + " the video's host 127.0.0.1:%s is not allowed: leonardo.download.hosts has"
          + " cdn.leonardo.ai";

  @TempDir Path folder;
  private final TickingClock clock = new TickingClock();
  private ScriptedProvider provider;
  private FlowFixture story;
  private LogCapture log;

  @BeforeEach
  void open() throws IOException {
    provider = ScriptedProvider.start();
    log = LogCapture.open();
    story = story();
  }

  @AfterEach
  void close() {
    story.close();
    provider.close();
    log.close();
  }

  private FlowFixture story() {
    return FlowFixture.in(folder, provider).bind("clock", clock);
  }

  /** A job whose video is there, once the looks have shown it. */
  private String complete() {
    String id = story.accept(FlowFixture.REQUEST);
    await().atMost(LONG).until(() -> !story.state(id).equals("ACCEPTED"));
    await().atMost(LONG).until(() -> ticked(id).equals("COMPLETE"));
    return id;
  }

  private String ticked(String id) {
    clock.tick(Duration.ofMillis(50));
    return story.state(id);
  }

  private long tries(String id) {
    Object tries =
        LedgerRows.of(story.app(), "SELECT tries FROM job WHERE id = '" + id + "'")
            .get(0)
            .get("tries");
    return ((Number) tries).longValue();
  }

  @Test
  void aVideoOfAHostThatIsNotListedWaitsUntilItIs() throws Exception {
    RestClient operator =
        new RestClient(URI.create(story.app().managed()), HttpClient.newHttpClient());
    story.with("leonardo.download.hosts", "cdn.leonardo.ai").start();
    String id = complete();
    String other = complete();
    await().atMost(LONG).until(() -> tries(id) == 1 && tries(other) == 1);
    clock.tick(Duration.ofMinutes(10));
    await().atMost(LONG).until(() -> tries(id) == 2 && tries(other) == 2);

    assertThat(provider.downloads()).isEmpty();
    story.toldInAll(id, "submitted");
    assertThat(operator.get("/health/ready").body())
        .isEqualTo(
            "{\"status\":\"DEGRADED\",\"away\":"
                + "[\"a video that leonardo.download.hosts does not allow\"]}");
    assertThat(operator.get("/metrics").body())
        .contains(
            "leonardo_away{what=\"a video that leonardo.download.hosts does not allow\"} 1.0\n");
    assertThat(log.warnings())
        .containsExactly("WARN " + NOT_LISTED.formatted(provider.host().replaceFirst(".*:", "")));
    story.close();
    story = story().start();
    clock.tick(Duration.ofMinutes(10));
    assertThat(story.told(id, "completed").at("/data/video/bytes").asLong())
        .isEqualTo(ScriptedProvider.videoBytes().length);
    assertThat(story.told(other, "completed").at("/data").has("problem")).isFalse();
  }

  @Test
  void aVideoOfAHostThatIsNeverListedIsToldWithTheReasonAfterTheLastTry() throws Exception {
    story
        .with("leonardo.download.hosts", "cdn.leonardo.ai")
        .with("leonardo.download.tries", "2")
        .start();
    String id = complete();
    await().atMost(LONG).until(() -> tries(id) == 1);
    clock.tick(Duration.ofMinutes(10));

    JsonNode job = story.told(id, "completed").get("data");
    assertThat(job.get("problem").toString())
        .isEqualTo(
            """
            {"type":"urn:leonardo-routes:problem:not-fetched",\
            "title":"The video was made, but could not be downloaded","status":0,\
            "detail":"the video's host %s is not allowed: leonardo.download.hosts has cdn.leonardo.ai"}\
            """
                .formatted(provider.host()));
    assertThat(provider.downloads()).isEmpty();
    assertThat(log.with("does not allow is back")).hasSize(1);
  }

  @Test
  void aHostThatIsAwayIsToldAtTheSecondTryAndOnceMoreWhenItIsBack() throws Exception {
    MockResponse broken = new MockResponse.Builder().code(503).build();
    Collections.nCopies(3, broken).forEach(one -> provider.onDownload(download -> one));
    story.start();
    String id = complete();
    await().atMost(LONG).until(() -> tries(id) == 1);
    assertThat(log.warnings()).isEmpty();
    for (int tries = 2; tries <= 3; tries++) {
      long next = tries;
      clock.tick(Duration.ofSeconds(2));
      await().atMost(LONG).until(() -> tries(id) == next);
    }
    assertThat(log.warnings())
        .containsExactly(
            "WARN the videos' host 127.0.0.1 is away, retrying: the video's"
                + " address answered 503");
    clock.tick(Duration.ofSeconds(4));

    story.told(id, "completed");
    assertThat(log.with("the videos' host 127.0.0.1 is back")).hasSize(1);
  }

  @Test
  void oneVideoThatDoesNotComeAmongOthersThatDoIsNoOutage() throws Exception {
    story.start();
    story.told(complete(), "completed");
    MockResponse gone = new MockResponse.Builder().code(404).build();
    Collections.nCopies(2, gone).forEach(one -> provider.onDownload(download -> one));
    String id = complete();
    await().atMost(LONG).until(() -> tries(id) == 1);
    clock.tick(Duration.ofSeconds(1));
    await().atMost(LONG).until(() -> tries(id) == 2);
    clock.tick(Duration.ofSeconds(2));

    story.told(id, "completed");
    assertThat(log.warnings()).isEmpty();
  }

  @Test
  void aDiskThatDoesNotTakeAVideoIsAnOutageAndTheVideoComesAfterIt() throws Exception {
    story.start();
    Path videos = story.app().data().resolve("videos");
    Files.delete(videos);
    String id = complete();
    await().atMost(LONG).until(() -> tries(id) == 1);
    assertThat(log.warnings())
        .containsExactly(
            "WARN the folder of videos is away, retrying: the video could not"
                + " be written to %1$s: java.nio.file.NoSuchFileException: %1$s".formatted(videos));
    Files.createDirectory(videos);
    clock.tick(Duration.ofSeconds(1));

    story.told(id, "completed");
    assertThat(log.with("the folder of videos is back")).hasSize(1);
    assertThat(videos.resolve(id + ".mp4")).hasBinaryContent(ScriptedProvider.videoBytes());
  }

  @Test
  void whatIsPaidForIsTriedLongerThanALongWeekendAndNotLongerThanAVideoIsKept() throws Exception {
    Properties config = new Properties();
    try (var in = Files.newBufferedReader(Path.of("config/application.properties"))) {
      config.load(in);
    }
    assertThat(config.getProperty("leonardo.download.tries"))
        .isEqualTo(config.getProperty("leonardo.deliver.tries"));
    int tries = Integer.parseInt(config.getProperty("leonardo.deliver.tries"));
    for (RetryBackoff backoff : List.of(DownloadStep.AGAIN, DeliverStep.AGAIN)) {
      Duration all =
          LongStream.range(0, tries - 1)
              .mapToObj(failed -> backoff.after((int) failed))
              .reduce(Duration.ZERO, Duration::plus);
      assertThat(all).isBetween(Duration.ofHours(4 * 24 + 12), Duration.ofDays(7));
    }
  }
}
