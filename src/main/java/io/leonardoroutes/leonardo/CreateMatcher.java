package io.leonardoroutes.leonardo;

import com.fasterxml.jackson.databind.JsonNode;
import io.leonardoroutes.leonardo.CreateAttempt.Stage;
import io.leonardoroutes.leonardo.VideoFingerprint.Likeness;
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
 * <p>Not found means unpaid only by {@link ListProof}: what the list has shown.
 */
public final class CreateMatcher {
  /**
   * How many readings in a row must find a create unpaid: a single one may come from a lagging
   * replica of the provider, or be incomplete by chance.
   */
  public static final int READINGS = 4;

  private static final String SEVERAL =
      "%s may be of any of several jobs in doubt that ask for different things";

  private final ListProof proof;
  private final List<CreateAttempt> attempts;
  private final Set<ListedGeneration> free;
  private final PromptIndex<CreateAttempt> attemptIndex;
  private final PromptIndex<ListedGeneration> freeIndex;
  private final Map<String, ReconcileVerdict> verdicts = new HashMap<>();

  private CreateMatcher(ListProof proof, List<CreateAttempt> attempts) {
    this.proof = proof;
    this.attempts = attempts;
    this.free = proof.unowned();
    this.attemptIndex = new PromptIndex<>(attempts, CreateAttempt::shown);
    this.freeIndex = new PromptIndex<>(free, ListedGeneration::shown);
  }

  /**
   * Gives a verdict on every attempt in doubt.
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
    return new CreateMatcher(new ListProof(history, known, settle, now), attempts).decide();
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
      for (ListedGeneration generation : freeIndex.alike(attempt.shown())) {
        if (free.contains(generation)
            && attempt.to(generation) == Likeness.YES
            && rivals.generations().add(generation)) {
          attemptIndex.alike(generation.shown()).stream()
              .filter(left::contains)
              .filter(a -> a.to(generation) == Likeness.YES)
              .forEach(next::add);
        }
      }
    }
    return rivals;
  }

  private void decide(Rivals rivals) {
    if (anyIsOfAnother(rivals)) {
      open(rivals, SEVERAL);
    } else if (rivals.attempts().size() == 1 && rivals.attempts().get(0).stage() == Stage.FRESH) {
      // That it is there needs no waiting for, as nobody else may own it.
      match(rivals);
    } else if (!rivals.attempts().stream().allMatch(CreateAttempt::isListable)) {
      open(rivals, "%s may also be of a job that is being submitted");
    } else if (rivals.attempts().size() > 1
        && !rivals.attempts().stream().allMatch(a -> proof.reaches(a, free))) {
      // Of two, the one with its own generation unread would take the other's.
      open(rivals, "%s may also be of a job that the list was not read back to");
    } else if (!matchByRequest(rivals)) {
      open(rivals, SEVERAL);
    }
  }

  /** Whether one may be what became of another request, begun while our clock was wrong. */
  private boolean anyIsOfAnother(Rivals rivals) {
    Set<JsonNode> requests =
        rivals.attempts().stream().map(CreateAttempt::request).collect(Collectors.toSet());
    Map<String, List<CreateAttempt>> others = new HashMap<>();
    return rivals.generations().stream()
        .anyMatch(
            listed ->
                isOneOf(
                    others.computeIfAbsent(
                        listed.shown().letters(),
                        letters ->
                            attemptIndex.alike(listed.shown()).stream()
                                .filter(attempt -> !requests.contains(attempt.request()))
                                .toList()),
                    listed,
                    rivals));
  }

  private static boolean isOneOf(
      List<CreateAttempt> others, ListedGeneration listed, Rivals rivals) {
    boolean exact =
        rivals.attempts().stream().anyMatch(rival -> rival.shown().hasPromptOf(listed.shown()));
    return others.stream()
        .filter(other -> other.mayOwn(listed))
        .anyMatch(other -> !exact || other.shown().hasPromptOf(listed.shown()));
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

  private void open(Rivals rivals, String why) {
    String generations = ids(rivals.generations());
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
    if (!attempt.isListable()) {
      return new ReconcileVerdict.Open(
          "the provider may still be at work on the call, or not list it yet");
    }
    List<ListedGeneration> perhaps =
        free.stream().filter(listed -> proof.mayBe(attempt, listed)).toList();
    if (!perhaps.isEmpty()) {
      return new ReconcileVerdict.Open(ids(perhaps) + " may be its own, or not");
    }
    return proof
        .missingFor(attempt, free)
        .<ReconcileVerdict>map(ReconcileVerdict.Open::new)
        .orElseGet(ReconcileVerdict.Unpaid::new);
  }

  private static String ids(Iterable<ListedGeneration> generations) {
    List<String> ids = new ArrayList<>();
    generations.forEach(generation -> ids.add(String.valueOf(generation.id())));
    return ids.stream().sorted().limit(5).collect(Collectors.joining(", ", "generation ", ""))
        + (ids.size() > 5 ? " and " + (ids.size() - 5) + " more" : "");
  }

  private static <T> Set<T> identitySet() {
    return Collections.newSetFromMap(new IdentityHashMap<>());
  }
}
