package io.leonardoroutes.submit;

import static io.leonardoroutes.job.JobState.IN_DOUBT;
import static io.leonardoroutes.job.JobState.SUBMITTING;

import com.fasterxml.jackson.databind.node.MissingNode;
import io.leonardoroutes.flow.FlowContext;
import io.leonardoroutes.flow.JobProblems;
import io.leonardoroutes.flow.LeonardoSettings;
import io.leonardoroutes.job.Job;
import io.leonardoroutes.job.JobState;
import io.leonardoroutes.ledger.CreateOrder;
import io.leonardoroutes.ledger.Ledger;
import io.leonardoroutes.leonardo.CallTime;
import io.leonardoroutes.leonardo.CreateAttempt;
import io.leonardoroutes.leonardo.CreateAttempt.Stage;
import io.leonardoroutes.leonardo.CreateMatcher;
import io.leonardoroutes.leonardo.KnownCreates;
import io.leonardoroutes.leonardo.ListProof;
import io.leonardoroutes.leonardo.ReconcileVerdict;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The creates that a round looks for in the provider's list: all of its account that may be in it.
 */
final class ReconcileCandidates {
  /** More than there can be at the provider or in a restored ledger. */
  private static final int ALL = 200_000;

  /** From how many of the last jobs of a kind we learn how long they take. */
  private static final int LIKE = 20;

  private final LeonardoSettings settings;
  private final Ledger ledger;
  private final ReconcileRound round;
  private final List<Job> underWay;
  private final Map<String, Job> doubtful;
  private final Map<String, Job> owners;
  private final Map<String, CreateOrder> orders = new HashMap<>();
  private final Map<String, Duration> longest = new HashMap<>();

  ReconcileCandidates(FlowContext flow, ReconcileRound round) {
    this.settings = flow.settings();
    this.ledger = flow.ledger();
    this.round = round;
    // Read in this order and after the list, so that the owner of every listed generation is found.
    this.underWay = all(SUBMITTING);
    this.doubtful = all(IN_DOUBT).stream().collect(Collectors.toMap(Job::id, Function.identity()));
    this.owners = ledger.owners(round.history.ids());
    Set<String> ids = new HashSet<>(doubtful.keySet());
    Stream.of(underWay, owners.values()).forEach(jobs -> jobs.forEach(job -> ids.add(job.id())));
    orders.putAll(ledger.listEvidence().orders(ids));
  }

  private List<Job> all(JobState state) {
    return ledger.list(state, ALL, null).stream()
        .filter(job -> job.account().equals(round.account()))
        .toList();
  }

  /** The job in doubt with this id. */
  Job doubtful(String id) {
    return doubtful.get(id);
  }

  /** Whether every create in doubt ended long enough ago for the list to show it. */
  boolean areListable() {
    return doubtful.values().stream().map(this::inDoubt).allMatch(CreateAttempt::isListable);
  }

  /** What the list says of each; see {@link CreateMatcher}. */
  Map<String, ReconcileVerdict> verdicts() {
    List<CreateAttempt> attempts =
        Stream.concat(
                underWay.stream().map(job -> attempt(job, round.begun, Stage.UNDER_WAY)),
                doubtful.values().stream().map(this::inDoubt))
            .toList();
    Map<String, CreateAttempt> owned = new HashMap<>();
    owners.forEach((generation, owner) -> owned.put(generation, owner(owner)));
    ledger.listEvidence().shown(round.userId, ListProof.shown(round.history, owned));
    KnownCreates known =
        new KnownCreates(owned, leftOut(), ledger.listEvidence().shown(round.userId));
    return CreateMatcher.of(
        round.history, known, attempts, settings.reconcile().settle(), round.now());
  }

  /** By model, our last create that the list must show. */
  private Map<String, KnownCreates.LeftOut> leftOut() {
    Map<String, KnownCreates.LeftOut> leftOut = new HashMap<>();
    // If the list has no order, all of our creates are candidates.
    long after = round.history.isNewestFirst() ? round.begunFirst() : -1;
    doubtful.values().stream()
        .map(Job::model)
        .distinct()
        .forEach(
            model ->
                ledger
                    .listEvidence()
                    .leftOut(
                        round.account(),
                        model,
                        after,
                        round.userSince,
                        round.begun.minus(settings.reconcile().settle()),
                        round.history.ids())
                    .ifPresent(
                        made ->
                            leftOut.put(
                                model,
                                new KnownCreates.LeftOut(made.generationId(), made.step()))));
    return leftOut;
  }

  private CreateOrder order(Job job) {
    return orders.getOrDefault(job.id(), CreateOrder.UNKNOWN);
  }

  /**
   * A create of another account of the same user: its generation is taken, but it proves nothing
   * about this list.
   */
  private CreateAttempt owner(Job job) {
    if (job.account().equals(round.account()) && order(job).sure()) {
      return attempt(job, job.submittedAt(), Stage.LISTABLE);
    }
    CallTime never =
        new CallTime(
            job.submittedAt(), job.submittedAt(), job.submittedAt(), false, 0, Long.MAX_VALUE);
    return new CreateAttempt(job.id(), MissingNode.getInstance(), never, Stage.LISTABLE);
  }

  private CreateAttempt inDoubt(Job job) {
    Instant over =
        JobProblems.callOverAt(job).orElse(job.submittedAt().plus(settings.longestCall()));
    return attempt(job, over, isListable(job, over) ? Stage.LISTABLE : Stage.FRESH);
  }

  /** By the provider's clock and by ours, so that a wrong {@code Date} settles no doubt early. */
  private boolean isListable(Job job, Instant over) {
    Duration settle = settings.reconcile().settle();
    Instant theirs = round.theirs(over, order(job).skew()).plus(settle);
    Instant ours = over.plus(settle);
    // A call that seems longer than any can be means that our clock was ahead.
    boolean wasAhead = over.isAfter(round.begun.plus(settings.longestCall()));
    return !theirs.isAfter(round.now()) && (wasAhead || !ours.isAfter(round.begun));
  }

  /** A create whose call had ended at this time by our clock. */
  CreateAttempt attempt(Job job, Instant over, Stage stage) {
    CreateOrder order = order(job);
    Instant from = round.theirs(job.submittedAt(), order.skew());
    Instant until = round.theirs(over, order.skew());
    until = until.isBefore(from) ? from : until;
    Instant finished = until.plus(surelyMadeIn(job));
    return new CreateAttempt(
        job.id(),
        job.request(),
        new CallTime(from, until, finished, order.skew() != null, order.begun(), order.over()),
        stage);
  }

  /** Twice the longest time of the last jobs of its kind, and at least until it counts as late. */
  private Duration surelyMadeIn(Job job) {
    return longest.computeIfAbsent(
        job.kind(),
        kind ->
            ledger.took(kind, LIKE).stream()
                .max(Comparator.naturalOrder())
                .map(took -> took.multipliedBy(2))
                .filter(twice -> twice.compareTo(settings.track().giveUp()) > 0)
                .orElseGet(() -> settings.track().giveUp()));
  }
}
