package io.leonardoroutes.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.leonardoroutes.fixture.Fixture;
import io.leonardoroutes.fixture.FlowFixture;
import io.leonardoroutes.fixture.LedgerRows;
import io.leonardoroutes.fixture.Patience;
import io.leonardoroutes.fixture.ScriptedProvider;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a stop waits for: whoever cuts a paid call off does not know whether it is paid. */
class StopTest {
  @TempDir Path folder;
  @Fixture private ScriptedProvider provider;
  @Fixture private FlowFixture story;

  @Test
  void aPaidCallIsAnsweredBeforeTheProgramEndsHoweverShortAStopIsMeantToBe() throws Exception {
    CountDownLatch never = new CountDownLatch(1);
    provider.onCreate(
        create -> {
          never.await(4, TimeUnit.SECONDS);
          return provider.created();
        });
    story.app().main().configure().withShutdownTimeout(1);
    story.with("leonardo.track.first", "1h").start();
    story.accept(FlowFixture.REQUEST);
    await().atMost(Patience.LONG).until(() -> provider.creates().size() == 1);

    story.close();

    assertThat(LedgerRows.of(story.app(), "SELECT state, generation_id FROM job"))
        .isEqualTo(List.of(Map.of("state", "RUNNING", "generation_id", "gen-1")));
  }

  @Test
  void aStopMayLastAsLongAsAPaidCallAndItsRecord() throws Exception {
    story
        .with("leonardo.http.connect-timeout", "10s")
        .with("leonardo.http.response-timeout", "3m")
        .with("leonardo.lease", "1h")
        .start();

    assertThat(story.app().context().getShutdownStrategy().getTimeout())
        .isEqualTo(10 + 2 * 180 + 60);
  }

  @Test
  void byDefaultItMayLastAsLongAsThePagesSay() throws Exception {
    story.start();

    long seconds = story.app().context().getShutdownStrategy().getTimeout();
    assertThat(Files.readString(Path.of("src/site/markdown/failures.md")))
        .contains("within " + seconds + " s by");
    assertThat(Files.readString(Path.of("src/site/markdown/operating.md")))
        .contains("by default " + seconds + " s.");
  }

  @Test
  void aStopThatMayLastLongerStillMay() throws Exception {
    story.app().main().configure().withShutdownTimeout(100_000);
    story.start();

    assertThat(story.app().context().getShutdownStrategy().getTimeout()).isEqualTo(100_000);
  }
}
