package io.leonardoroutes.ledger;

import java.time.Instant;
import java.util.Map;

/**
 * What an operator counts.
 *
 * @param jobs by their state; a state that no job has is absent
 * @param oldestAccepted when the job was accepted that waits the longest; null if none does
 * @param deliveries those to do, and those given up; absent if there are none
 * @param slots by the name of their account
 */
public record Figures(
    Map<JobState, Long> jobs,
    Instant oldestAccepted,
    Map<Delivery.State, Long> deliveries,
    Map<String, Slots> slots) {

  /** How many of an account's slots jobs hold, and how many they may hold now. */
  public record Slots(int held, int limit) {}
}
