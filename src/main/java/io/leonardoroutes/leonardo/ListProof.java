package io.leonardoroutes.leonardo;

import io.leonardoroutes.leonardo.KnownCreates.LeftOut;
import io.leonardoroutes.leonardo.VideoFingerprint.Likeness;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What the provider's list has shown, and so what it proves that it does not show a create. The
 * page {@code in-doubt} of the site says what is assumed of it, and what must have been seen in it
 * before that is relied on.
 */
public final class ListProof {
  private final GenerationHistory history;
  private final KnownCreates known;
  private final Duration settle;
  private final Instant now;
  private final Set<ListedGeneration> unowned = identitySet();
  private final Set<ListedGeneration> misdated = identitySet();
  private final List<Witness> witnesses = new ArrayList<>();
  private final long oldestOver;
  private final Map<String, Set<String>> shown = new HashMap<>();

  /** A create of ours that the list shows as it was asked for. */
  private record Witness(CreateAttempt attempt, Instant at) {}

  /**
   * @param settle how long after a create the list is not believed
   * @param now the time by the provider's clock, as far as it is known
   */
  ListProof(GenerationHistory history, KnownCreates known, Duration settle, Instant now) {
    this.history = history;
    this.known = known;
    this.settle = settle;
    this.now = now;
    known.shown().forEach((model, traits) -> shown.put(model, new HashSet<>(traits)));
    shown(history, known.owned())
        .forEach((model, traits) -> shown.merge(model, traits, ListProof::union));
    for (ListedGeneration generation : history.generations()) {
      CreateAttempt owner = generation.id() == null ? null : known.owned().get(generation.id());
      if (owner == null) {
        unowned.add(generation);
      } else if (owner.to(generation) == Likeness.YES) {
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

  /** Those of the list that no create is known to own; the caller's to change. */
  Set<ListedGeneration> unowned() {
    Set<ListedGeneration> copy = identitySet();
    copy.addAll(unowned);
    return copy;
  }

  /**
   * Whether it was read if it is listed.
   *
   * @param free those that no create is known to own
   */
  boolean reaches(CreateAttempt attempt, Set<ListedGeneration> free) {
    return history.isWhole() && showsOlder(attempt, free);
  }

  /** Whether the list shows what is older, so that it is not cut before it. */
  private boolean showsOlder(CreateAttempt attempt, Set<ListedGeneration> free) {
    CallTime call = attempt.call();
    return oldestOver < call.begun()
        || call.measured()
            && history.isNewestFirst()
            && history.showsOlder(call.from())
            && showsAnotherOlder(attempt, free);
  }

  /** One that is surely not its own under a wrong date. */
  private boolean showsAnotherOlder(CreateAttempt attempt, Set<ListedGeneration> free) {
    Instant before = attempt.call().from().minus(CreateAttempt.SKEW);
    return history.generations().stream()
        .filter(listed -> listed.createdAt() != null && listed.createdAt().isBefore(before))
        .anyMatch(
            listed -> !free.contains(listed) || attempt.shown().to(listed.shown()) == Likeness.NO);
  }

  /** A date that breaks the order of the list tells nothing. */
  boolean mayBe(CreateAttempt attempt, ListedGeneration listed) {
    return attempt.to(listed) != Likeness.NO
        || misdated.contains(listed) && attempt.shown().to(listed.shown()) != Likeness.NO;
  }

  /**
   * What is missing before the list proves that it was not made, in the order of the page of the
   * site; empty if nothing is.
   *
   * @param free those that no create is known to own
   */
  Optional<String> missingFor(CreateAttempt attempt, Set<ListedGeneration> free) {
    String model = attempt.model();
    LeftOut leftOut = known.leftOut().get(model);
    if (!history.isWhole() || !showsOlder(attempt, free) && !history.isEnded()) {
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
    if (!showsOlder(attempt, free)) {
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
