package io.leonardoroutes.ledger;

import io.leonardoroutes.job.JobState;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.Map;

/**
 * What an operator counts.
 *
 * @param jobs by their state; a state that no job has is absent
 * @param oldestAccepted when the job was accepted that waits the longest; null if none does
 * @param deliveries by the name of their sink; a sink with nothing to do and nothing given up is
 *     absent
 * @param videos those that we have no copy of
 * @param accounts by their name
 */
public record LedgerStats(
    Map<JobState, Long> jobs,
    Instant oldestAccepted,
    Map<String, Deliveries> deliveries,
    Videos videos,
    Map<String, Account> accounts) {

  /**
   * Deliveries to one sink.
   *
   * @param oldest when the pending one was told that waits the longest; null if none does
   */
  public record Deliveries(long pending, long dead, Instant oldest) {
    Deliveries and(Deliveries other) {
      return new Deliveries(
          pending + other.pending, dead + other.dead, oldest == null ? other.oldest : oldest);
    }
  }

  /** Videos that are still to be fetched, and those that were given up. */
  public record Videos(long pending, long dead) {}

  /**
   * What an account has and may have.
   *
   * @param used what is spent and reserved of its budget today (UTC); null if it has none
   * @param budget that is in force today; null if it has none
   */
  public record Account(Slots slots, BigDecimal used, BigDecimal budget) {}

  /** How many of an account's slots jobs hold, and how many they may hold now. */
  public record Slots(int used, int limit) {}
}
