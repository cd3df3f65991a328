package io.leonardoroutes.prove;

import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;

/** The instances of the program, numbered from 0; each is alive or dead. */
final class ProgramFleet {
  private static final Duration START = Duration.ofMinutes(3);

  private final ProofFolder proofFolder;
  private final Map<Integer, ProgramProcess> alive = new TreeMap<>();
  private int kills;

  ProgramFleet(ProofFolder proofFolder) {
    this.proofFolder = proofFolder;
  }

  /**
   * Starts one instance that is not killed: it leaves a class data archive, for faster starts
   * later.
   */
  ProgramProcess startFirst() throws IOException, InterruptedException {
    ProgramProcess program = ProgramProcess.startFirst(proofFolder);
    ready(program);
    return program;
  }

  /** Stops an instance with SIGTERM. */
  void end(ProgramProcess program) throws InterruptedException {
    if (!program.end(START)) {
      throw new IllegalStateException("the program did not drain and end with 0 on SIGTERM");
    }
  }

  /** Starts all dead instances, and waits until they are ready. */
  void startAll() throws IOException, InterruptedException {
    startAllBut(-1);
  }

  void startAllBut(int instance) throws IOException, InterruptedException {
    for (int i = 0; i < proofFolder.baseUrls().size(); i++) {
      if (i != instance && !alive.containsKey(i)) {
        alive.put(i, ProgramProcess.start(proofFolder, i));
      }
    }
    for (ProgramProcess program : alive.values()) {
      ready(program);
    }
  }

  void start(int instance) throws IOException {
    alive.put(instance, ProgramProcess.start(proofFolder, instance));
  }

  /** Starts an instance that halts at a point, and waits until it is ready. */
  void startHalting(int instance, CrashPoint point) throws IOException, InterruptedException {
    proofFolder.haltAt(point);
    alive.put(instance, ProgramProcess.startHalting(proofFolder, instance));
    ready(alive.get(instance));
  }

  void ready(int instance) throws InterruptedException {
    ready(alive.get(instance));
  }

  private static void ready(ProgramProcess program) throws InterruptedException {
    if (!program.ready(START)) {
      throw new IllegalStateException("the program was not ready in " + START.toSeconds() + " s");
    }
  }

  /** Kills an instance after a while in which none may end by itself. */
  void kill(int instance, Duration after) throws InterruptedException {
    if (!live(instance, after) || !live(Duration.ZERO)) {
      throw new IllegalStateException("the program ended by itself");
    }
    alive.remove(instance).kill();
    kills++;
  }

  /** Lets an instance run for this long; false if it ended by itself. */
  boolean live(int instance, Duration more) throws InterruptedException {
    return alive.get(instance).lives(more);
  }

  private boolean live(Duration more) throws InterruptedException {
    for (ProgramProcess program : alive.values()) {
      if (!program.lives(more)) {
        return false;
      }
    }
    return true;
  }

  void killAll() throws InterruptedException {
    for (ProgramProcess program : alive.values()) {
      program.kill();
    }
    alive.clear();
  }

  int kills() {
    return kills;
  }
}
