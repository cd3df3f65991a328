package io.leonardoroutes.leonardo;

import com.fasterxml.jackson.databind.JsonNode;
import io.leonardoroutes.leonardo.CreateAttempt.Stage;
import io.leonardoroutes.leonardo.KnownCreates.LeftOut;
import io.leonardoroutes.leonardo.VideoFingerprint.Likeness;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
 * <p>Not found means unpaid only by what the list has shown: the page {@code in-doubt} of the site
 * says what is assumed of it, and what must have been seen in it before that is relied on.
 */
public final class CreateMatcher {
  /**
   * So many readings in a row have to call a create unpaid: one may come from a replica of the
   * provider's that is behind, or leave something out by chance.
   */
  public static final int READINGS = 4;

  private static final String SEVERAL =
      "%s may be of any of several jobs in doubt that ask for different things";

  private final GenerationHistory history;
  private final KnownCreates known;
  private final List<CreateAttempt> attempts;
  private final Duration settle;
  private final Instant now;
  private final Set<ListedGeneration> free = identitySet();
  private final Set<ListedGeneration> misdated = identitySet();
  private final List<Witness> witnesses = new ArrayList<>();
  private final long oldestOver;
  private final Map<String, Set<String>> shown = new HashMap<>();
  private final Map<String, ReconcileVerdict> verdicts = new HashMap<>();

  /** A create of ours that the list shows as it was asked for. */
  private record Witness(CreateAttempt attempt, Instant at) {}

  private CreateMatcher(
      GenerationHistory history,
      KnownCreates known,
      List<CreateAttempt> attempts,
      Duration settle,
      Instant now) {
    this.history = history;
    this.known = known;
    this.attempts = attempts;
    this.settle = settle;
    this.now = now;
    known.shown().forEach((model, traits) -> shown.put(model, new HashSet<>(traits)));
    shown(history, known.owned())
        .forEach((model, traits) -> shown.merge(model, traits, CreateMatcher::union));
    for (ListedGeneration generation : history.generations()) {
      CreateAttempt owner = generation.id() == null ? null : known.owned().get(generation.id());
      if (owner == null) {
        free.add(generation);
        continue;
      }
      if (owner.to(generation) == Likeness.YES) {
        witnesses.add(new Witness(owner, earlier(owner.call().from(), generation.createdAt())));
      }
    }
    findMisdated();
    witnesses.sort(Comparator.comparing(Witness::at).reversed());
    this.oldestOver =
        witnesses.stream().mapToLong(w -> w.attempt().call().over()).min().orElse(Long.MAX_VALUE);
  }

  /** Those that are dated earlier than one that stands behind them. */
  private void findMisdated() {
    Instant latest = Instant.MIN;
    List<ListedGeneration> all = history.generations();
    for (int i = all.size() - 1; i >= 0; i--) {
      Instant at = all.get(i).createdAt();
      if (at != null && at.isBefore(latest)) {
        misdated.add(all.get(i));
      }
      latest = at != null && at.isAfter(latest) ? at : latest;
    }
  }

  /**
   * Decides all attempts that are in doubt.
   *
   * @param attempts every create that may own a listed generation and whose id is not known; asked
   *     for after the list was read, so that none is missed
   * @param settle how long after a create the list is not believed
   * @param now the time by the provider's clock, as far as it is known
   * @return by job; nothing for an attempt that is under way
   */
  public static Map<String, ReconcileVerdict> of(
      GenerationHistory history,
      KnownCreates known,
      List<CreateAttempt> attempts,
      Duration settle,
      Instant now) {
    return new CreateMatcher(history, known, attempts, settle, now).decide();
  }

  /** By model, the traits of the generations of ours that this list shows. */
  public static Map<String, Set<String>> shown(
      GenerationHistory history, Map<String, CreateAttempt> owned) {
    Map<String, Set<String>> shown = new HashMap<>();
    for (ListedGeneration generation : history.generations()) {
      CreateAttempt owner = generation.id() == null ? null : owned.get(generation.id());
      if (owner != null) {
        Set<String> traits = shown.computeIfAbsent(owner.model(), model -> new HashSet<>());
        traits.addAll(owner.traits());
        if (generation.pending()) {
          traits.add(ListTraits.BEING_MADE);
        }
      }
    }
    return shown;
  }

  private Map<String, ReconcileVerdict> decide() {
    Set<CreateAttempt> left = identitySet();
    left.addAll(attempts);
    for (CreateAttempt attempt : attempts) {
      Rivals rivals = rivals(attempt, left);
      if (!rivals.generations().isEmpty()) {
        decide(rivals);
      }
    }
    attempts.forEach(attempt -> verdict(attempt, null));
    return verdicts;
  }

  /** Attempts that could own the same generations, directly or through each other. */
  private record Rivals(List<CreateAttempt> attempts, Set<ListedGeneration> generations) {}

  private Rivals rivals(CreateAttempt first, Set<CreateAttempt> left) {
    Rivals rivals = new Rivals(new ArrayList<>(), identitySet());
    Deque<CreateAttempt> next = new ArrayDeque<>(List.of(first));
    while (!next.isEmpty()) {
      CreateAttempt attempt = next.pop();
      if (!left.remove(attempt)) {
        continue;
      }
      rivals.attempts().add(attempt);
      for (ListedGeneration generation : free) {
        if (attempt.to(generation) == Likeness.YES && rivals.generations().add(generation)) {
          left.stream().filter(a -> a.to(generation) == Likeness.YES).forEach(next::add);
        }
      }
    }
    return rivals;
  }

  private void decide(Rivals rivals) {
    if (rivals.generations().stream().anyMatch(listed -> isOfAnother(listed, rivals))) {
      open(rivals, SEVERAL);
    } else if (rivals.attempts().size() == 1 && rivals.attempts().get(0).stage() == Stage.FRESH) {
      // That it is there needs no waiting for, as nobody else may own it.
      match(rivals);
    } else if (!rivals.attempts().stream().allMatch(CreateAttempt::isSettled)) {
      open(rivals, "%s may also be of a job that is being submitted");
    } else if (rivals.attempts().size() > 1 && !rivals.attempts().stream().allMatch(this::isRead)) {
      // Of two, the one with its own generation unread would take the other's.
      open(rivals, "%s may also be of a job that the list was not read back to");
    } else if (!matchByRequest(rivals)) {
      open(rivals, SEVERAL);
    }
  }

  /** Whether it may be what became of another request, begun while our clock was wrong. */
  private boolean isOfAnother(ListedGeneration generation, Rivals rivals) {
    boolean exact =
        rivals.attempts().stream().anyMatch(a -> a.shown().hasPromptOf(generation.shown()));
    return attempts.stream()
        .filter(other -> other.mayOwn(generation))
        .filter(other -> !exact || other.shown().hasPromptOf(generation.shown()))
        .anyMatch(
            other ->
                !rivals.attempts().contains(other)
                    && rivals.attempts().stream()
                        .noneMatch(rival -> rival.request().equals(other.request())));
  }

  /**
   * Matches equal requests as a set. Different ones are told apart only if each generation has the
   * very prompt of one of them alone.
   *
   * @return whether they were
   */
  private boolean matchByRequest(Rivals rivals) {
    Map<JsonNode, Rivals> byRequest = new HashMap<>();
    rivals
        .attempts()
        .forEach(
            attempt ->
                byRequest
                    .computeIfAbsent(
                        attempt.request(), r -> new Rivals(new ArrayList<>(), identitySet()))
                    .attempts()
                    .add(attempt));
    for (ListedGeneration generation : rivals.generations()) {
      List<Rivals> own =
          byRequest.values().stream()
              .filter(
                  one ->
                      byRequest.size() == 1
                          || one.attempts().get(0).shown().hasPromptOf(generation.shown()))
              .toList();
      if (own.size() != 1) {
        return false;
      }
      own.get(0).generations().add(generation);
    }
    byRequest.values().forEach(this::match);
    return true;
  }

  /** Whether it was read if it is listed. */
  private boolean isRead(CreateAttempt attempt) {
    return history.isWhole() && showsOlder(attempt);
  }

  /** Whether the list shows what is older, so that it is not cut before it. */
  private boolean showsOlder(CreateAttempt attempt) {
    CallTime call = attempt.call();
    return oldestOver < call.begun()
        || call.measured()
            && history.isNewestFirst()
            && history.showsOlder(call.from())
            && showsAnotherOlder(attempt);
  }

  /** One that is surely not its own under a wrong date. */
  private boolean showsAnotherOlder(CreateAttempt attempt) {
    Instant before = attempt.call().from().minus(CreateAttempt.SKEW);
    return history.generations().stream()
        .filter(listed -> listed.createdAt() != null && listed.createdAt().isBefore(before))
        .anyMatch(
            listed -> !free.contains(listed) || attempt.shown().to(listed.shown()) == Likeness.NO);
  }

  /** A date that breaks the order of the list tells nothing. */
  private boolean mayBe(CreateAttempt attempt, ListedGeneration listed) {
    return attempt.to(listed) != Likeness.NO
        || misdated.contains(listed) && attempt.shown().to(listed.shown()) != Likeness.NO;
  }

  private void open(Rivals rivals, String why) {
    String generations = named(rivals.generations());
    rivals
        .attempts()
        .forEach(a -> verdict(a, new ReconcileVerdict.Open(why.formatted(generations))));
  }

  /** Oldest generation first, each to the attempt that can wait least: so as many as can be. */
  private void match(Rivals rivals) {
    List<CreateAttempt> unmatched = new ArrayList<>(rivals.attempts());
    rivals.generations().stream()
        .sorted(Comparator.comparing(ListedGeneration::createdAt))
        .forEach(
            generation ->
                unmatched.stream()
                    .filter(attempt -> attempt.to(generation) == Likeness.YES)
                    .min(Comparator.comparing(attempt -> attempt.call().until()))
                    .ifPresent(
                        attempt -> {
                          unmatched.remove(attempt);
                          free.remove(generation);
                          verdict(attempt, new ReconcileVerdict.Paid(generation.id()));
                        }));
  }

  private void verdict(CreateAttempt attempt, ReconcileVerdict verdict) {
    if (attempt.stage() != Stage.UNDER_WAY && !verdicts.containsKey(attempt.job())) {
      verdicts.put(attempt.job(), verdict == null ? notFound(attempt) : verdict);
    }
  }

  private ReconcileVerdict notFound(CreateAttempt attempt) {
    if (!attempt.isSettled()) {
      return new ReconcileVerdict.Open(
          "the provider may still be at work on the call, or not list it yet");
    }
    List<ListedGeneration> perhaps =
        free.stream().filter(listed -> mayBe(attempt, listed)).toList();
    if (!perhaps.isEmpty()) {
      return new ReconcileVerdict.Open(named(perhaps) + " may be its own, or not");
    }
    return distrusted(attempt)
        .<ReconcileVerdict>map(ReconcileVerdict.Open::new)
        .orElseGet(ReconcileVerdict.Unpaid::new);
  }

  /** Why the list does not prove that it was not made, in the order of the page of the site. */
  private Optional<String> distrusted(CreateAttempt attempt) {
    String model = attempt.model();
    LeftOut leftOut = known.leftOut().get(model);
    if (!history.isWhole() || !showsOlder(attempt) && !history.isEnded()) {
      return Optional.of("the provider's list could not be read back to its time");
    }
    if (witnesses.stream().noneMatch(later -> isLater(later, attempt))) {
      return Optional.of(
          "the provider's list shows neither it nor a later one of ours: it may lag");
    }
    if (witnesses.stream().noneMatch(l -> isLater(l, attempt) && l.attempt().isOfKindOf(attempt))) {
      return Optional.of(
          "the provider's list shows no later one of ours of the same model and visibility ("
              + model
              + "): it may not show these");
    }
    if (!showsOlder(attempt)) {
      return Optional.of(
          "the provider's list shows nothing that is surely older: it may be cut off there");
    }
    Set<String> traits = shown.getOrDefault(model, Set.of());
    Optional<String> unseen =
        attempt.traits().stream().filter(trait -> !traits.contains(trait)).findFirst();
    if (unseen.isPresent()) {
      return Optional.of(
          "the provider's list has shown no %s job of ours with %s yet: it may not show these"
              .formatted(model, unseen.get()));
    }
    if (!traits.contains(ListTraits.BEING_MADE) && now.isBefore(attempt.call().finished())) {
      return Optional.of(
          "the provider's list has shown no "
              + model
              + " job of ours while it was being made: this one may still be, until "
              + attempt.call().finished());
    }
    if (leftOut != null && leftOut.over() > attempt.call().begun()) {
      return Optional.of(
          "the provider's list leaves out generation %s of ours: it may leave out this one as well"
              .formatted(leftOut.generationId()));
    }
    return Optional.empty();
  }

  /** By the order of our calls, by our clock and by theirs. */
  private boolean isLater(Witness witness, CreateAttempt attempt) {
    return attempt.call().isBefore(witness.attempt().call())
        && witness.at().isAfter(attempt.call().until().plus(settle));
  }

  private static String named(Iterable<ListedGeneration> generations) {
    List<String> ids = new ArrayList<>();
    generations.forEach(generation -> ids.add(String.valueOf(generation.id())));
    return ids.stream().sorted().limit(5).collect(Collectors.joining(", ", "generation ", ""))
        + (ids.size() > 5 ? " and " + (ids.size() - 5) + " more" : "");
  }

  private static Instant earlier(Instant one, Instant other) {
    return one.isBefore(other) ? one : other;
  }

  private static Set<String> union(Set<String> one, Set<String> other) {
    Set<String> both = new HashSet<>(one);
    both.addAll(other);
    return both;
  }

  private static <T> Set<T> identitySet() {
    return Collections.newSetFromMap(new IdentityHashMap<>());
  }
}
