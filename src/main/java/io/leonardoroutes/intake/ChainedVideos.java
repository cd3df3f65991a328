package io.leonardoroutes.intake;

import io.leonardoroutes.flow.IntakeProperties;
import io.leonardoroutes.job.Job;
import io.leonardoroutes.job.JobState;
import io.leonardoroutes.ledger.Ledger;
import io.leonardoroutes.request.VideoRequest;
import java.util.Objects;
import java.util.Optional;

/** Finds the jobs whose videos requests take, and rejects requests that can never have them. */
final class ChainedVideos {
  private static final int LONGEST_NAME = 200;

  private final Ledger ledger;

  ChainedVideos(Ledger ledger) {
    this.ledger = ledger;
  }

  /** The job of the caller that the request names by its id or reference. */
  Optional<Job> job(VideoRequest request, IntakeProperties intake) {
    return request
        .chainedJob()
        .filter(name -> name.length() <= LONGEST_NAME)
        .flatMap(
            name ->
                ledger
                    .find(name)
                    .filter(job -> Objects.equals(job.caller(), intake.caller()))
                    .or(() -> ledger.withReference(intake.caller(), name)));
  }

  /**
   * Adds a violation if the job will have no video that the request can use. A request that was
   * accepted before is not rejected for what became of the job since.
   *
   * @param account that pays for the request, or null if none was found
   * @param line whether it is a line of a batch
   */
  void check(VideoRequest request, IntakeProperties intake, String account, boolean line) {
    if (request.chainedJob().isEmpty() || isKnown(request, intake)) {
      return;
    }
    Job job = job(request, intake).orElse(null);
    if (job == null) {
      request.rejectChained(
          "unknown-job",
          line
              ? "is neither a job of yours nor an accepted line above this one: give the id or the"
                  + " reference of one, and let a line follow the line that it waits for"
              : "is no job of yours: give the id or the reference of one");
    } else if (account != null && !job.account().equals(account)) {
      request.rejectChained(
          "other-account",
          "is a job by account %s, and this request goes by %s: only the account that made a video can use it"
              .formatted(job.account(), account));
    } else if (job.state() == JobState.FAILED || job.state() == JobState.CANCELLED) {
      request.rejectChained(
          "no-video", "is %s and has no video: use another one".formatted(job.state()));
    } else {
      // Only the length that was asked for is known; what the provider chooses is not.
      request.rejectChainedOver(job.request().at("/parameters/duration").asInt(0));
    }
  }

  private boolean isKnown(VideoRequest request, IntakeProperties intake) {
    return ledger
        .withKey(intake.key())
        .or(() -> ledger.withReference(intake.caller(), request.reference()))
        .isPresent();
  }
}
