package io.leonardoroutes.job;

/**
 * A change of a job that the ledger has committed: of its state, or only of what is due when.
 *
 * @param before the job as the mover saw it; null if it was just accepted
 */
public record CommittedMove(Job before, Job after) {
  /** Whether the job was accepted or has another state now. */
  public boolean changesState() {
    return before == null || before.state() != after.state();
  }

  /**
   * Whether this was the last thing that the program does for the job. To fetch its video again
   * does not count.
   */
  public boolean ends() {
    return after.ended() && (before == null || !(before.ended() || hasVideo(before)));
  }

  private static boolean hasVideo(Job job) {
    return job.video() != null && job.video().sha256() != null;
  }
}
