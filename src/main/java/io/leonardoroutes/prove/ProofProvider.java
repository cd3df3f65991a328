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
 * The provider of a proof. It runs in this process, so it survives every kill. A plan decides which
 * answers go wrong, and every attempt of every create is recorded, accepted or not.
 */
final class ProofProvider implements AutoCloseable {
  /** Chooses what goes wrong with an attempt (counted from 1) of a request's create. */
  interface Plan {
    Optional<AmbiguousAnswer> of(int number, int attempt);
  }

  private final Duration jobDuration;
  private final Sandbox sandbox;
  private final Map<Integer, List<Optional<AmbiguousAnswer>>> attempts = new ConcurrentHashMap<>();

  /**
   * @param concurrent how many jobs the account allows at once
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

  /** Lets all further creates succeed. */
  void recover() {
    onCreate((number, attempt) -> Optional.empty());
  }

  /** Makes some of the next polls and downloads fail. */
  void failSomeReads(Random chance) {
    Fault[] faults = {
      Fault.NOT_ACCEPTED, Fault.CUT_OFF, Fault.UNREADABLE, Fault.refused(500, "internal error")
    };
    for (Door door : List.of(Door.POLL, Door.DOWNLOAD)) {
      sandbox.next(door, Fault.NONE, faults[chance.nextInt(faults.length)], Fault.NONE, Fault.NONE);
    }
    for (Door door : List.of(Door.INIT_IMAGE, Door.UPLOAD)) {
      sandbox.next(door, Fault.NONE, Fault.NONE, faults[chance.nextInt(faults.length)]);
    }
    // Rarely called: faults left over from here would disturb the recovery.
    if (chance.nextInt(4) == 0) {
      sandbox.next(Door.ME, faults[chance.nextInt(faults.length)]);
    }
  }

  /** Leaves the next calls for the account unanswered, one of which is made at each start. */
  void ignoreAccountCalls(int times) {
    sandbox.next(Door.ME, Collections.nCopies(times, Fault.NOT_ACCEPTED).toArray(Fault[]::new));
  }

  /** What went wrong with each attempt of a request's create, in order. */
  List<Optional<AmbiguousAnswer>> attempts(int number) {
    return attempts.getOrDefault(number, List.of());
  }

  /** The request number of each accepted create, which would be billed. */
  List<Integer> paid() {
    return sandbox.creates().stream()
        .map(Create::body)
        .map(body -> ProofRequest.numberIn(body).orElseThrow())
        .toList();
  }

  /** The most jobs that ran at the same time. */
  int mostConcurrent() {
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
