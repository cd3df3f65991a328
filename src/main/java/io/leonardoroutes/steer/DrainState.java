package io.leonardoroutes.steer;

import io.leonardoroutes.job.JobState;
import io.leonardoroutes.ledger.LedgerStats;
import java.util.List;
import java.util.Map;

/**
 * What is still to do before nothing happens any more.
 *
 * @param done whether nothing is, but for doubts and what is dead
 * @param atProvider jobs that are being submitted or made
 * @param inDoubt jobs in doubt, which may need a person
 * @param videos that are still to be fetched
 * @param deliveries that are still to be made
 * @param pauses all that is paused
 */
public record DrainState(
    boolean done,
    long atProvider,
    long inDoubt,
    long videos,
    long deliveries,
    List<PauseState> pauses) {

  static DrainState of(LedgerStats stats, List<PauseState> pauses) {
    Map<JobState, Long> jobs = stats.jobs();
    long made =
        jobs.getOrDefault(JobState.SUBMITTING, 0L) + jobs.getOrDefault(JobState.RUNNING, 0L);
    long videos = stats.videos().pending();
    long deliveries =
        stats.deliveries().values().stream().mapToLong(LedgerStats.Deliveries::pending).sum();
    return new DrainState(
        made + videos + deliveries == 0,
        made,
        jobs.getOrDefault(JobState.IN_DOUBT, 0L),
        videos,
        deliveries,
        pauses);
  }
}
