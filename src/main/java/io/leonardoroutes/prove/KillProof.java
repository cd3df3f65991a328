package io.leonardoroutes.prove;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;

/**
 * The proof by kills: the program is started again and again, and killed (SIGKILL) at a random
 * moment or at a named point, while callers keep sending requests over every intake and other
 * instances, if any, keep working. Now and then, and at the end, it runs until everything is
 * settled.
 */
final class KillProof {
  private static final int ASKED_PER_LIFE = 4;

  /**
   * No new requests above this many open ones: a backlog would only show how slow this machine is.
   */
  private static final int MOST_OPEN = 60;

  private static final int RECOVERY_EVERY = 50;
  private static final Duration JOB = Duration.ofMillis(300);
  private static final int LONGEST_LIFE_MILLIS = 1_500;
  private static final Duration REACHED_WITHIN = Duration.ofSeconds(20);
  private static final int LIVES_FOR_A_POINT = 5;
  private static final Duration CHECK_EVERY = Duration.ofMillis(20);
  private static final Duration ASK_EVERY = Duration.ofMillis(1_000);

  /**
   * The counts of the proof.
   *
   * @param openJobs what the program said at the end about the requests that are lost
   * @param courses how many of the requests over REST took which course before they were submitted
   * @param recoveries the times from a start until everything was settled
   * @param mostConcurrent the most jobs at the provider at the same time
   * @param reached the points that the program was killed at
   * @param missed the points that it never reached
   */
  record Result(
      int kills,
      ProofVerdict account,
      List<String> openJobs,
      ProofCallers callers,
      Map<RestCaller.Course, Integer> courses,
      List<Duration> recoveries,
      int mostConcurrent,
      List<String> reached,
      List<String> missed) {}

  private final ProveOptions options;
  private final ProofProgress progress;
  private final Random chance;
  private final ProofProvider provider;
  private final ProofFolder proofFolder;
  private final RestCaller rest;
  private final ProgramFleet fleet;
  private final ProofCallers callers;
  private final ProofOutcome outcome;
  private final List<Duration> recoveries = new ArrayList<>();
  private final List<String> reached = new ArrayList<>();
  private final List<String> missed = new ArrayList<>();
  private Duration startup = Duration.ZERO;

  /** The instance that was killed last. */
  private int dead;

  KillProof(
      ProveOptions options,
      ProofFolder proofFolder,
      ProofProvider provider,
      ProofProgress progress) {
    this.options = options;
    this.proofFolder = proofFolder;
    this.provider = provider;
    this.progress = progress;
    this.fleet = new ProgramFleet(proofFolder);
    this.chance = new Random(options.seed());
    this.rest = new RestCaller(proofFolder, false);
    this.callers =
        new ProofCallers(List.of(new FileCaller(proofFolder), rest, new JmsCaller(proofFolder)));
    this.outcome = new ProofOutcome(proofFolder, rest, callers);
  }

  /** The provider for this proof: one in six creates gets an ambiguous answer. */
  static ProofProvider provider(long seed, int concurrent) {
    AmbiguousAnswer[] all = AmbiguousAnswer.values();
    return new ProofProvider(
        JOB,
        concurrent,
        (number, attempt) -> {
          Random chance = new Random(Objects.hash(seed, number, attempt));
          return chance.nextInt(6) == 0
              ? Optional.of(all[chance.nextInt(all.length)])
              : Optional.empty();
        });
  }

  Result run() throws IOException, InterruptedException {
    try (callers) {
      firstLife();
      fleet.startAllBut(dead);
      for (Optional<CrashPoint> life : lives()) {
        ask();
        if (life.isPresent()) {
          killAtLast(life.get());
        } else {
          killAtRandom();
        }
        callers.check();
        if (fleet.kills() % RECOVERY_EVERY == 0) {
          awaitRecovery();
          killed(victim(), Duration.ZERO);
        }
        progress.print(
            () ->
                "%s kills, %s requests accepted"
                    .formatted(fleet.kills(), callers.accepted().size()));
      }
      provider.recover();
      awaitRecovery();
      ProofVerdict account = outcome.account(provider.paid());
      return new Result(
          fleet.kills(),
          account,
          rest.describe(account.lost()),
          callers,
          rest.byCourse(),
          recoveries,
          provider.mostConcurrent(),
          reached,
          missed);
    } finally {
      fleet.killAll();
    }
  }

  /** The kills in random order: at a point or, if empty, at a random moment. */
  private List<Optional<CrashPoint>> lives() {
    List<Optional<CrashPoint>> lives =
        new ArrayList<>(Collections.nCopies(options.kills(), Optional.empty()));
    proofFolder.routes().points().stream()
        .filter(options::wants)
        .forEach(point -> lives.add(Optional.of(point)));
    Collections.shuffle(lives, chance);
    return lives;
  }

  private void ask() throws IOException, InterruptedException {
    rest.approve();
    if (outcome.open() < MOST_OPEN) {
      callers.ask(ASKED_PER_LIFE);
    }
    provider.failSomeReads(chance);
  }

  private void firstLife() throws IOException, InterruptedException {
    callers.ask(ASKED_PER_LIFE);
    ProgramProcess program = fleet.startFirst();
    outcome.awaitFirstVideo();
    fleet.end(program);
  }

  private void killAtRandom() throws IOException, InterruptedException {
    Instant began = Instant.now();
    fleet.start(dead);
    boolean young = chance.nextInt(5) == 0;
    long millis = chance.nextInt(LONGEST_LIFE_MILLIS);
    if (young && !startup.isZero()) {
      killed(dead, Duration.ofMillis(millis * startup.toMillis() / LONGEST_LIFE_MILLIS));
      return;
    }
    fleet.ready(dead);
    startup = Duration.between(began, Instant.now());
    killed(victim(), Duration.ofMillis(millis));
  }

  private int victim() {
    return chance.nextInt(options.setup().instances());
  }

  private void killed(int instance, Duration after) throws InterruptedException {
    fleet.kill(instance, after);
    dead = instance;
  }

  /** Some points are reached only by chance, so this tries several times. */
  private void killAtLast(CrashPoint point) throws IOException, InterruptedException {
    boolean there = false;
    for (int life = 0; life < LIVES_FOR_A_POINT && !there; life++) {
      there = killAt(point);
    }
    (there ? reached : missed).add(point.name());
  }

  private boolean killAt(CrashPoint point) throws IOException, InterruptedException {
    if (point.name().matches("slots: .* unanswered")) {
      // other instances ask for it too
      provider.ignoreAccountCalls(3 * options.setup().instances());
    }
    fleet.startHalting(dead, point);
    Instant until = Instant.now().plus(REACHED_WITHIN);
    Instant ask = Instant.now().plus(ASK_EVERY);
    while (!proofFolder.reached()
        && Instant.now().isBefore(until)
        && fleet.live(dead, CHECK_EVERY)) {
      if (Instant.now().isAfter(ask)) {
        ask();
        callers.check();
        ask = Instant.now().plus(ASK_EVERY);
      }
    }
    killed(dead, Duration.ofMillis(chance.nextInt(100)));
    return proofFolder.reached();
  }

  private void awaitRecovery() throws IOException, InterruptedException {
    Instant began = Instant.now();
    fleet.startAll();
    recoveries.add(Duration.between(began, outcome.awaitAll(progress)));
  }
}
