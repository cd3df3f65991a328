package io.leonardoroutes.ledger;

import static io.leonardoroutes.job.JobState.RUNNING;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leonardoroutes.database.LedgerConnection;
import io.leonardoroutes.database.LedgerReader;
import io.leonardoroutes.database.LedgerSql;
import io.leonardoroutes.fixture.Fixture;
import io.leonardoroutes.fixture.TestLedger;
import io.leonardoroutes.fixture.TestLimits;
import io.leonardoroutes.fixture.TickingClock;
import io.leonardoroutes.job.Acceptance;
import io.leonardoroutes.job.Job;
import io.leonardoroutes.job.Price;
import io.leonardoroutes.limits.LearnedPrices;
import io.leonardoroutes.limits.QuoteQueries;
import io.leonardoroutes.limits.VideoKind;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

@ParameterizedClass(name = "{0}")
@EnumSource(Engine.class)
class LearnedPriceTest {
  @Parameter Engine engine;
  @TempDir Path folder;
  private final TickingClock clock = new TickingClock();
  @Fixture private String url;
  @Fixture private Ledger ledger;

  @Test
  void aRequestCostsWhatJobsLikeItCostTheSameAccount() {
    assertThat(price(5)).as("nothing was paid yet").isEmpty();
    paid(5, "0.20", "DOLLARS");
    paid(5, "0.25", "DOLLARS");
    paid(5, "0.22", "DOLLARS");

    assertThat(price(5)).as("the dearest").contains(learned("0.25", "DOLLARS"));
    assertThat(price(10)).as("another length").isEmpty();
    assertThat(ledger.quotes().price("studio", request(5, "A dog"))).isEmpty();
  }

  @Test
  void aPriceThatFellIsLearnedAfterTwentyJobs() {
    paid(5, "0.90", "DOLLARS");
    for (int i = 0; i < 20; i++) {
      assertThat(price(5)).contains(learned("0.90", "DOLLARS"));
      paid(5, "0.10", "DOLLARS");
    }

    assertThat(price(5)).contains(learned("0.10", "DOLLARS"));
  }

  @Test
  void theUnitIsTheOneThatWasChargedLast() {
    paid(5, "0.20", "DOLLARS");
    paid(5, "168", "CREDITS");
    paid(5, "120", "CREDITS");

    assertThat(price(5)).contains(learned("168", "CREDITS"));

    paid(5, "0.21", "DOLLARS");

    assertThat(price(5)).contains(learned("0.21", "DOLLARS"));
  }

  @Test
  void everyKindIsListedOnceWithTheDearestOfWhatHasNoColumn() {
    paid(5, "0.20", "DOLLARS");
    paid(10, "0.40", "DOLLARS");
    ObjectNode wide = request(5, "A cat");
    wide.withObject("/parameters").put("mode", "RESOLUTION_1080");
    paid(wide, "0.30", "DOLLARS");
    paid(15, null, null);

    assertThat(ledger.quotes().prices(Job.DEFAULT_ACCOUNT))
        .containsExactlyInAnyOrder(
            new LearnedPrices.Known(video(5), learned("0.30", "DOLLARS")),
            new LearnedPrices.Known(video(10), learned("0.40", "DOLLARS")));
    assertThat(ledger.quotes().prices("studio")).isEmpty();
  }

  private static VideoKind video(int seconds) {
    return new VideoKind("kling-3.0-turbo", seconds, null, null);
  }

  @Test
  void aPriceIsReadBesideTheProgramThatUsesTheLedger() {
    paid(5, "0.20", "DOLLARS");

    LedgerSql reader = LedgerReader.open(new LedgerConnection(url, null, null)).orElseThrow();

    assertThat(new QuoteQueries(reader, clock).price("default", request(5, "A dog")))
        .contains(learned("0.20", "DOLLARS"));
  }

  @Test
  void aJobWithoutAPriceTeachesNone() {
    paid(5, null, null);

    assertThat(price(5)).isEmpty();
  }

  private static Price learned(String amount, String unit) {
    return new Price(new BigDecimal(amount), unit, Price.Basis.LEARNED);
  }

  private Optional<Price> price(int seconds) {
    return ledger.quotes().price(Job.DEFAULT_ACCOUNT, request(seconds, "A dog"));
  }

  private void paid(int seconds, String amount, String unit) {
    paid(request(seconds, "A cat"), amount, unit);
  }

  private void paid(JsonNode request, String amount, String unit) {
    clock.tick(Duration.ofSeconds(1));
    Job.Routing routing = new Job.Routing(null, null, "hash", 4, List.of(), null);
    Job job =
        ((Acceptance.Accepted)
                ledger.accept(TestLedger.asked(null, request, routing), one -> List.of()))
            .job();
    Job sent =
        ledger.submitting(job, TestLimits.of(100, 1000), Duration.ofSeconds(30)).orElseThrow();
    Job.Cost cost = amount == null ? null : new Job.Cost(amount, unit);
    ledger.move(sent, sent.to(RUNNING).created("gen-" + sent.id(), cost));
  }

  private static ObjectNode request(int seconds, String prompt) {
    ObjectNode request = new ObjectMapper().createObjectNode().put("model", "kling-3.0-turbo");
    request.putObject("parameters").put("prompt", prompt).put("duration", seconds);
    return request;
  }
}
