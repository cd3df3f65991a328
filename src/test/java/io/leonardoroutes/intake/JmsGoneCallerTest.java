package io.leonardoroutes.intake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.leonardoroutes.fixture.App;
import io.leonardoroutes.fixture.InboxFixture;
import io.leonardoroutes.fixture.LedgerRows;
import io.leonardoroutes.fixture.LogCapture;
import io.leonardoroutes.fixture.Patience;
import io.leonardoroutes.fixture.ScriptedProvider;
import io.leonardoroutes.fixture.TestBroker;
import io.leonardoroutes.fixture.TickingClock;
import io.leonardoroutes.jms.JmsClient;
import jakarta.jms.Message;
import jakarta.jms.TemporaryQueue;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A caller that takes the acceptance of its request, and is gone with its temporary queue. */
class JmsGoneCallerTest {
  private static final Duration LONG = Patience.LONG;

  @TempDir Path folder;
  private final TickingClock clock = new TickingClock();

  @ParameterizedTest
  @EnumSource(JmsClient.class)
  void whatItWouldHaveBeenToldIsTriedTwiceAndEndsWithoutAWord(JmsClient kind) throws Exception {
    try (ScriptedProvider provider = ScriptedProvider.start();
        TestBroker broker = new TestBroker(kind, folder.resolve("broker"), App.freePort());
        LogCapture log = LogCapture.open()) {
      broker.start();
      App app =
          App.in(folder)
              .at(provider)
              .bind("clock", clock)
              .with("leonardo.jms.enabled", "true")
              .with("leonardo.jms.url", broker.url())
              .with("leonardo.jms.client", kind.settingValue())
              .with("leonardo.track.first", "1h");
      try (app) {
        app.start();
        try (TestBroker.Caller caller = new TestBroker.Caller(kind, broker.url())) {
          TemporaryQueue answers = caller.session.createTemporaryQueue();
          Message request = caller.session.createTextMessage(InboxFixture.request("a"));
          request.setJMSReplyTo(answers);
          caller.send("leonardo.requests", request);
          assertThat(caller.receive(answers)).isNotNull();
          await().atMost(LONG).until(() -> told(app).equals(List.of("DELIVERED 0", "DELIVERED 0")));
        }
        clock.tick(Duration.ofHours(1));
        await()
            .atMost(LONG)
            .until(() -> told(app).equals(List.of("DELIVERED 0", "DELIVERED 0", "PENDING 1")));
        clock.tick(Duration.ofMinutes(1));
        await()
            .atMost(LONG)
            .until(() -> told(app).equals(List.of("DELIVERED 0", "DELIVERED 0", "DELIVERED 1")));

        assertThat(LedgerRows.of(app, "SELECT error FROM delivery WHERE tries = 1"))
            .extracting(row -> row.get("error"))
            .containsExactly("the caller is gone, and its temporary queue or topic with it");
        assertThat(log.warnings()).isEmpty();
      }
    }
  }

  private static List<String> told(App app) {
    return LedgerRows.of(
            app,
            "SELECT state || ' ' || tries AS told FROM delivery JOIN event ON id = event_id"
                + " WHERE sink = 'reply' ORDER BY time")
        .stream()
        .map(row -> (String) row.get("told"))
        .toList();
  }
}
