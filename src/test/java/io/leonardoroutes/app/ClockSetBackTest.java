package io.leonardoroutes.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.leonardoroutes.fixture.Fixture;
import io.leonardoroutes.fixture.FlowFixture;
import io.leonardoroutes.fixture.InboxFixture;
import io.leonardoroutes.fixture.LedgerRows;
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

  @Test
  void aLongScheduleIsNoClockThatWasAhead() throws Exception {
    try (LogCapture log = LogCapture.open();
        FlowFixture story =
            story()
                .with("leonardo.track.first", "10h")
                .with("leonardo.reconcile.settle", "3h")
                .with("leonardo.limits.concurrent", "10")
                .start()) {
      String running = story.accept(FlowFixture.REQUEST);
      story.until(running, "RUNNING");
      provider.onCreate(create -> ScriptedProvider.json(500, ""));
      String doubtful = story.accept(FlowFixture.REQUEST);
      story.until(doubtful, "IN_DOUBT");
      // As after a reading of the list that did not show it.
      LedgerRows.change(story.app(), "UPDATE job SET tries = 1 WHERE id = '" + doubtful + "'");
      String due = due(story);

      story.app().context().getRegistry().findSingleByType(ClockCheck.class).correct();

      assertThat(due(story)).isEqualTo(due);
      assertThat(log.with("the clock was ahead")).isEmpty();
    }
  }

  private static String due(FlowFixture story) {
    return LedgerRows.of(story.app(), "SELECT id, due_at FROM job ORDER BY id").toString();
  }

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
