package io.leonardoroutes.job;

import java.time.Instant;

/**
 * Which jobs a list has: those that fit all that is said; null says nothing.
 *
 * @param caller whose
 * @param reference the caller's own id, whoever that is
 * @param from accepted then or later
 * @param to accepted before then
 */
public record JobFilter(
    JobState state, String caller, String model, String reference, Instant from, Instant to) {

  /** Everybody's jobs that stand so; null for all. */
  public static JobFilter of(JobState state) {
    return new JobFilter(state, null, null, null, null, null);
  }
}
