package io.leonardoroutes.submit;

import io.leonardoroutes.job.Job;
import io.leonardoroutes.ledger.CreateOrder;
import io.leonardoroutes.leonardo.GenerationHistory;
import io.leonardoroutes.limits.AccountLimits;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;

/** One reading of the provider's list, for all jobs in doubt of one account that are due. */
final class ReconcileRound {
  private static final int MOST_PAGES = 400;

  /** So many of our own are read past: 2,000 pages more, as a longer list costs too many calls. */
  static final int MOST_MADE = 24_000;

  /** A page is asked for with an overlap, and shows less that is new as the list moves. */
  private static final int LEAST_ON_A_PAGE = 12;

  /** A generation that the answer to a job's create named. */
  record Named(Job job, String generationId) {}

  final List<Job> due;
  final Map<String, CreateOrder> orders;
  final AccountLimits limits;
  final Instant begun;

  final GenerationHistory history = new GenerationHistory();

  /** Generations to ask for by id before the list is read. */
  final Deque<Named> named = new ArrayDeque<>();

  /** The user whose list is read. */
  String userId;

  /** Since when the account's key belongs to this user. */
  Instant userSince = Instant.MIN;

  /** How far the provider's clock is ahead of ours; null if that is not known. */
  Duration skew;

  /**
   * Our generations from before every doubt: once the list shows one, it has been read back far
   * enough.
   */
  Map<String, Instant> earlier = Map.of();

  /** How many of the account's creates were answered or adopted since the first one in doubt. */
  long madeSince;

  /** Why the list could not be read, or null. */
  String unclear;

  /** How long the provider asked to wait, or null. */
  Duration retryAfter;

  private int pages;

  ReconcileRound(
      List<Job> due, Map<String, CreateOrder> orders, AccountLimits limits, Instant begun) {
    this.due = due;
    this.orders = orders;
    this.limits = limits;
    this.begun = begun;
  }

  /** The account whose key reads the list. */
  String account() {
    return limits.account();
  }

  /** The provider's time, as far as it is known. */
  Instant now() {
    return theirs(begun, skew);
  }

  /** The time of a call of ours by the provider's clock, as far as that is known. */
  Instant theirs(Instant ours, Duration then) {
    Duration known = then == null ? skew : then;
    return known == null ? ours : ours.plus(known);
  }

  /** The number of the change that began the first create in doubt. */
  long begunFirst() {
    return due.stream().mapToLong(job -> order(job).begun()).min().orElse(0);
  }

  CreateOrder order(Job job) {
    return orders.getOrDefault(job.id(), CreateOrder.UNKNOWN);
  }

  /**
   * Whether another page can tell more. A list that never ends is read to a bound, which lies
   * behind what we made since the doubt, so that no doubt gets out of reach while it waits.
   */
  boolean wantsMore() {
    long most = MOST_PAGES + madeSince / LEAST_ON_A_PAGE;
    return unclear == null && pages < most && history.wantsMore(back(), earlier);
  }

  /** When the oldest create in doubt began. */
  private Instant back() {
    return due.stream()
        .map(job -> theirs(job.submittedAt(), order(job).skew()))
        .min(Instant::compareTo)
        .orElse(begun);
  }

  /** The offset of the next page. */
  int nextPage() {
    pages++;
    return history.offset();
  }

  void unclear(String why, Duration retryAfter) {
    this.unclear = why;
    this.retryAfter = retryAfter;
  }
}
