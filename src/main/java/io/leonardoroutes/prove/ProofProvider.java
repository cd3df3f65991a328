package io.leonardoroutes.prove;

import io.leonardoroutes.sandbox.Create;
import io.leonardoroutes.sandbox.Door;
import io.leonardoroutes.sandbox.Fault;
import io.leonardoroutes.sandbox.Sandbox;
import io.leonardoroutes.sandbox.SandboxOptions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * The provider of a proof: it lives in this process, so it survives every kill; its answers go
 * wrong by a plan; and it remembers each try of each create, whether or not it was accepted.
 */
final class ProofProvider implements AutoCloseable {
  /** Chooses what goes wrong with the so manieth try, from 1, of a request's create. */
  interface Plan {
    Optional<AmbiguousAnswer> of(int number, int attempt);
  }

  private final Duration jobDuration;
  private final Sandbox sandbox;
  private final Map<Integer, List<Optional<AmbiguousAnswer>>> attempts = new ConcurrentHashMap<>();

  /**
   * @param concurrent how many jobs its account is said to allow at once
   */
  ProofProvider(Duration jobDuration, int concurrent, Plan plan) {
    this.jobDuration = jobDuration;
    sandbox =
        Sandbox.start(
            SandboxOptions.defaults().withJobDuration(jobDuration).withConcurrency(concurrent));
    onCreate(plan);
  }

  private void onCreate(Plan plan) {
    sandbox.onCreate(
        body -> {
          int number = ProofRequest.numberIn(body).orElseThrow();
          List<Optional<AmbiguousAnswer>> before =
              attempts.computeIfAbsent(number, key -> new CopyOnWriteArrayList<>());
          Optional<AmbiguousAnswer> wrong = plan.of(number, before.size() + 1);
          before.add(wrong);
          return wrong.map(ambiguity -> ambiguity.fault).orElse(Fault.NONE);
        });
  }

  /** From now on all goes well with creates. */
  void recover() {
    onCreate((number, attempt) -> Optional.empty());
  }

  /** Spoils some of the next looks and downloads. */
  void spoilReads(Random chance) {
    Fault[] faults = {
      Fault.NOT_ACCEPTED, Fault.CUT_OFF, Fault.UNREADABLE, Fault.refused(500, "internal error")
    };
    for (Door door : List.of(Door.LOOK, Door.DOWNLOAD)) {
      sandbox.next(door, Fault.NONE, faults[chance.nextInt(faults.length)], Fault.NONE, Fault.NONE);
    }
    // The account is asked for seldom: what is scripted beyond that would spoil the recovery.
    if (chance.nextInt(4) == 0) {
      sandbox.next(Door.ME, faults[chance.nextInt(faults.length)]);
    }
  }

  /** Gives no answer to the next questions for the account, one of which is asked at a start. */
  void loseAccount(int times) {
    sandbox.next(Door.ME, Collections.nCopies(times, Fault.NOT_ACCEPTED).toArray(Fault[]::new));
  }

  /** What went wrong with each try of a request's create, in order. */
  List<Optional<AmbiguousAnswer>> attempts(int number) {
    return attempts.getOrDefault(number, List.of());
  }

  /** The number of the request behind each create that was accepted, so would be billed. */
  List<Integer> paid() {
    return sandbox.creates().stream()
        .map(Create::body)
        .map(body -> ProofRequest.numberIn(body).orElseThrow())
        .toList();
  }

  /** The most jobs that it had at once. */
  int mostAtOnce() {
    Deque<Instant> running = new ArrayDeque<>();
    int most = 0;
    for (Create create : sandbox.creates()) {
      while (!running.isEmpty() && !running.peek().isAfter(create.at())) {
        running.remove();
      }
      running.add(create.at().plus(jobDuration));
      most = Math.max(most, running.size());
    }
    return most;
  }

  String baseUrl() {
    return sandbox.baseUrl();
  }

  String host() {
    return sandbox.host();
  }

  @Override
  public void close() {
    sandbox.close();
  }
}
