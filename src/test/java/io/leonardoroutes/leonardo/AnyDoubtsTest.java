package io.leonardoroutes.leonardo;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Doubts about equal requests that nobody has thought of, the same ones in every run, before a true
 * list that is read page by page, back to those that happen to be due.
 */
class AnyDoubtsTest {
  private static final int STORIES = 3_000;
  private static final int ROUNDS = 12;
  private static final Duration SETTLE = Duration.ofSeconds(30);
  private static final Instant ZERO = Instant.parse("2026-11-21T12:00:00Z");

  private final Random random = new Random(20_261_122);

  /** All doubts that are left, what jobs have by now, and what the provider has, newest first. */
  private final Map<String, Attempt> doubtful = new TreeMap<>();

  private final Map<String, Attempt> owned = new HashMap<>();
  private final List<Listed> list = new ArrayList<>();
  private int unmade;
  private int released;

  @Test
  void noMoreAreTakenForUnpaidThanWereNotMade() {
    int all = 0;
    for (int story = 0; story < STORIES; story++) {
      begin();
      for (int round = 0; round < ROUNDS && !doubtful.isEmpty(); round++) {
        round();
        assertThat(released).as("story %s, round %s", story, round).isLessThanOrEqualTo(unmade);
      }
      all += released;
    }
    // Else this would tell nothing.
    assertThat(all).isGreaterThan(STORIES);
  }

  private void begin() {
    Stream.of(doubtful, owned).forEach(Map::clear);
    list.clear();
    unmade = 0;
    released = 0;
    for (int i = 0; i < 1 + random.nextInt(5); i++) {
      Instant from = ZERO.plusSeconds(random.nextInt(900));
      Instant until = from.plusSeconds(random.nextInt(190));
      doubtful.put("job-" + i, attempt("job-" + i, "koala", from, until));
      if (random.nextBoolean()) {
        long called = Duration.between(from, until).toSeconds();
        list("gen-" + i, "koala", from.plusSeconds(random.nextInt((int) called + 1)));
      } else {
        unmade++;
      }
    }
    for (int i = 0; i < random.nextInt(60); i++) {
      list("cat-" + i, "cat", ZERO.plusSeconds(random.nextInt(1200)));
    }
    Instant later = ZERO.plusSeconds(2000);
    list("later", "dog", later);
    owned.put("later", attempt("later", "dog", later, later));
    list.sort(Comparator.comparing(Listed::createdAt).reversed());
  }

  private void round() {
    List<Attempt> due =
        doubtful.values().stream().filter(attempt -> random.nextInt(3) == 0).toList();
    if (due.isEmpty()) {
      return;
    }
    Instant back = due.stream().map(Attempt::from).min(Comparator.naturalOrder()).orElseThrow();
    int size = 1 + random.nextInt(10);
    History history = new History();
    while (history.wantsMore(back)) {
      int end = Math.min(list.size(), history.offset() + size);
      history.add(new Listing.Page(list.subList(history.offset(), end)));
    }
    Map<String, Attempt> listed = new HashMap<>(owned);
    listed.keySet().retainAll(history.ids());
    Map<String, Verdict> verdicts =
        Reconciliation.of(history, listed, List.copyOf(doubtful.values()), SETTLE);
    verdicts.forEach(
        (job, verdict) -> {
          if (verdict instanceof Verdict.Paid paid) {
            owned.put(paid.generationId(), doubtful.remove(job));
          }
        });
    for (Attempt attempt : due) {
      if (verdicts.get(attempt.job()) instanceof Verdict.Unpaid) {
        doubtful.remove(attempt.job());
        released++;
      }
    }
  }

  private void list(String id, String prompt, Instant at) {
    list.add(new Listed(id, at, new Shown(prompt, null, null, null)));
  }

  private static Attempt attempt(String job, String prompt, Instant from, Instant until) {
    ObjectNode request = JsonNodeFactory.instance.objectNode();
    request.putObject("parameters").put("prompt", prompt);
    return new Attempt(job, request, from, until, true);
  }
}
