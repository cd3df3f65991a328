package io.leonardoroutes.prove;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * The outcome of the requests as seen from outside: what reached the outbox and the JMS callers
 * that want answers, and what is held in doubt.
 */
final class ProofOutcome {
  private static final Duration CHECK_EVERY = Duration.ofMillis(200);

  /**
   * Without a change for this long, jobs in doubt count as held. The program checks a doubt again
   * after about as long as it has lasted, and ten thousand doubts take a while.
   */
  private static final Duration HELD = Duration.ofSeconds(150);

  private static final Duration PULSE = Duration.ofSeconds(1);

  /** Without a change for this long, open requests count as lost. */
  private static final Duration STUCK = Duration.ofSeconds(60);

  private final Path outbox;
  private final RestCaller rest;
  private final ProofCallers callers;
  private final Set<String> seen = new HashSet<>();
  private final Set<Integer> inOutbox = new HashSet<>();
  private final Set<Integer> delivered = new HashSet<>();
  private Map<Integer, String> held = Map.of();

  ProofOutcome(ProofFolder proofFolder, RestCaller rest, ProofCallers callers) {
    this.outbox = proofFolder.outbox();
    this.rest = rest;
    this.callers = callers;
  }

  /**
   * Waits until every request is answered and either delivered or held, or until nothing changes
   * any more.
   *
   * @return when the last change was seen
   */
  Instant awaitAll(ProofProgress progress) throws IOException, InterruptedException {
    Set<Integer> pulses = new HashSet<>();
    Instant changed = await(pulses, HELD, progress);
    pulses.clear();
    await(pulses, Duration.ZERO, progress);
    return changed;
  }

  /**
   * Keeps sending requests while there are doubts: only a list with later jobs shows that an older
   * one is missing.
   */
  private Instant await(Set<Integer> pulses, Duration doubt, ProofProgress progress)
      throws IOException, InterruptedException {
    Instant changed = Instant.now();
    Instant pulse = changed;
    List<Set<Integer>> before = List.of();
    while (true) {
      long began = System.nanoTime();
      check();
      long took = System.nanoTime() - began;
      Set<Integer> open = new HashSet<>(callers.accepted());
      open.removeAll(delivered);
      open.addAll(callers.unanswered());
      open.removeAll(pulses);
      Set<Integer> doubtful = new HashSet<>(open);
      doubtful.retainAll(held.keySet());
      if (!List.of(open, doubtful).equals(before)) {
        changed = Instant.now();
        before = List.of(open, doubtful);
      }
      Duration patience = open.isEmpty() ? Duration.ZERO : open.equals(doubtful) ? doubt : STUCK;
      if (Duration.between(changed, Instant.now()).compareTo(patience) >= 0) {
        return changed;
      }
      if (!doubt.isZero() && !doubtful.isEmpty() && pulse.plus(PULSE).isBefore(Instant.now())) {
        pulses.add(callers.sendValid());
        pulse = Instant.now();
      }
      progress.print(
          () -> "waiting, %s open, %s of them in doubt".formatted(open.size(), doubtful.size()));
      // With thousands of doubts, each check is work for the program too.
      TimeUnit.NANOSECONDS.sleep(Math.max(CHECK_EVERY.toNanos(), 4 * took));
    }
  }

  /** Waits for the first video. */
  void awaitFirstVideo() throws IOException, InterruptedException {
    for (Instant began = Instant.now(); inOutbox.isEmpty(); readOutbox()) {
      if (Duration.between(began, Instant.now()).compareTo(STUCK) > 0) {
        throw new IllegalStateException(
            "the program delivered nothing in " + STUCK.toSeconds() + " s");
      }
      TimeUnit.MILLISECONDS.sleep(CHECK_EVERY.toMillis());
    }
  }

  private void check() throws IOException, InterruptedException {
    callers.check();
    rest.approve();
    try {
      held = rest.held();
    } catch (IOException e) {
      // Right after the start the port is open, but the routes are not running yet.
    }
    readOutbox();
    callers.readReplies();
    inOutbox.stream().filter(callers::isInformed).forEach(delivered::add);
  }

  private void readOutbox() throws IOException {
    try (Stream<Path> files = Files.list(outbox)) {
      for (Path file : files.toList()) {
        String name = file.getFileName().toString();
        if (name.endsWith(".completed.json") && !seen.contains(name)) {
          Path video = outbox.resolve(name.replace(".completed.json", ".mp4"));
          if (Files.exists(video) && Files.size(video) > 0) {
            inOutbox.add(ProofRequest.numberIn(Files.readString(file)).orElseThrow());
            seen.add(name);
          }
        }
      }
    }
  }

  ProofVerdict account(List<Integer> paid) {
    return ProofVerdict.of(callers.accepted(), delivered, held.keySet(), paid);
  }

  /** The number of requests held in doubt, by reason. */
  Map<String, Integer> reasons() {
    Map<String, Integer> reasons = new TreeMap<>();
    account(List.of())
        .inDoubt()
        .forEach(number -> reasons.merge(held.get(number), 1, Integer::sum));
    return reasons;
  }

  /** The number of requests that are accepted but not in the outbox yet. */
  int open() throws IOException {
    readOutbox();
    Set<Integer> open = new HashSet<>(callers.accepted());
    open.removeAll(inOutbox);
    return open.size();
  }

  Set<Integer> delivered() {
    return delivered;
  }
}
