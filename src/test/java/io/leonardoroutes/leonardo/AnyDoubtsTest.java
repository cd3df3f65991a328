package io.leonardoroutes.leonardo;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leonardoroutes.leonardo.CreateAttempt.Stage;
import io.leonardoroutes.leonardo.KnownCreates.LeftOut;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Doubts that nobody has thought of, the same ones in every run, before providers whose lists break
 * one assumption each. {@code -Dstories=5000} plays as many with each.
 */
class AnyDoubtsTest {
  private static final int STORIES = Integer.getInteger("stories", 100);
  private static final Duration SETTLE = Duration.ofSeconds(30);

  /** When a job is late: none takes longer. */
  private static final Duration LATE = Duration.ofMinutes(10);

  private static final Instant ZERO = Instant.parse("2026-11-21T12:00:00Z");
  private static final String[] PROMPTS = {
    "koala", "a cat & a dog", "caf\u00e9 \u2014 \u201cnight\u201d \ud83d\udc28", "KOALA"
  };

  /** What a provider does to its list. Each breaks one assumption, but for the first. */
  private enum World {
    HONEST,
    /** The same prompt for different models, which the list does not show. */
    EQUAL_PROMPTS,
    /** Traffic that is not ours, of other prompts and of the same. */
    FOREIGN_TRAFFIC,
    TEXT_CHANGED,
    TEXT_CUT,
    TEXT_HIDDEN,
    MODEL_HIDDEN,
    PRIVATE_HIDDEN,
    NOT_ASCII_HIDDEN,
    PENDING_HIDDEN,
    PENDING_HIDDEN_AND_DOUBTS_SLOW,
    CAPPED,
    CAPPED_AND_PENDING_HIDDEN,
    LAGGING,
    REORDERED,
    OLDEST_FIRST,
    OTHER_ZONE,
    OUR_CLOCK_SET_MEANWHILE,
    PAGES_SHIFT,
    /** Pages of others are made while one is read; now and then one is deleted. */
    PAGES_SHIFT_FAR,
    SHORT_PAGES,
    DATES_MISSING
  }

  @ParameterizedTest
  @EnumSource(World.class)
  void nothingThatWasMadeIsTakenForUnpaidWhateverTheListDoes(World world) {
    Story.Count count = play(world, STORIES);

    System.out.printf(
        "FIGURE %s: %d stories, paid twice %d, adopted %d, released %d, left to a person %d%n",
        world, STORIES, count.paidTwice, count.adopted, count.released, count.held);
    assertThat(count.paidTwice).as("paid twice").isZero();
    assertThat(count.adoptedTwice).as("one generation for two jobs").isZero();
  }

  @Test
  void beforeAnHonestListNoDoubtIsLeftToAPersonOnceLaterJobsWereMade() {
    Story.Count count = play(World.HONEST, STORIES);

    assertThat(count.held).isZero();
    // Else this would tell nothing.
    assertThat(count.adopted).isGreaterThan(STORIES / 2);
    assertThat(count.released).isGreaterThan(STORIES / 2);
  }

  private static Story.Count play(World world, int stories) {
    Story.Count count = new Story.Count();
    for (int i = 0; i < stories; i++) {
      new Story(world, new Random(20_261_127L * 31 + i), count).play();
    }
    return count;
  }

  /** One account's doubts, from the outage to the last reading of the list. */
  private static final class Story {
    private static final class Count {
      int paidTwice;
      int adoptedTwice;
      int adopted;
      int released;
      int held;
    }

    private static final int ROUNDS = 20;

    private final World world;
    private final Random random;
    private final Count count;
    private final List<Made> made = new ArrayList<>();
    private final Map<String, CreateAttempt> doubtful = new TreeMap<>();
    private final Map<JsonNode, Integer> unmade = new HashMap<>();
    private final Map<String, CreateAttempt> owned = new HashMap<>();
    private final Map<String, String> owners = new HashMap<>();
    private final Map<String, Integer> readings = new HashMap<>();
    private final Map<String, Set<String>> traits = new HashMap<>();
    private final int cap;
    private final int lag;
    private final int page;
    private final int zone;
    private long steps;
    private int number;
    private int now;

    /** A generation, with the truth about it. */
    private record Made(
        String id, String prompt, String model, boolean open, int at, int done, boolean ours) {}

    Story(World world, Random random, Count count) {
      this.world = world;
      this.random = random;
      this.count = count;
      this.cap = 3 + random.nextInt(10);
      this.lag = 1 + random.nextInt(400);
      this.page = world == World.SHORT_PAGES ? 1 + random.nextInt(2) : 2 + random.nextInt(10);
      this.zone = (random.nextBoolean() ? 1 : -1) * 3600 * (1 + random.nextInt(11));
    }

    void play() {
      for (int i = 0; i < 2 + random.nextInt(3); i++) {
        known(-3000 + i * 700, false);
      }
      foreign(-2000, 0);
      now = 0;
      int doubts = 1 + random.nextInt(4);
      for (int i = 0; i < doubts; i++) {
        now += random.nextInt(40);
        doubt(now);
      }
      foreign(0, now + 30);
      now += 60;
      for (int round = 0; round < ROUNDS && !doubtful.isEmpty(); round++) {
        // One of each kind now and then, as traffic goes on.
        for (String model : new String[] {"turbo", "o3"}) {
          for (boolean open : new boolean[] {false, true}) {
            if (round == 3 || random.nextInt(3) == 0) {
              known(now + random.nextInt(20), model, open, random.nextBoolean());
            }
            if (round == 3) {
              known(now + random.nextInt(20), model, open, false);
            }
          }
        }
        foreign(now, now + 30);
        now += 35 + random.nextInt(120);
        round();
      }
      count.held += doubtful.size();
    }

    private void known(int at, boolean open) {
      known(at, random.nextBoolean() ? "turbo" : "o3", open, random.nextBoolean());
    }

    /** A create of ours that was answered. */
    private void known(int at, String model, boolean open, boolean ascii) {
      String prompt = (ascii ? "plain " : "plain \u00e9 \ud83d\udc28 & ") + number;
      Made generation = make(prompt, model, open, at + random.nextInt(3), true);
      long begun = ++steps;
      owned.put(
          generation.id(),
          attempt("of " + generation.id(), generation, at, at + 3, begun, ++steps));
    }

    /** A create of ours whose answer was lost, made or not. */
    private void doubt(int at) {
      String prompt = PROMPTS[random.nextInt(PROMPTS.length)];
      String model = random.nextBoolean() ? "turbo" : "o3";
      boolean open = random.nextInt(4) == 0;
      if (world != World.EQUAL_PROMPTS) {
        prompt += model + open;
      }
      int over = at + 1 + random.nextInt(10);
      String job = "job-" + number++;
      boolean isMade = random.nextBoolean();
      if (isMade) {
        make(prompt, model, open, at + random.nextInt(over - at), true);
      }
      // Minutes ahead during the call, and set right after it.
      int wrong = world == World.OUR_CLOCK_SET_MEANWHILE ? 300 + random.nextInt(1200) : 0;
      wrong = random.nextBoolean() ? wrong : -wrong;
      Made asked = new Made("?", prompt, model, open, at, at, true);
      long begun = ++steps;
      CreateAttempt doubt = attempt(job, asked, at + wrong, over + wrong, begun, ++steps);
      doubtful.put(job, doubt);
      unmade.merge(doubt.request(), isMade ? 0 : 1, Integer::sum);
    }

    private void foreign(int from, int until) {
      if (world != World.FOREIGN_TRAFFIC
          && world != World.CAPPED
          && world != World.CAPPED_AND_PENDING_HIDDEN) {
        return;
      }
      for (int i = 0; i < random.nextInt(world == World.FOREIGN_TRAFFIC ? 4 : 12); i++) {
        String prompt = random.nextInt(5) == 0 ? PROMPTS[0] : "theirs";
        make(prompt, "turbo", false, from + random.nextInt(Math.max(1, until - from)), false);
      }
    }

    private Made make(String prompt, String model, boolean open, int at, boolean ours) {
      boolean slow =
          world == World.PENDING_HIDDEN_AND_DOUBTS_SLOW && ours && !prompt.startsWith("plain");
      int done = at + 20 + random.nextInt(slow ? 560 : 100);
      Made generation = new Made("gen-" + number++, prompt, model, open, at, done, ours);
      made.add(generation);
      return generation;
    }

    private CreateAttempt attempt(String job, Made of, int from, int until, long begun, long over) {
      ObjectNode request = JsonNodeFactory.instance.objectNode();
      request.put("model", of.model()).put("public", of.open());
      request
          .putObject("parameters")
          .put("prompt", of.prompt())
          .put("width", 1280)
          .put("height", 720);
      CallTime call = new CallTime(at(from), at(until), at(until).plus(LATE), false, begun, over);
      return new CreateAttempt(job, request, call, Stage.LISTABLE);
    }

    private void round() {
      List<CreateAttempt> due =
          doubtful.values().stream().filter(attempt -> random.nextInt(3) > 0).toList();
      if (due.isEmpty()) {
        return;
      }
      long first = due.stream().mapToLong(d -> d.call().begun()).min().orElseThrow();
      Map<String, Instant> earlier = new HashMap<>();
      owned.forEach(
          (id, attempt) -> {
            if (attempt.call().over() < first) {
              earlier.put(id, attempt.call().from());
            }
          });
      Instant back =
          due.stream().map(d -> d.call().from()).min(Comparator.naturalOrder()).orElseThrow();
      GenerationHistory history = read(back, earlier);
      Map<String, CreateAttempt> listed = new HashMap<>(owned);
      listed.keySet().retainAll(history.ids());
      ListProof.shown(history, listed)
          .forEach(
              (model, some) -> traits.computeIfAbsent(model, m -> new HashSet<>()).addAll(some));
      List<CreateAttempt> all =
          doubtful.values().stream()
              .map(a -> new CreateAttempt(a.job(), a.request(), a.call(), stage(a)))
              .toList();
      Map<String, ReconcileVerdict> verdicts =
          CreateMatcher.of(
              history,
              new KnownCreates(listed, leftOut(history, first), traits),
              all,
              SETTLE,
              at(now));
      verdicts.forEach(this::adopt);
      for (CreateAttempt attempt : due) {
        if (verdicts.get(attempt.job()) instanceof ReconcileVerdict.Unpaid) {
          unpaid(attempt.job());
        } else {
          readings.remove(attempt.job());
        }
      }
    }

    private Stage stage(CreateAttempt attempt) {
      return attempt.call().until().plus(SETTLE).isAfter(at(now)) ? Stage.FRESH : Stage.LISTABLE;
    }

    private void adopt(String job, ReconcileVerdict verdict) {
      if (verdict instanceof ReconcileVerdict.Paid paid) {
        count.adopted++;
        count.adoptedTwice += owners.put(paid.generationId(), job) == null ? 0 : 1;
        CreateAttempt attempt = doubtful.remove(job);
        CallTime call = attempt.call();
        CallTime found =
            new CallTime(call.from(), call.until(), call.finished(), false, 0, ++steps);
        owned.put(
            paid.generationId(), new CreateAttempt(job, attempt.request(), found, Stage.LISTABLE));
      }
    }

    /** Submitted again after several readings in a row. */
    private void unpaid(String job) {
      if (readings.merge(job, 1, Integer::sum) == CreateMatcher.READINGS) {
        CreateAttempt attempt = doubtful.remove(job);
        count.released++;
        // Equal requests are interchangeable: what counts is how many of them were not made.
        count.paidTwice += unmade.merge(attempt.request(), -1, Integer::sum) < 0 ? 1 : 0;
      }
    }

    private Map<String, LeftOut> leftOut(GenerationHistory history, long first) {
      Map<String, LeftOut> leftOut = new HashMap<>();
      owned.forEach(
          (id, attempt) -> {
            boolean asked = attempt.call().begun() > (history.isNewestFirst() ? first : 0);
            boolean old = !attempt.call().until().plus(SETTLE).isAfter(at(now));
            if (asked && old && !history.ids().contains(id)) {
              leftOut.merge(
                  attempt.model(),
                  new LeftOut(id, attempt.call().over()),
                  (one, other) -> one.over() > other.over() ? one : other);
            }
          });
      return leftOut;
    }

    private GenerationHistory read(Instant back, Map<String, Instant> earlier) {
      GenerationHistory history = new GenerationHistory();
      List<ListedGeneration> list = shown();
      for (int i = 0; i < 400 && history.wantsMore(back, earlier); i++) {
        int from = Math.min(list.size(), history.offset());
        int end = Math.min(list.size(), from + page);
        history.add(new GenerationPage.Page(list.subList(from, end)));
        if (world == World.PAGES_SHIFT_FAR && random.nextInt(3) == 0 && !list.isEmpty()) {
          list = later(list, end);
        }
        if (world == World.PAGES_SHIFT && random.nextInt(3) == 0 && !list.isEmpty()) {
          // Somebody deletes one that was read, or one more is made.
          list = new ArrayList<>(list);
          if (random.nextBoolean()) {
            list.remove(random.nextInt(Math.max(1, Math.min(list.size(), end))));
          } else {
            list.add(
                0,
                new ListedGeneration(
                    "new-" + number++,
                    at(now),
                    false,
                    new VideoFingerprint("theirs", 1280, 720, false)));
          }
        }
      }
      return history;
    }

    private List<ListedGeneration> later(List<ListedGeneration> list, int read) {
      List<ListedGeneration> later = new ArrayList<>(list);
      if (random.nextInt(4) == 0) {
        later.remove(random.nextInt(Math.max(1, Math.min(later.size(), read))));
      }
      for (int made = random.nextInt(2 * page); made > 0; made--) {
        VideoFingerprint theirs = new VideoFingerprint("theirs", 1920, 720, false);
        later.add(0, new ListedGeneration("new-" + number++, at(now), false, theirs));
      }
      return later;
    }

    private List<ListedGeneration> shown() {
      List<Made> all = new ArrayList<>(made.stream().filter(m -> m.at() <= now).toList());
      all.sort(Comparator.comparing(Made::at).reversed());
      boolean hidesPending = world.name().contains("PENDING_HIDDEN");
      if (world == World.CAPPED_AND_PENDING_HIDDEN) {
        all = all.subList(0, Math.min(cap, all.size()));
      }
      all =
          new ArrayList<>(
              all.stream()
                  .filter(m -> world != World.MODEL_HIDDEN || !m.model().equals("o3"))
                  .filter(m -> world != World.PRIVATE_HIDDEN || m.open())
                  .filter(m -> world != World.NOT_ASCII_HIDDEN || m.prompt().matches("\\p{ASCII}*"))
                  .filter(m -> !hidesPending || m.done() <= now)
                  .filter(m -> world != World.LAGGING || m.at() + lag <= now)
                  .toList());
      if (world == World.CAPPED) {
        all = all.subList(0, Math.min(cap, all.size()));
      }
      if (world == World.REORDERED) {
        Collections.shuffle(all, random);
      }
      if (world == World.OLDEST_FIRST) {
        Collections.reverse(all);
      }
      return all.stream().map(this::listed).toList();
    }

    private ListedGeneration listed(Made m) {
      int shift = world == World.OTHER_ZONE ? zone : 0;
      Instant at = world == World.DATES_MISSING && random.nextBoolean() ? null : at(m.at() + shift);
      return new ListedGeneration(
          m.id(),
          at,
          m.done() > now,
          new VideoFingerprint(prompt(m.prompt()), 1280, 720, m.open()));
    }

    private String prompt(String prompt) {
      return switch (world) {
        case TEXT_CHANGED ->
            prompt.startsWith("plain")
                ? prompt
                : switch (prompt.length() % 3) {
                  case 0 -> "another text";
                  case 1 ->
                      prompt.replace("&", "&amp;").replace("\u2014", "-").toLowerCase(Locale.ROOT);
                  default -> prompt.replaceAll("[^a-z]", "?");
                };
        case TEXT_CUT -> prompt.substring(0, Math.min(4, prompt.length()));
        case TEXT_HIDDEN -> prompt.startsWith("plain") ? prompt : null;
        default -> prompt;
      };
    }

    private static Instant at(int second) {
      return ZERO.plusSeconds(second);
    }
  }
}
