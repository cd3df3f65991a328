package io.leonardoroutes;

import static io.leonardoroutes.ledger.JobState.IN_DOUBT;
import static io.leonardoroutes.ledger.JobState.SUBMITTING;

import com.fasterxml.jackson.databind.node.MissingNode;
import io.leonardoroutes.ledger.Job;
import io.leonardoroutes.ledger.JobState;
import io.leonardoroutes.ledger.Ledger;
import io.leonardoroutes.leonardo.Attempt;
import io.leonardoroutes.leonardo.Reconciliation;
import io.leonardoroutes.leonardo.Verdict;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What a round seeks in the list that it read: all creates of its account that may stand there. */
final class Sought {
  /** More jobs than can be at the provider, or have waited in a ledger that was restored. */
  private static final int ALL = 200_000;

  private final Settings settings;
  private final Ledger ledger;
  private final Round round;
  private final Instant now;
  private final List<Job> underWay;
  private final Map<String, Job> doubtful;
  private final Map<String, Job> owners;

  Sought(Parts parts, Round round) {
    this.settings = parts.settings();
    this.ledger = parts.ledger();
    this.round = round;
    this.now = parts.clock().instant();
    // In this order, and after the list: so whoever owns a listed generation is in one of them.
    this.underWay = all(SUBMITTING);
    this.doubtful = all(IN_DOUBT).stream().collect(Collectors.toMap(Job::id, Function.identity()));
    this.owners = ledger.owners(round.history.ids());
  }

  private List<Job> all(JobState state) {
    return ledger.list(state, ALL, null).stream()
        .filter(job -> job.account().equals(round.account()))
        .toList();
  }

  /** The job in doubt that has this id. */
  Job doubtful(String id) {
    return doubtful.get(id);
  }

  /** What the list says of each; see {@link Reconciliation}. */
  Map<String, Verdict> verdicts() {
    List<Attempt> attempts =
        Stream.concat(
                underWay.stream()
                    .map(
                        job -> new Attempt(job.id(), job.request(), job.submittedAt(), now, false)),
                doubtful.values().stream().map(this::attempt))
            .toList();
    Map<String, Attempt> owned = new HashMap<>();
    owners.forEach((generation, owner) -> owned.put(generation, owner(owner)));
    leftOut().ifPresent(job -> owned.put(job.generationId(), attempt(job)));
    return Reconciliation.of(round.history, owned, attempts, settings.reconcile().settle());
  }

  /** One that the list would have to show, whatever becomes of those in doubt. */
  private Optional<Job> leftOut() {
    // Where the list ends before it shows older ones, it may be cut there: then all are asked for.
    Instant from = round.history.showsOlder(round.back) ? round.back : Instant.EPOCH;
    Instant mine = round.userSince.plusMillis(1);
    return ledger.leftOut(
        round.account(),
        from.isAfter(mine) ? from : mine,
        round.begun.minus(settings.reconcile().settle()),
        round.history.ids());
  }

  /**
   * Of another account of the same user: not free, but no witness, as it is like nothing listed.
   */
  private Attempt owner(Job job) {
    return job.account().equals(round.account())
        ? attempt(job)
        : new Attempt(
            job.id(), MissingNode.getInstance(), job.submittedAt(), job.submittedAt(), true);
  }

  private Attempt attempt(Job job) {
    Instant over =
        Problems.inDoubtSince(job).orElse(job.submittedAt().plus(settings.longestCall()));
    boolean settled = !over.plus(settings.reconcile().settle()).isAfter(round.begun);
    return new Attempt(job.id(), job.request(), job.submittedAt(), over, settled);
  }
}
