package io.leonardoroutes.prove;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;

/**
 * The proof by kills: life after life of the program, each ended by SIGKILL at a random moment or
 * at a named point, while callers go on asking over every intake. Then one last life, in which all
 * must settle.
 */
final class Kills {
  private static final int ASKED_PER_LIFE = 4;
  private static final Duration START = Duration.ofSeconds(60);
  private static final Duration JOB = Duration.ofMillis(300);
  private static final int LONGEST_LIFE_MILLIS = 1_500;
  private static final Duration REACHED_WITHIN = Duration.ofSeconds(12);
  private static final Duration LOOK_EVERY = Duration.ofMillis(20);
  private static final Duration ASK_EVERY = Duration.ofMillis(1_000);

  /**
   * What was seen.
   *
   * @param reached the points that the program was killed at
   * @param missed those that it never came to
   */
  record Result(
      int kills,
      Account account,
      Callers callers,
      Duration recovery,
      List<String> reached,
      List<String> missed) {

    boolean good() {
      return account.good() && callers.unanswered().isEmpty();
    }
  }

  private final Options options;
  private final Progress progress;
  private final Random chance;
  private final Provider provider;
  private final Room room;
  private final Callers callers;
  private final Outcome outcome;
  private final List<String> reached = new ArrayList<>();
  private final List<String> missed = new ArrayList<>();
  private Duration startup = Duration.ZERO;
  private int kills;

  Kills(Options options, Room room, Provider provider, Progress progress) {
    this.options = options;
    this.room = room;
    this.provider = provider;
    this.progress = progress;
    this.chance = new Random(options.seed());
    RestCaller rest = new RestCaller(room);
    this.callers = new Callers(List.of(new FileCaller(room), rest, new JmsCaller(room)));
    this.outcome = new Outcome(room, rest, callers);
  }

  /** The provider that it is proved against: one in six creates goes wrong. */
  static Provider provider(long seed) {
    Ambiguity[] all = Ambiguity.values();
    return new Provider(
        JOB,
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
      for (Optional<Point> life : lives()) {
        callers.ask(ASKED_PER_LIFE);
        provider.spoilReads(chance);
        if (life.isPresent()) {
          killAt(life.get());
        } else {
          killAtRandom();
        }
        callers.look();
        progress.say(
            () -> "%d kills, %d requests accepted".formatted(kills, callers.accepted().size()));
      }
      Duration recovery = lastLife();
      return new Result(kills, outcome.account(provider), callers, recovery, reached, missed);
    }
  }

  /** A point, or nothing for a random moment, in an order of chance. */
  private List<Optional<Point>> lives() {
    List<Optional<Point>> lives =
        new ArrayList<>(Collections.nCopies(options.kills(), Optional.empty()));
    room.points().stream().filter(options::wants).forEach(point -> lives.add(Optional.of(point)));
    Collections.shuffle(lives, chance);
    return lives;
  }

  /** Not killed: it shows the usual time of a start, and leaves the archive for quicker ones. */
  private void firstLife() throws IOException, InterruptedException {
    room.routes(null);
    callers.ask(ASKED_PER_LIFE);
    Program program = Program.startFirst(room);
    ready(program);
    outcome.begun();
    if (!program.end(START)) {
      throw new IllegalStateException("the program did not drain and end with 0 on SIGTERM");
    }
  }

  private void ready(Program program) throws InterruptedException {
    if (!program.ready(START)) {
      throw new IllegalStateException("the program was not ready in " + START.toSeconds() + " s");
    }
  }

  private void killAtRandom() throws IOException, InterruptedException {
    room.routes(null);
    Instant began = Instant.now();
    Program program = Program.start(room);
    boolean young = chance.nextInt(5) == 0;
    long millis = chance.nextInt(LONGEST_LIFE_MILLIS);
    if (young && !startup.isZero()) {
      kill(program, Duration.ofMillis(millis * startup.toMillis() / LONGEST_LIFE_MILLIS));
      return;
    }
    ready(program);
    startup = Duration.between(began, Instant.now());
    kill(program, Duration.ofMillis(millis));
  }

  private void kill(Program program, Duration after) throws InterruptedException {
    if (!program.lives(after)) {
      throw new IllegalStateException("the program ended by itself");
    }
    program.kill();
    kills++;
  }

  private void killAt(Point point) throws IOException, InterruptedException {
    room.routes(point);
    Program program = Program.start(room);
    ready(program);
    Instant until = Instant.now().plus(REACHED_WITHIN);
    Instant ask = Instant.now().plus(ASK_EVERY);
    while (!room.reached() && Instant.now().isBefore(until) && program.lives(LOOK_EVERY)) {
      if (Instant.now().isAfter(ask)) {
        callers.ask(ASKED_PER_LIFE);
        provider.spoilReads(chance);
        ask = Instant.now().plus(ASK_EVERY);
      }
    }
    (room.reached() ? reached : missed).add(point.name());
    kill(program, Duration.ofMillis(chance.nextInt(100)));
  }

  private Duration lastLife() throws IOException, InterruptedException {
    room.routes(null);
    provider.recover();
    Instant began = Instant.now();
    Program program = Program.start(room);
    ready(program);
    Instant settled = outcome.settled(progress);
    program.kill();
    return Duration.between(began, settled);
  }
}
