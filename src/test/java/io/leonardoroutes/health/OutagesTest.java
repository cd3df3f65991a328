package io.leonardoroutes.health;

import static org.assertj.core.api.Assertions.assertThat;

import io.leonardoroutes.fixture.LogCapture;
import java.sql.SQLException;
import java.sql.SQLTimeoutException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.jdbi.v3.core.ConnectionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is said to be away, of things that many items need. */
class OutagesTest {
  private final AtomicLong nanos = new AtomicLong();
  private final Outages outages = new Outages(nanos::get);
  private final LogCapture log = LogCapture.open();

  @AfterEach
  void close() {
    log.close();
  }

  @Test
  void anItemThatFailsTwiceWithNoSuccessBetweenBeginsAnOutage() {
    outages.reportUp("sink erp");
    outages.reportItemFailure("sink erp", "e1", 0, "refused");
    assertThat(outages.away()).isEmpty();
    outages.reportItemFailure("sink erp", "e1", 1, "refused");
    outages.reportItemFailure("sink erp", "e2", 0, "refused");
    outages.reportItemFailure("sink erp", "e2", 1, "refused");
    assertThat(outages.away()).containsExactly("sink erp");
    outages.reportUp("sink erp");

    assertThat(outages.away()).isEmpty();
    assertThat(log.with("sink erp"))
        .containsExactly("WARN sink erp is away, retrying: refused", "INFO sink erp is back");
  }

  @Test
  void anItemThatAlwaysFailsIsNoOutageWhileOthersSucceed() {
    outages.reportItemFailure("sink erp", "bad", 0, "400");
    for (int tries = 1; tries < 150; tries++) {
      outages.reportUp("sink erp");
      outages.reportItemFailure("sink erp", "bad", tries, "400");
      outages.reportItemFailure("sink erp", "bad", tries, "400");
    }
    assertThat(log.with("sink erp")).isEmpty();
  }

  @Test
  void aFailureFromBeforeTheStartThatRepeatsIsAnOutage() {
    outages.reportItemFailure("sink erp", "e1", 7, "refused");

    assertThat(outages.away()).containsExactly("sink erp");
  }

  @Test
  void anExpiringReportIsDroppedAfterHalfAnHourAndAnyOtherIsKept() {
    outages.reportExpiring("the provider", "refused");
    outages.reportDown("a vault", "sealed");
    outages.reportItemFailure("sink erp", "e1", 7, "refused");
    nanos.addAndGet(Duration.ofMinutes(29).toNanos());
    outages.reportItemFailure("sink erp", "e1", 8, "refused");
    assertThat(outages.away()).containsExactly("a vault", "sink erp", "the provider");

    nanos.addAndGet(Duration.ofMinutes(2).toNanos());

    assertThat(outages.away()).containsExactly("a vault", "sink erp");
    assertThat(log.with("the provider"))
        .last()
        .isEqualTo("INFO the provider was away, and nothing has needed it for PT30M");
  }

  @Test
  void aConnectionThatOutlivesTheOthersForAMomentDoesNotEndTheOutageOfTheLedger() {
    for (int i = 0; i < 5; i++) {
      outages.attempt(OutagesTest::gone);
      nanos.addAndGet(Duration.ofSeconds(1).toNanos());
      outages.query(List::of);
    }
    assertThat(outages.away()).containsExactly("the ledger");
    nanos.addAndGet(Duration.ofSeconds(1).toNanos());
    outages.query(List::of);
    nanos.addAndGet(Duration.ofMinutes(1).toNanos());
    outages.query(List::of);

    assertThat(log.with("")).hasSize(2).last().isEqualTo("INFO the ledger is back");
  }

  private static void gone() {
    throw new ConnectionException(new SQLException("gone", "57P01"));
  }

  @ParameterizedTest
  @CsvSource({
    "57014, BUSY", // canceling statement due to statement timeout
    "55P03, BUSY", // lock timeout
    "40001, BUSY", // could not serialize
    "40P01, BUSY", // deadlock
    "25P03, BUSY", // idle in transaction for too long
    "25P04, BUSY", // transaction timeout
    "57P05, BUSY", // idle for too long
    "53300, AWAY", // too many connections, and this instance has none
    "53100, AWAY", // disk full
    "57P01, AWAY", // shutdown
    "57P03, AWAY", // starting up
    "08006, AWAY", // connection lost
    "25006, AWAY", // read-only, as a standby is
    "3D000, AWAY", // no such database
    "42501, AWAY", // no permission
    "XX001, AWAY", // corrupt
    "23505, NONE", // unique violation
    "22001, NONE", // too long
    "42601, NONE", // syntax
  })
  void aLedgerThatIsSlowIsBusyAndOneThatCannotBeUsedIsAway(String state, LedgerFault fault) {
    Throwable failure = new ConnectionException(new SQLException("failed", state));

    assertThat(LedgerFault.of(failure)).isEqualTo(fault);
    outages.reportFailure("what REST calls need", failure);

    assertThat(outages.away())
        .isEqualTo(
            switch (fault) {
              case BUSY -> List.of();
              case AWAY -> List.of("the ledger");
              default -> List.of("what REST calls need");
            });
  }

  @Test
  void aFailureCausedByTheLedgerIsReportedOnlyAsTheLedgersOutage() {
    outages.reportFailure(
        "what REST calls need", new ConnectionException(new SQLException("gone", "57P01")));
    outages.reportFailure(
        "what new requests need", new ConnectionException(new SQLException("refused", "08001")));
    assertThat(outages.away()).containsExactly("the ledger");

    nanos.addAndGet(Duration.ofSeconds(2).toNanos());
    outages.query(List::of);

    assertThat(outages.away()).isEmpty();
    assertThat(log.with("")).hasSize(2).last().isEqualTo("INFO the ledger is back");
  }

  @Test
  void anOutageByAnotherProgramsLockEndsOnceTheLedgerCanBeWritten() {
    AtomicBoolean held = new AtomicBoolean(true);
    outages.testLedgerBy(
        () -> {
          if (held.get()) {
            throw new ConnectionException(new SQLException("locked", null, 5));
          }
        });
    outages.reportFailure(
        "what REST calls need", new ConnectionException(new SQLException("locked", null, 5)));
    outages.query(List::of);
    assertThat(outages.away()).containsExactly("what REST calls need");
    held.set(false);

    outages.query(List::of);

    assertThat(outages.away()).isEmpty();
  }

  @Test
  void aLedgerWhoseConnectionsAreAllInUseIsBusyAndNotAway() {
    for (int i = 0; i < 3; i++) {
      outages.reportFailure(
          "what REST calls need", new ConnectionException(new SQLTimeoutException("all in use")));
      outages.attempt(
          () -> {
            throw new ConnectionException(new SQLTimeoutException("all in use"));
          });
    }
    assertThat(outages.away()).isEmpty();
    nanos.addAndGet(Duration.ofMinutes(1).toNanos());
    outages.query(List::of);

    assertThat(log.with(""))
        .containsExactly(
            "WARN the ledger is busy, all its connections are in use: what is due waits",
            "INFO the ledger is not busy any more");
  }

  @Test
  void aLedgerThatIsBusyAgainAndAgainIsSpokenOfOnce() {
    for (int i = 0; i < 300; i++) {
      outages.attempt(
          () -> {
            throw new ConnectionException(new SQLTimeoutException("all in use"));
          });
      nanos.addAndGet(Duration.ofSeconds(1).toNanos());
      outages.query(List::of);
    }

    assertThat(log.with(""))
        .containsExactly(
            "WARN the ledger is busy, all its connections are in use: what is due waits");
  }

  @Test
  void aLedgerThatCanOnlyBeReadIsNotBack() {
    AtomicBoolean full = new AtomicBoolean(true);
    outages.testLedgerBy(
        () -> {
          if (full.get()) {
            throw new ConnectionException(new IllegalStateException("full"));
          }
        });
    outages.attempt(
        () -> {
          throw new ConnectionException(new IllegalStateException("full"));
        });
    for (int reads = 0; reads < 3; reads++) {
      assertThat(outages.query(() -> List.of("read"))).containsExactly("read");
    }
    assertThat(outages.away()).containsExactly("the ledger");
    full.set(false);
    nanos.addAndGet(Duration.ofSeconds(2).toNanos());
    outages.query(List::of);

    assertThat(outages.away()).isEmpty();
    assertThat(log.with("the ledger")).hasSize(2).last().isEqualTo("INFO the ledger is back");
  }
}
