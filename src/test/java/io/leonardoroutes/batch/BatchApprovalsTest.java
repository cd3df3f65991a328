package io.leonardoroutes.batch;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.leonardoroutes.batch.BatchApproval.Stage;
import io.leonardoroutes.fixture.Fixture;
import io.leonardoroutes.fixture.TestLedger;
import io.leonardoroutes.fixture.TestLimits;
import io.leonardoroutes.fixture.TickingClock;
import io.leonardoroutes.job.Actor;
import io.leonardoroutes.job.Delivery;
import io.leonardoroutes.job.Job;
import io.leonardoroutes.job.JobState;
import io.leonardoroutes.job.NewJob;
import io.leonardoroutes.job.OutboxEvent;
import io.leonardoroutes.job.Price;
import io.leonardoroutes.job.WaitsFor;
import io.leonardoroutes.ledger.Engine;
import io.leonardoroutes.ledger.Ledger;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** What is known of the sum of a batch, and who decides about it. */
@ParameterizedClass(name = "{0}")
@EnumSource(Engine.class)
class BatchApprovalsTest {
  private static final Actor ANN = new Actor("ann", "REST");
  private static final Duration LEASE = Duration.ofMinutes(1);

  @Parameter Engine engine;
  @TempDir Path folder;
  private final TickingClock clock = new TickingClock();
  @Fixture private Ledger ledger;

  private BatchLimit limit(String above) {
    return new BatchLimit(
        new BigDecimal(above), "DOLLARS", Duration.ofDays(7), BatchApprovalsTest::told);
  }

  private static OutboxEvent told(Batch batch, BatchApproval approval) {
    return new OutboxEvent(
        "e" + approval.sum(),
        batch.id(),
        "approval",
        "{}",
        "a",
        null,
        Instant.EPOCH,
        List.of(new OutboxEvent.Target("told", Delivery.Content.EVENT)));
  }

  private Batch begun(long lines) {
    Batch batch = Batch.of("b", "b.jsonl", "b", Map.of(), null, lines, clock.instant());
    ledger.batches().open(batch, "b-2");
    ledger.batches().begin("b");
    return ledger.batches().claim(LEASE, id -> true).orElseThrow();
  }

  private Batch read(Batch seen, long read, BatchLimit limit, LineVerdict... verdicts) {
    assertThat(
            ledger.batches().commit(seen, read, List.of(verdicts), (line, conflict) -> line, limit))
        .isTrue();
    return ledger.batches().find("b").orElseThrow();
  }

  private static LineVerdict line(long line, String amount) {
    return line(line, amount, "DOLLARS");
  }

  private static LineVerdict line(long line, String amount, String unit) {
    NewJob asked =
        TestLedger.asked(
            null,
            new ObjectMapper().createObjectNode().put("model", "kling-3.0-turbo"),
            new Job.Routing(null, null, "hash", 4, List.of(), null));
    return LineVerdict.valid(
        line,
        asked.in("b").waitingFor(null, new NewJob.Approval("waits", null, null)),
        amount == null ? null : new Price(new BigDecimal(amount), unit, Price.Basis.TABLE));
  }

  private BatchApproval approval() {
    return ledger.batches().approvals().find("b").orElseThrow();
  }

  private long told() {
    return ledger.outbox().claim("told", 10, LEASE).size();
  }

  private List<Job> waiting() {
    return ledger.waiting().ofBatch("b", true, null, 10);
  }

  @Test
  void noneIsSubmittedOrApprovedBeforeAllLinesAreRead() {
    Batch batch = read(begun(3), 2, limit("2"), line(1, "1.5"), line(2, "0.7"));

    assertThat(approval().stage()).isEqualTo(Stage.SUMMING);
    clock.tick(Duration.ofDays(8));
    assertThat(ledger.governor().due(10, TestLimits.of(10, 10), LEASE).jobs()).isEmpty();
    assertThat(ledger.waiting().due(WaitsFor.APPROVAL, 10)).isEmpty();
    Job first = waiting().get(0);
    Job.Change approved = first.to(JobState.ACCEPTED).waitsFor(null).dueAt(clock.instant());
    assertThat(ledger.waiting().approve(first, approved)).isFalse();
    assertThat(ledger.batches().approvals().decide("b", Stage.APPROVED, ANN)).isFalse();
    assertThat(told()).isZero();

    read(batch, 3, limit("2"), line(3, "0.8"));
    assertThat(approval().stage()).isEqualTo(Stage.WAITING);
    assertThat(approval().sum()).isEqualByComparingTo("3.0");
    assertThat(approval().expires()).isEqualTo(clock.instant().plus(Duration.ofDays(7)));
    assertThat(told()).isEqualTo(1);
    assertThat(ledger.waiting().approve(first, approved)).isTrue();
  }

  @Test
  void aSumThatIsNotAboveOpensIt() {
    Batch batch = read(begun(2), 1, limit("2"), line(1, "1"));
    read(batch, 2, limit("2"), line(2, "1"));
    assertThat(approval().stage()).isEqualTo(Stage.OPEN);
    assertThat(ledger.batches().approvals().decided()).containsExactly("b");
  }

  @Test
  void whatHasNoPriceInTheCurrencyMakesItWait() {
    read(begun(2), 2, limit("2"), line(1, null), line(2, "1", "CREDITS"));
    assertThat(approval().stage()).isEqualTo(Stage.WAITING);
    assertThat(approval().unpriced()).isEqualTo(2);
  }

  @Test
  void ofManyWhoDecideAtOnceOneDoes() {
    read(begun(1), 1, limit("0.5"), line(1, "1"));

    List<Boolean> decided =
        Stream.of(Stage.APPROVED, Stage.REJECTED, Stage.APPROVED, Stage.REJECTED)
            .map(
                stage ->
                    CompletableFuture.supplyAsync(
                        () -> ledger.batches().approvals().decide("b", stage, ANN)))
            .toList()
            .stream()
            .map(CompletableFuture::join)
            .toList();

    assertThat(decided).containsOnlyOnce(true);
    assertThat(approval().by()).isEqualTo(ANN);
    clock.tick(Duration.ofDays(8));
    Stage before = approval().stage();
    ledger.batches().approvals().expire();
    assertThat(approval().stage()).isEqualTo(before);
  }

  @Test
  void itEndsOnlyOnceNoneOfItsJobsWaits() {
    Batch batch = read(begun(1), 1, limit("0.5"), line(1, "1"));
    ledger.batches().release(batch);
    ledger.batches().approvals().decide("b", Stage.APPROVED, ANN);
    ledger.batches().approvals().end("b");
    assertThat(approval().stage()).isEqualTo(Stage.APPROVED);
    assertThat(ledger.batches().open(batch, "b-2")).isEqualTo(BatchTable.Opening.BUSY);

    Job job = waiting().get(0);
    assertThat(
            ledger
                .waiting()
                .approve(job, job.to(JobState.ACCEPTED).waitsFor(null).dueAt(clock.instant())))
        .isTrue();
    ledger.batches().approvals().end("b");
    assertThat(ledger.batches().approvals().find("b")).isEmpty();
    assertThat(ledger.batches().open(batch, "b-2")).isEqualTo(BatchTable.Opening.KNOWN);
  }

  @Test
  void whenTheLimitIsTakenAwayWhileItIsReadItOpens() {
    Batch batch = read(begun(2), 1, limit("0.5"), line(1, "1"));
    read(batch, 2, null, line(2, "1"));
    assertThat(approval().stage()).isEqualTo(Stage.OPEN);
  }

  @Test
  void afterARestoreItWaitsForAnOperatorHoweverLong() {
    read(begun(2), 1, limit("9"), line(1, "1"));
    Job job = waiting().get(0);

    ledger.restored(
        clock.instant(),
        change -> change.dueAt(clock.instant()),
        in -> told(begunBatch(), approval()));

    assertThat(approval().stage()).isEqualTo(Stage.WAITING);
    clock.tick(Duration.ofDays(30));
    ledger.batches().approvals().expire();
    ledger.batches().approvals().decide("b", Stage.REJECTED, ANN);
    assertThat(waiting()).as("it may have been paid").isEmpty();
    ledger.batches().approvals().end("b");
    assertThat(approval().stage()).as("until the doubt is settled").isEqualTo(Stage.REJECTED);
    Job doubtful = ledger.find(job.id()).orElseThrow();
    ledger.move(doubtful, doubtful.to(JobState.ACCEPTED).submittedAt(null).dueAt(clock.instant()));
    assertThat(waiting()).extracting(Job::id).containsExactly(job.id());
  }

  private Batch begunBatch() {
    return ledger.batches().find("b").orElseThrow();
  }
}
