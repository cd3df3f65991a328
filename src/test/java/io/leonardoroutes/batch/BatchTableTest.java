package io.leonardoroutes.batch;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.leonardoroutes.batch.BatchTable.Opening;
import io.leonardoroutes.fixture.TestLedger;
import io.leonardoroutes.fixture.TickingClock;
import io.leonardoroutes.job.Acceptance;
import io.leonardoroutes.job.Job;
import io.leonardoroutes.job.JobState;
import io.leonardoroutes.job.NewJob;
import io.leonardoroutes.job.OutboxEvent;
import io.leonardoroutes.ledger.Engine;
import io.leonardoroutes.ledger.Ledger;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

@ParameterizedClass(name = "{0}")
@EnumSource(Engine.class)
class BatchTableTest {
  private static final Duration LEASE = Duration.ofMinutes(1);
  private static final JsonNode REQUEST =
      new ObjectMapper().createObjectNode().put("model", "kling-3.0-turbo");
  private static final JsonNode PROBLEM = new ObjectMapper().createObjectNode().put("status", 422);

  @Parameter Engine engine;
  @TempDir Path folder;
  private final TickingClock clock = new TickingClock();
  private Ledger ledger;
  private BatchTable batches;

  @BeforeEach
  void open() {
    ledger = TestLedger.open(engine.emptyLedger(folder), clock);
    batches = ledger.batches();
  }

  @AfterEach
  void close() {
    ledger.close();
  }

  @Test
  void whatWasReadIsAcceptedWithHowFarItIs() {
    Batch batch = begun("b", 3);

    assertThat(commit(batch, 2, valid(1, null), rejected(2))).isTrue();

    Batch now = batches.find("b").orElseThrow();
    assertThat(now.readLines()).isEqualTo(2);
    assertThat(now.state()).isEqualTo(BatchState.READING);
    assertThat(outcomes()).containsExactly("1 ACCEPTED", "2 REJECTED");
    assertThat(ledger.list(JobState.ACCEPTED, 10, null))
        .singleElement()
        .extracting(Job::batch)
        .isEqualTo("b");
  }

  @Test
  void whoeverIsSecondWithTheSameLinesAcceptsNothing() {
    Batch batch = begun("b", 3);
    commit(batch, 2, valid(1, null), valid(2, null));

    assertThat(commit(batch, 3, valid(1, null), valid(2, null), valid(3, null))).isFalse();

    assertThat(ledger.list(null, 10, null)).hasSize(2);
  }

  @Test
  void aReferenceThatStandsForAnotherRequestIsAProblemOfItsLineAlone() {
    ledger.accept(asked("order-1", "other"), job -> List.of());
    Batch batch = begun("b", 2);

    commit(batch, 2, valid(1, "order-1"), valid(2, null));

    assertThat(outcomes()).containsExactly("1 REJECTED", "2 ACCEPTED");
  }

  @Test
  void linesThatAreCommittedTogetherAreAcceptedAsIfTheyHadComeAlone() {
    Batch batch = begun("b", 5);

    commit(
        batch,
        5,
        valid(1, "order-1"),
        valid(2, "order-1"),
        LineVerdict.valid(3, asked("order-1", "other").in("b"), null),
        rejected(4),
        valid(5, null));

    assertThat(outcomes())
        .containsExactly("1 ACCEPTED", "2 ACCEPTED", "3 REJECTED", "4 REJECTED", "5 ACCEPTED");
    assertThat(ledger.list(null, 10, null))
        .hasSize(2)
        .allSatisfy(job -> assertThat(ledger.history(job.id())).hasSize(1));
  }

  @Test
  void theSameFileAgainDecidesOnlyLinesWithoutAJob() {
    Batch batch = begun("b", 2);
    commit(batch, 2, valid(1, null), rejected(2));
    batches.release(batch);

    assertThat(batches.open(batch, "other")).isEqualTo(Opening.OPEN);
    assertThat(claim()).as("before its content is in place").isEmpty();
    batches.begin("b");

    assertThat(batches.withJob("b", 1, 2)).containsExactly(1L);
    Batch again = claim().orElseThrow();
    assertThat(again.readLines()).isZero();
    commit(again, 2, valid(2, null));
    assertThat(outcomes()).containsExactly("1 ACCEPTED", "2 ACCEPTED");
    batches.release(again);
    assertThat(batches.open(batch, "other")).isEqualTo(Opening.KNOWN);
  }

  @Test
  void aBatchThatIsWorkedOnIsNotOpenedAgain() {
    Batch batch = begun("b", 2);

    assertThat(batches.open(batch, "other")).isEqualTo(Opening.BUSY);
  }

  @Test
  void theReportsOfTwoBatchesHaveDifferentNames() {
    begun("b", 1);
    begun("c", 1);

    assertThat(batches.find("b").orElseThrow().report()).isEqualTo("koalas");
    assertThat(batches.find("c").orElseThrow().report()).isEqualTo("koalas-c");
  }

  @Test
  void batchesTakeTurns() {
    Batch first = begun("b", 9);
    clock.tick(Duration.ofSeconds(1));
    Batch second = begun("c", 9);
    clock.tick(Duration.ofSeconds(1));
    commit(first, 1, valid(1, null));
    batches.release(first);
    batches.release(second);

    assertThat(claim()).map(Batch::id).contains("c");
    assertThat(claim()).map(Batch::id).contains("b");
    assertThat(claim()).isEmpty();
  }

  @Test
  void oneThatIsReadIsClaimedWhereItsContentIs() {
    Batch first = begun("b", 9);
    batches.release(first);
    clock.tick(Duration.ofSeconds(1));
    batches.release(begun("c", 9));

    assertThat(batches.claim(LEASE, "c"::equals)).map(Batch::id).contains("c");
    assertThat(batches.claim(LEASE, "c"::equals)).isEmpty();
  }

  @Test
  void oneThatIsReadToItsEndIsClaimedAnywhere() {
    Batch batch = begun("b", 1);
    commit(batch, 1, rejected(1));
    batches.release(batch);

    assertThat(batches.claim(LEASE, id -> false)).map(Batch::id).contains("b");
  }

  @Test
  void oneThatIsDueForLongAndWhoseContentIsNotHereIsStranded() {
    batches.release(begun("b", 9));
    clock.tick(Duration.ofMinutes(10));
    batches.release(begun("c", 9));
    Instant since = clock.instant().minus(Duration.ofMinutes(5));

    assertThat(batches.stranded(since, id -> false)).extracting(Batch::id).containsExactly("b");
    assertThat(batches.stranded(since, id -> true)).isEmpty();
    claim();
    assertThat(batches.stranded(since, id -> false)).as("while it is leased").isEmpty();
  }

  @Test
  void itIsClaimedAfterTheClockWasSetBack() {
    Batch batch = begun("b", 2);
    batches.later(batch, clock.instant().plus(Duration.ofDays(2)));

    assertThat(claim()).isPresent();
  }

  @Test
  void aRestoredLedgerReadsNoBatchOnUntilItsFileIsDroppedAgain() {
    Batch batch = begun("b", 2);
    commit(batch, 1, valid(1, null));
    batches.release(batch);

    ledger.restored(clock.instant(), change -> change, BatchTableTest::told);

    assertThat(batches.find("b").orElseThrow().state()).isEqualTo(BatchState.RUNNING);
    assertThat(batches.open(batch, "other")).isEqualTo(Opening.OPEN);
  }

  @Test
  void onceEveryLineHasEndedItIsNotDueAnyMore() {
    Batch batch = begun("b", 1);
    commit(batch, 1, rejected(1));
    Batch read = batches.find("b").orElseThrow();
    BatchTotals totals = batches.totals("b");

    assertThat(totals.ended()).isEqualTo(totals.lines()).isEqualTo(1);
    batches.reported(read, totals.text(), null);

    assertThat(batches.find("b")).map(Batch::state).contains(BatchState.ENDED);
    clock.tick(Duration.ofDays(1));
    assertThat(claim()).isEmpty();
  }

  private Optional<Batch> claim() {
    return batches.claim(LEASE, id -> true);
  }

  private Batch begun(String id, long lines) {
    Batch batch = Batch.of(id, "koalas.csv", "koalas", Map.of(), null, lines, Instant.EPOCH);
    assertThat(batches.open(batch, "koalas-" + id)).isEqualTo(Opening.OPEN);
    batches.begin(id);
    return batches.claim(LEASE, id::equals).orElseThrow();
  }

  private boolean commit(Batch seen, long read, LineVerdict... verdicts) {
    return batches.commit(seen, read, List.of(verdicts), BatchTableTest::conflict, null);
  }

  private static LineVerdict conflict(LineVerdict verdict, Acceptance.Conflict conflict) {
    return rejected(verdict.line());
  }

  private static LineVerdict valid(long line, String reference) {
    return LineVerdict.valid(line, asked(reference, "hash").in("b"), null);
  }

  private static NewJob asked(String reference, String hash) {
    return TestLedger.asked(
        reference, REQUEST, new Job.Routing(null, null, hash, 4, List.of(), null));
  }

  private static LineVerdict rejected(long line) {
    return LineVerdict.rejected(line, PROBLEM, List.of());
  }

  private static OutboxEvent told(Job job) {
    return new OutboxEvent(
        "e", job.id(), "in_doubt", "{}", job.name(), null, Instant.EPOCH, List.of());
  }

  private List<String> outcomes() {
    return batches.lines("b", 0, 10).stream()
        .map(outcome -> outcome.line() + " " + outcome.state())
        .toList();
  }
}
