package io.leonardoroutes.health;

import static org.assertj.core.api.Assertions.assertThat;

import io.leonardoroutes.Log;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jdbi.v3.core.ConnectionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What is said to be away, of things that many items need. */
class OutagesTest {
  private final Outages outages = new Outages();
  private final Log log = Log.open();

  @AfterEach
  void close() {
    log.close();
  }

  @Test
  void whatFailsForAnItemAgainAndForNoneWorkedMeanwhileIsAwayUntilItWorks() {
    outages.back("sink erp");
    outages.failed("sink erp", "e1", 0, "refused");
    assertThat(outages.away()).isEmpty();
    outages.failed("sink erp", "e1", 1, "refused");
    outages.failed("sink erp", "e2", 0, "refused");
    outages.failed("sink erp", "e2", 1, "refused");
    assertThat(outages.away()).containsExactly("sink erp");
    outages.back("sink erp");

    assertThat(outages.away()).isEmpty();
    assertThat(log.with("sink erp"))
        .containsExactly(
            "WARN sink erp is away, trying again until it is back: refused",
            "INFO sink erp is back");
  }

  @Test
  void anItemThatItNeverWorksForMakesNoOutageWhileItWorksForOthers() {
    outages.failed("sink erp", "bad", 0, "400");
    for (int tries = 1; tries < 150; tries++) {
      outages.back("sink erp");
      outages.failed("sink erp", "bad", tries, "400");
      outages.failed("sink erp", "bad", tries, "400");
    }
    assertThat(log.with("sink erp")).isEmpty();
  }

  @Test
  void whatFailedBeforeTheStartAndFailsAgainIsAway() {
    outages.failed("sink erp", "e1", 7, "refused");

    assertThat(outages.away()).containsExactly("sink erp");
  }

  @Test
  void aLedgerThatCanOnlyBeReadIsNotBack() {
    AtomicBoolean full = new AtomicBoolean(true);
    outages.ledgerWrites(
        () -> {
          if (full.get()) {
            throw new ConnectionException(new IllegalStateException("full"));
          }
        });
    outages.tried(
        () -> {
          throw new ConnectionException(new IllegalStateException("full"));
        });
    for (int reads = 0; reads < 3; reads++) {
      assertThat(outages.due(() -> List.of("read"))).containsExactly("read");
    }
    assertThat(outages.away()).containsExactly("the ledger");
    full.set(false);
    outages.due(List::of);

    assertThat(outages.away()).isEmpty();
    assertThat(log.with("the ledger")).hasSize(2).last().isEqualTo("INFO the ledger is back");
  }
}
