package io.leonardoroutes.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.leonardoroutes.fixture.Fixture;
import io.leonardoroutes.fixture.FlowFixture;
import io.leonardoroutes.fixture.InboxFixture;
import io.leonardoroutes.fixture.LogCapture;
import io.leonardoroutes.fixture.Patience;
import io.leonardoroutes.fixture.ScriptedProvider;
import io.leonardoroutes.fixture.TickingClock;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The machine's clock was an hour ahead, and somebody sets it right. */
class ClockSetBackTest {
  private static final Duration LONG = Patience.LONG;
  private static final Duration HOUR = Duration.ofHours(1);
  private static final String LINE = "WARN the clock was ahead by PT1H and was set back: ";

  @TempDir Path folder;
  private final TickingClock clock = new TickingClock();
  @Fixture private ScriptedProvider provider;

  private void goOnUntil(Callable<Boolean> fact) {
    await()
        .atMost(LONG)
        .until(
            () -> {
              clock.tick(Duration.ofMillis(100));
              return fact.call();
            });
  }

  private FlowFixture story() {
    return FlowFixture.in(folder, provider)
        .bind("clock", clock)
        .with("leonardo.track.first", "1ms");
  }

  @Test
  void whatWaitsGoesOnAtOnceAfterAStartByTheRightTimeAndOneLineSaysByHowMuch() throws Exception {
    String running;
    String waiting;
    try (FlowFixture story = story().with("leonardo.limits.concurrent", "1")) {
      provider.onLook(ScriptedProvider::pending);
      story.start();
      running = story.accept(FlowFixture.REQUEST);
      story.submitted(running);
      waiting = story.accept(FlowFixture.REQUEST);
    }
    clock.tick(HOUR.negated());

    try (LogCapture log = LogCapture.open();
        FlowFixture story = story().start()) {
      assertThat(log.with("the clock was ahead")).singleElement().asString().startsWith(LINE);
      goOnUntil(() -> story.told(running).contains("completed"));
      goOnUntil(() -> story.told(waiting).contains("completed"));
      assertThat(provider.creates()).hasSize(2);
      assertThat(log.with("the clock was ahead")).hasSize(1);
    }
  }

  @Test
  void whatIsAcceptedLooksAtItsVideoAndIsDeliveredWhileTheClockIsSetBack() throws Exception {
    try (LogCapture log = LogCapture.open();
        FlowFixture story = story().with("leonardo.file.enabled", "true")) {
      provider.onLook(ScriptedProvider::pending);
      story.start();
      String running = story.accept(FlowFixture.REQUEST);
      goOnUntil(() -> !provider.looks().isEmpty());

      clock.tick(HOUR.negated());

      await().atMost(LONG).until(() -> !log.with("and was set back").isEmpty());
      goOnUntil(() -> story.told(running).contains("completed"));
      String later = story.accept(FlowFixture.REQUEST);
      InboxFixture.into(story.app().inbox()).file("dropped.json", InboxFixture.request("dropped"));
      goOnUntil(() -> story.told(later).contains("completed") && story.toldTimes("completed") == 3);
      assertThat(provider.creates()).hasSize(3);
      assertThat(log.with("is in doubt")).isEmpty();
    }
  }
}
