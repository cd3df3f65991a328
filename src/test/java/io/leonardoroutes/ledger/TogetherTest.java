package io.leonardoroutes.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import io.leonardoroutes.fixture.TestLedger;
import io.leonardoroutes.fixture.TickingClock;
import io.leonardoroutes.job.Acceptance;
import io.leonardoroutes.job.Acceptance.Accepted;
import io.leonardoroutes.job.Acceptance.Conflict;
import io.leonardoroutes.job.Acceptance.Known;
import io.leonardoroutes.job.NewJob;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Requests that are accepted together, or not at all. */
@ParameterizedClass(name = "{0}")
@EnumSource(Engine.class)
class TogetherTest {
  @Parameter Engine engine;
  @TempDir Path folder;
  private Ledger ledger;

  @BeforeEach
  void open() {
    ledger = TestLedger.open(engine.emptyLedger(folder), new TickingClock());
  }

  @AfterEach
  void close() {
    ledger.close();
  }

  private static NewJob request(String reference, String hash) {
    return NewJobs.request(reference, null, hash);
  }

  @Test
  void allAreAcceptedInTheirOrderAndThoseOfBeforeAreKnown() {
    ledger.accept(request("a", "one"), job -> List.of());
    List<Acceptance> all =
        ledger.acceptAll(List.of(request("b", "two"), request("a", "one"), request("b", "two")));

    assertThat(all).hasExactlyElementsOfTypes(Accepted.class, Known.class, Known.class);
    assertThat(((Known) all.get(2)).job()).isEqualTo(((Accepted) all.get(0)).job());
    assertThat(ledger.list(null, 10, null)).hasSize(2);
  }

  @Test
  void ifOneIsAConflictNoneIsAccepted() {
    List<Acceptance> all =
        ledger.acceptAll(List.of(request("a", "one"), request("b", "two"), request("a", "x")));

    assertThat(all).hasExactlyElementsOfTypes(Accepted.class, Accepted.class, Conflict.class);
    assertThat(ledger.list(null, 10, null)).isEmpty();
    assertThat(ledger.history(((Accepted) all.get(0)).job().id())).isEmpty();
  }

  @Test
  void twoThatAskForTheSameInAnotherOrderBothEnd() throws Exception {
    List<NewJob> forth = IntStream.range(0, 50).mapToObj(i -> request("r-" + i, "same")).toList();
    List<NewJob> back = new ArrayList<>(forth);
    Collections.reverse(back);
    ExecutorService callers = Executors.newFixedThreadPool(2);
    try {
      for (Future<List<Acceptance>> all :
          callers.invokeAll(
              List.<Callable<List<Acceptance>>>of(
                  () -> ledger.acceptAll(forth), () -> ledger.acceptAll(back)))) {
        assertThat(all.get()).hasSize(50).noneMatch(Conflict.class::isInstance);
      }
    } finally {
      callers.shutdown();
    }
    assertThat(ledger.list(null, 100, null)).hasSize(50);
  }
}
