package io.leonardoroutes.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.leonardoroutes.fixture.FlowFixture;
import io.leonardoroutes.fixture.LogCapture;
import io.leonardoroutes.fixture.Patience;
import io.leonardoroutes.fixture.RestClient;
import io.leonardoroutes.fixture.ScriptedProvider;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A program whose ledger's file is taken away while it runs. */
class ReplacedLedgerTest {
  private static final Duration LONG = Patience.LONG;

  @TempDir Path folder;

  @Test
  void aProgramWhoseLedgerIsGoneConfirmsAndPaysNothingAndSaysSoOnce() throws Exception {
    try (LogCapture log = LogCapture.open();
        ScriptedProvider provider = ScriptedProvider.start();
        FlowFixture story =
            FlowFixture.in(folder, provider)
                .with("leonardo.rest.enabled", "true")
                .with("leonardo.limits.concurrent", "1")) {
      String managed = story.app().managed();
      story.start();
      RestClient rest = RestClient.of(story.app());
      assertThat(rest.post(FlowFixture.REQUEST).statusCode()).isEqualTo(202);
      await().atMost(LONG).until(() -> story.toldTimes("completed") == 1);

      Files.delete(story.app().data().resolve("ledger.db"));

      for (int i = 0; i < 5; i++) {
        assertThat(rest.post(FlowFixture.REQUEST).statusCode()).isEqualTo(503);
      }
      await().atMost(LONG).until(() -> !log.with("the ledger is away").isEmpty());
      HttpResponse<String> ready =
          rest.client()
              .send(
                  HttpRequest.newBuilder(URI.create(managed + "/health/ready")).build(),
                  BodyHandlers.ofString());
      assertThat(ready.statusCode()).isEqualTo(503);
      assertThat(ready.body()).contains("DOWN");
      assertThat(log.with("the ledger is away"))
          .containsExactly(
              "WARN the ledger is away, retrying: %s is not as this program left it, it is gone: nothing is confirmed until it is back"
                  .formatted(story.app().data().resolve("ledger.db")));
      assertThat(provider.creates()).hasSize(1);
    }
  }
}
