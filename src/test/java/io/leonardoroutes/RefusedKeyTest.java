package io.leonardoroutes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A key that the provider refuses costs the job that met it, and not the whole queue. */
class RefusedKeyTest {
  private static final int JOBS = 100;
  private static final int AT_ONCE = 4;

  @TempDir Path folder;
  private final TickingClock clock = new TickingClock();
  private Provider provider;
  private Story story;

  @BeforeEach
  void open() throws IOException {
    provider = Provider.start();
    provider.onCreate(
        Collections.nCopies(3 * JOBS, (Provider.Answer) this::answer)
            .toArray(Provider.Answer[]::new));
    story =
        Story.in(folder, provider)
            .bind("clock", clock)
            // A test's clock runs much faster than its calls.
            .with("leonardo.lease", "10h")
            .with("leonardo.limits.concurrent", "" + AT_ONCE);
  }

  private mockwebserver3.MockResponse answer(mockwebserver3.RecordedRequest request) {
    return Provider.key(request).equals("revoked-key")
        ? Provider.json(
            401, "{\"error\":\"Authentication hook unauthorized this request\",\"path\":\"$\"}")
        : provider.created();
  }

  @AfterEach
  void close() {
    story.close();
    provider.close();
  }

  @Test
  void afterARefusedKeyAFewJobsFailAndAllOthersAreMadeWithTheNewOne() throws Exception {
    Path key = Files.writeString(folder.resolve("key"), "revoked-key\n");
    story.with("leonardo.api-key", "file:" + key).start();
    List<String> jobs = new ArrayList<>();
    try (Log log = Log.open()) {
      for (int i = 0; i < JOBS; i++) {
        jobs.add(story.accept(Story.REQUEST));
      }
      waiting().until(() -> failed(jobs) >= 1 && failed(jobs) == provider.creates().size());
      nothingMore();
      long first = failed(jobs);
      assertThat(first).isBetween(1L, (long) AT_ONCE);
      clock.tick(Duration.ofSeconds(10));
      waiting().until(() -> failed(jobs) == first + 1);
      clock.tick(Duration.ofSeconds(19));
      nothingMore();
      clock.tick(Duration.ofSeconds(1));
      waiting().until(() -> failed(jobs) == first + 2);
      nothingMore();

      Files.writeString(key, "the-new-key\n");
      clock.tick(Duration.ofSeconds(40));

      waiting()
          .until(
              () -> {
                clock.tick(Duration.ofSeconds(1));
                return count(jobs, "COMPLETE") + failed(jobs) == JOBS;
              });
      assertThat(failed(jobs)).isEqualTo(first + 2);
      List<String> by = provider.creates().stream().map(Provider::key).toList();
      assertThat(Collections.frequency(by, "revoked-key")).isEqualTo((int) first + 2);
      assertThat(Collections.frequency(by, "the-new-key")).isEqualTo(JOBS - (int) first - 2);
      assertThat(log.with("the key of account"))
          .containsExactly(
              "WARN the key of account default is refused by the provider, trying again until it is"
                  + " back: Authentication hook unauthorized this request",
              "INFO the key of account default is back");
    }
  }

  private void nothingMore() {
    int creates = provider.creates().size();
    await()
        .during(Duration.ofMillis(300))
        .atMost(Duration.ofSeconds(20))
        .until(() -> provider.creates().size() == creates);
  }

  private long failed(List<String> jobs) {
    return count(jobs, "FAILED");
  }

  private long count(List<String> jobs, String state) {
    return jobs.stream().filter(job -> story.state(job).equals(state)).count();
  }

  @Test
  void anAccountWhoseKeyIsRefusedHoldsUpNoOther() throws Exception {
    story
        .with("leonardo.api-key", "good-key")
        .with("leonardo.accounts.studio.api-key", "revoked-key")
        .start();
    String studio =
        """
        {"model":"kling-3.0-turbo","account":"studio","parameters":{"prompt":"a koala"}}""";
    story.until(story.accept(studio), "FAILED");
    String waits = story.accept(studio);
    story.until(story.accept(Story.REQUEST), "RUNNING");
    assertThat(story.state(waits)).isEqualTo("ACCEPTED");
  }

  private static ConditionFactory waiting() {
    return await().atMost(Duration.ofSeconds(60));
  }
}
