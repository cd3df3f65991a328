package io.leonardoroutes.prove;

import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;

/** The instances of the program in a room, by their numbers from 0; each is alive or dead. */
final class ProgramFleet {
  private static final Duration START = Duration.ofMinutes(3);

  private final ProofFolder room;
  private final Map<Integer, ProgramProcess> alive = new TreeMap<>();
  private int kills;

  ProgramFleet(ProofFolder room) {
    this.room = room;
  }

  /**
   * One life that is not killed, on its own: it leaves an archive of its classes for quicker
   * starts.
   */
  ProgramProcess startFirst() throws IOException, InterruptedException {
    ProgramProcess program = ProgramProcess.startFirst(room);
    ready(program);
    return program;
  }

  /** Ends a life by SIGTERM. */
  void end(ProgramProcess program) throws InterruptedException {
    if (!program.end(START)) {
      throw new IllegalStateException("the program did not drain and end with 0 on SIGTERM");
    }
  }

  /** Starts all that are dead, and waits until they are ready. */
  void startAll() throws IOException, InterruptedException {
    startAllBut(-1);
  }

  void startAllBut(int instance) throws IOException, InterruptedException {
    for (int i = 0; i < room.doors().size(); i++) {
      if (i != instance && !alive.containsKey(i)) {
        alive.put(i, ProgramProcess.start(room, i));
      }
    }
    for (ProgramProcess program : alive.values()) {
      ready(program);
    }
  }

  void start(int instance) throws IOException {
    alive.put(instance, ProgramProcess.start(room, instance));
  }

  /** Starts one that halts at a point, and waits until it is ready. */
  void startHalting(int instance, CrashPoint point) throws IOException, InterruptedException {
    room.haltAt(point);
    alive.put(instance, ProgramProcess.startHalting(room, instance));
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

  /** Kills one after a while in which none may end by itself. */
  void kill(int instance, Duration after) throws InterruptedException {
    if (!live(instance, after) || !live(Duration.ZERO)) {
      throw new IllegalStateException("the program ended by itself");
    }
    alive.remove(instance).kill();
    kills++;
  }

  /** Lets one live that much longer; false if it ended by itself. */
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
