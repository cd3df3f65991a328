package io.leonardoroutes.job;

import java.time.Instant;

/**
 * Selects the jobs of a list: those that match every value that is not null.
 *
 * @param waitsFor what they wait for before they may be submitted
 * @param caller whose
 * @param reference the caller's own id for a job, of whichever caller
 * @param tag a tag that they have
 * @param from accepted then or later
 * @param to accepted before then
 */
public record JobFilter(
    JobState state,
    WaitsFor waitsFor,
    String caller,
    String model,
    String reference,
    Tag tag,
    Instant from,
    Instant to) {

  /** Whatever they wait for. */
  public JobFilter(
      JobState state,
      String caller,
      String model,
      String reference,
      Tag tag,
      Instant from,
      Instant to) {
    this(state, null, caller, model, reference, tag, from, to);
  }

  /** Everybody's jobs that stand so; null for all. */
  public static JobFilter of(JobState state) {
    return new JobFilter(state, null, null, null, null, null, null);
  }
}
