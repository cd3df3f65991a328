package io.leonardoroutes.leonardo;

import io.leonardoroutes.leonardo.Shown.Likeness;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Finds doubtful creates in the provider's list, one to one, among generations that no job has.
 *
 * <p>A create that is found wrongly gives a job the wrong video; one that is missed wrongly is paid
 * twice. So what is only perhaps a create's own decides nothing, creates of different requests that
 * could own the same generation are left to a person, and none is decided while another job that
 * could own it is still being submitted. Equal requests are interchangeable and matched as a set,
 * once the list was read back to all of them.
 *
 * <p>Not found means unpaid only if the list was read back to its time and is seen to be later than
 * it: a create of ours that was begun after the doubtful one was over and settled, by our clock and
 * by theirs, stands in it, just as this one would have to. Lists that lag, show other prompts or
 * other clocks than we compare, or leave videos out, fail that test. And so do lists that leave out
 * but one that we know: those without one model, without videos in the making, or cut at their end.
 */
public final class Reconciliation {
  private final History history;
  private final List<Attempt> attempts;
  private final Duration settle;
  private final Set<Listed> free = identitySet();
  private final Instant shownUpTo;
  private final Map.Entry<String, Attempt> leftOut;
  private final Map<String, Verdict> verdicts = new HashMap<>();

  private Reconciliation(
      History history, Map<String, Attempt> owned, List<Attempt> attempts, Duration settle) {
    this.history = history;
    this.attempts = attempts;
    this.settle = settle;
    Instant latest = Instant.MIN;
    for (Listed generation : history.generations()) {
      Attempt owner = generation.id() == null ? null : owned.get(generation.id());
      if (owner == null) {
        free.add(generation);
      } else if (owner.to(generation) == Likeness.YES) {
        Instant later = earlier(owner.from(), generation.createdAt());
        latest = later.isAfter(latest) ? later : latest;
      }
    }
    this.shownUpTo = latest;
    Set<String> listed = history.ids();
    this.leftOut =
        owned.entrySet().stream()
            .filter(known -> !listed.contains(known.getKey()))
            .max(Comparator.comparing(known -> known.getValue().from()))
            .orElse(null);
  }

  /**
   * Decides all settled attempts.
   *
   * @param owned what is known of the creates behind generations that jobs of ours have, by the
   *     generation's id: those that are listed, and the latest that is not but would have to be
   * @param attempts every create that may own a listed generation and whose id is not known; asked
   *     for after the list was read, so that none is missed
   * @param settle how long after a create the list is not believed
   * @return by job; nothing for an attempt that is not settled
   */
  public static Map<String, Verdict> of(
      History history, Map<String, Attempt> owned, List<Attempt> attempts, Duration settle) {
    return new Reconciliation(history, owned, attempts, settle).decide();
  }

  private Map<String, Verdict> decide() {
    Set<Attempt> left = identitySet();
    left.addAll(attempts);
    while (!left.isEmpty()) {
      Rivals rivals = rivals(left);
      if (!rivals.generations().isEmpty()) {
        decide(rivals);
      }
    }
    attempts.forEach(attempt -> verdict(attempt, null));
    return verdicts;
  }

  /** Attempts that could own the same generations, directly or through each other. */
  private record Rivals(List<Attempt> attempts, Set<Listed> generations) {}

  private Rivals rivals(Set<Attempt> left) {
    Rivals rivals = new Rivals(new ArrayList<>(), identitySet());
    Deque<Attempt> next = new ArrayDeque<>(List.of(left.iterator().next()));
    while (!next.isEmpty()) {
      Attempt attempt = next.pop();
      if (!left.remove(attempt)) {
        continue;
      }
      rivals.attempts().add(attempt);
      for (Listed generation : free) {
        if (attempt.to(generation) == Likeness.YES && rivals.generations().add(generation)) {
          left.stream().filter(a -> a.to(generation) == Likeness.YES).forEach(next::add);
        }
      }
    }
    return rivals;
  }

  private void decide(Rivals rivals) {
    if (!rivals.attempts().stream().allMatch(Attempt::settled)) {
      open(rivals, "%s may also be of a job that is being submitted");
    } else if (rivals.attempts().size() > 1 && !rivals.attempts().stream().allMatch(this::isRead)) {
      // Of two, the one with its own generation unread would take the other's.
      open(rivals, "%s may also be of a job that the list was not read back to");
    } else if (rivals.attempts().stream().map(Attempt::request).distinct().count() > 1) {
      open(rivals, "%s may be of any of several jobs in doubt that ask for different things");
    } else {
      match(rivals);
    }
  }

  /** Whether it was read if it is listed. */
  private boolean isRead(Attempt attempt) {
    return history.covers(attempt.from());
  }

  private void open(Rivals rivals, String why) {
    String generations = named(rivals.generations());
    rivals.attempts().forEach(a -> verdict(a, new Verdict.Open(why.formatted(generations))));
  }

  /** Oldest generation first, each to the attempt that can wait least: so as many as can be. */
  private void match(Rivals rivals) {
    List<Attempt> unmatched = new ArrayList<>(rivals.attempts());
    rivals.generations().stream()
        .sorted(Comparator.comparing(Listed::createdAt))
        .forEach(
            generation ->
                unmatched.stream()
                    .filter(attempt -> attempt.to(generation) == Likeness.YES)
                    .min(Comparator.comparing(Attempt::until))
                    .ifPresent(
                        attempt -> {
                          unmatched.remove(attempt);
                          free.remove(generation);
                          verdict(attempt, new Verdict.Paid(generation.id()));
                        }));
  }

  private void verdict(Attempt attempt, Verdict verdict) {
    if (attempt.settled() && !verdicts.containsKey(attempt.job())) {
      verdicts.put(attempt.job(), verdict == null ? notFound(attempt) : verdict);
    }
  }

  private Verdict notFound(Attempt attempt) {
    List<Listed> perhaps =
        free.stream().filter(listed -> attempt.to(listed) != Likeness.NO).toList();
    if (!perhaps.isEmpty()) {
      return new Verdict.Open(named(perhaps) + " may be its own, or not");
    }
    if (!isRead(attempt)) {
      return new Verdict.Open("the provider's list could not be read back to its time");
    }
    if (!shownUpTo.isAfter(attempt.until().plus(settle))) {
      return new Verdict.Open(
          "the provider's list shows neither it nor a later one of ours: it may lag");
    }
    if (leavesOut(attempt)) {
      return new Verdict.Open(
          "the provider's list leaves out generation %s of ours: it may leave out this one as well"
              .formatted(leftOut.getKey()));
    }
    return new Verdict.Unpaid();
  }

  /**
   * Of a time that the list tells of, or earlier than all that it tells of: it may be cut there.
   */
  private boolean leavesOut(Attempt attempt) {
    return leftOut != null
        && (!leftOut.getValue().from().isBefore(attempt.from())
            || !history.showsOlder(attempt.from()));
  }

  private static String named(Iterable<Listed> generations) {
    List<String> ids = new ArrayList<>();
    generations.forEach(generation -> ids.add(String.valueOf(generation.id())));
    return ids.stream().sorted().limit(5).collect(Collectors.joining(", ", "generation ", ""))
        + (ids.size() > 5 ? " and " + (ids.size() - 5) + " more" : "");
  }

  private static Instant earlier(Instant one, Instant other) {
    return one.isBefore(other) ? one : other;
  }

  private static <T> Set<T> identitySet() {
    return Collections.newSetFromMap(new IdentityHashMap<>());
  }
}
