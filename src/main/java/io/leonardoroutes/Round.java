package io.leonardoroutes;

import io.leonardoroutes.ledger.Job;
import io.leonardoroutes.ledger.Limits;
import io.leonardoroutes.leonardo.History;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** One reading of the provider's list, for all jobs in doubt of one account that are due. */
final class Round {
  private static final int MOST_PAGES = 400;

  final List<Job> due;
  final Limits limits;
  final Instant begun;

  /** When the oldest of them was begun. */
  final Instant back;

  final History history = new History();

  /** Whose list it is. */
  String userId;

  /** Since when the account's key is this user's. */
  Instant userSince = Instant.MIN;

  /** Why it could not be read, or null. */
  String unclear;

  /** How long the provider asked to wait, or null. */
  Duration retryAfter;

  private int turns;

  Round(List<Job> due, Limits limits, Instant begun) {
    this.due = due;
    this.limits = limits;
    this.begun = begun;
    this.back = due.stream().map(Job::submittedAt).min(Instant::compareTo).orElse(begun);
  }

  /** By whose key it is read. */
  String account() {
    return limits.account();
  }

  /** Whether another page can tell more; a list that never ends is read to a bound. */
  boolean wantsMore() {
    return unclear == null && turns < MOST_PAGES && history.wantsMore(back);
  }

  /** The page to turn to. */
  int turn() {
    turns++;
    return history.offset();
  }

  void unclear(String why, Duration retryAfter) {
    this.unclear = why;
    this.retryAfter = retryAfter;
  }
}
