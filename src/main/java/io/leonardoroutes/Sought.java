package io.leonardoroutes;

import static io.leonardoroutes.ledger.JobState.IN_DOUBT;
import static io.leonardoroutes.ledger.JobState.SUBMITTING;

import com.fasterxml.jackson.databind.node.MissingNode;
import io.leonardoroutes.ledger.CreateOrder;
import io.leonardoroutes.ledger.Job;
import io.leonardoroutes.ledger.JobState;
import io.leonardoroutes.ledger.Ledger;
import io.leonardoroutes.leonardo.Attempt;
import io.leonardoroutes.leonardo.Attempt.Stage;
import io.leonardoroutes.leonardo.CallTime;
import io.leonardoroutes.leonardo.KnownCreates;
import io.leonardoroutes.leonardo.Reconciliation;
import io.leonardoroutes.leonardo.Verdict;
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

/** What a round seeks in the list that it read: all creates of its account that may stand there. */
final class Sought {
  /** More jobs than can be at the provider, or have waited in a ledger that was restored. */
  private static final int ALL = 200_000;

  /** How long jobs of a kind take is asked of so many. */
  private static final int LIKE = 20;

  private final Settings settings;
  private final Ledger ledger;
  private final Round round;
  private final List<Job> underWay;
  private final Map<String, Job> doubtful;
  private final Map<String, Job> owners;
  private final Map<String, CreateOrder> orders = new HashMap<>();
  private final Map<String, Duration> longest = new HashMap<>();

  Sought(Parts parts, Round round) {
    this.settings = parts.settings();
    this.ledger = parts.ledger();
    this.round = round;
    // In this order, and after the list: so whoever owns a listed generation is in one of them.
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

  /** The job in doubt that has this id. */
  Job doubtful(String id) {
    return doubtful.get(id);
  }

  /** Whether every doubt was over long enough that the list would show it. */
  boolean isSettled() {
    return doubtful.values().stream().map(this::inDoubt).allMatch(Attempt::isSettled);
  }

  /** What the list says of each; see {@link Reconciliation}. */
  Map<String, Verdict> verdicts() {
    List<Attempt> attempts =
        Stream.concat(
                underWay.stream().map(job -> attempt(job, round.begun, Stage.UNDER_WAY)),
                doubtful.values().stream().map(this::inDoubt))
            .toList();
    Map<String, Attempt> owned = new HashMap<>();
    owners.forEach((generation, owner) -> owned.put(generation, owner(owner)));
    ledger.listEvidence().shown(round.userId, Reconciliation.shown(round.history, owned));
    KnownCreates known =
        new KnownCreates(owned, leftOut(), ledger.listEvidence().shown(round.userId));
    return Reconciliation.of(
        round.history, known, attempts, settings.reconcile().settle(), round.now());
  }

  /** By model, the last of ours that the list would have to show. */
  private Map<String, KnownCreates.LeftOut> leftOut() {
    Map<String, KnownCreates.LeftOut> leftOut = new HashMap<>();
    // Where the list is in no order, all of ours are asked for.
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
   * Of another account of the same user: not free, but no witness, as it is like nothing listed.
   */
  private Attempt owner(Job job) {
    if (job.account().equals(round.account()) && order(job).sure()) {
      return attempt(job, job.submittedAt(), Stage.SETTLED);
    }
    CallTime never =
        new CallTime(
            job.submittedAt(), job.submittedAt(), job.submittedAt(), false, 0, Long.MAX_VALUE);
    return new Attempt(job.id(), MissingNode.getInstance(), never, Stage.SETTLED);
  }

  private Attempt inDoubt(Job job) {
    Instant over =
        Problems.inDoubtSince(job).orElse(job.submittedAt().plus(settings.longestCall()));
    return attempt(job, over, isSettled(job, over) ? Stage.SETTLED : Stage.FRESH);
  }

  /** By the provider's clock and by ours: a wrong {@code Date} makes no doubt settled sooner. */
  private boolean isSettled(Job job, Instant over) {
    Duration settle = settings.reconcile().settle();
    Instant theirs = round.theirs(over, order(job).skew()).plus(settle);
    Instant ours = over.plus(settle);
    // Ours was ahead then if it says that the call lasts longer than any can.
    boolean wasAhead = over.isAfter(round.begun.plus(settings.longestCall()));
    return !theirs.isAfter(round.now()) && (wasAhead || !ours.isAfter(round.begun));
  }

  /** One that was over at some time, by our clock. */
  Attempt attempt(Job job, Instant over, Stage stage) {
    CreateOrder order = order(job);
    Instant from = round.theirs(job.submittedAt(), order.skew());
    Instant until = round.theirs(over, order.skew());
    until = until.isBefore(from) ? from : until;
    Instant finished = until.plus(surelyMadeIn(job));
    return new Attempt(
        job.id(),
        job.request(),
        new CallTime(from, until, finished, order.skew() != null, order.begun(), order.over()),
        stage);
  }

  /** Twice the longest that the last jobs of its kind took, and not before it is late. */
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
