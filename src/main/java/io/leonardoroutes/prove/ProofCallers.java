package io.leonardoroutes.prove;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Callers over every intake. Each sends a request again until it gets an answer; this class records
 * which requests were confirmed.
 */
final class ProofCallers implements AutoCloseable {
  private static final long AGAIN_MILLIS = 50;

  /** A caller that uses one intake. */
  interface Caller {
    enum Answer {
      GIVEN,
      /** No answer: the program may be dead. */
      NONE,
      /** Not known yet: {@link #laterAnswers} reports it. */
      LATER
    }

    String name();

    Answer send(ProofRequest request) throws InterruptedException;

    /** Whether the caller of a finished request was told about it, if it wanted to be. */
    default boolean isInformed(int number) {
      return true;
    }

    /** Reads the replies that arrived since the last time. */
    default void readReplies() {}

    /** The requests whose answer has become known since they were sent. */
    default Set<Integer> laterAnswers() {
      return Set.of();
    }
  }

  private final Map<String, Set<Integer>> accepted = new TreeMap<>();
  private final Set<Integer> answered = ConcurrentHashMap.newKeySet();
  private final Map<Integer, ProofRequest> asked = new ConcurrentHashMap<>();
  private final Map<Caller, BlockingQueue<ProofRequest>> waiting = new ConcurrentHashMap<>();
  private final AtomicInteger numbers = new AtomicInteger();
  private final List<Thread> threads;

  /**
   * Starts a thread for each element; a caller that is in the list several times has several
   * threads.
   */
  ProofCallers(List<? extends Caller> callers) {
    callers.forEach(caller -> waiting.put(caller, new LinkedBlockingQueue<>()));
    callers.forEach(caller -> accepted.put(caller.name(), ConcurrentHashMap.newKeySet()));
    threads =
        callers.stream().map(caller -> new Thread(() -> call(caller), caller.name())).toList();
    threads.forEach(Thread::start);
  }

  /** Sends this many more requests over every intake. */
  void ask(int each) {
    for (int i = 0; i < each; i++) {
      waiting
          .values()
          .forEach(queue -> offer(queue, ProofRequest.mixed(numbers.incrementAndGet())));
    }
  }

  /** Sends one more valid request over one intake, and returns its number. */
  int sendValid() {
    ProofRequest request = new ProofRequest(numbers.incrementAndGet(), true);
    offer(waiting.values().iterator().next(), request);
    return request.number();
  }

  private void offer(BlockingQueue<ProofRequest> queue, ProofRequest request) {
    asked.put(request.number(), request);
    queue.add(request);
  }

  private void call(Caller caller) {
    try {
      while (true) {
        ProofRequest request = waiting.get(caller).take();
        Caller.Answer answer = caller.send(request);
        while (answer == Caller.Answer.NONE) {
          TimeUnit.MILLISECONDS.sleep(AGAIN_MILLIS);
          answer = caller.send(request);
        }
        if (answer != Caller.Answer.LATER) {
          note(caller, request.number());
        }
      }
    } catch (InterruptedException e) {
      // the proof is over
    }
  }

  /** Any answer to a valid request counts as a promise: rejecting it would be losing it. */
  private void note(Caller caller, int number) {
    if (asked.get(number).good()) {
      accepted.get(caller.name()).add(number);
    }
    answered.add(number);
  }

  /** Collects answers that become known only later, such as files that were moved. */
  void check() {
    waiting
        .keySet()
        .forEach(caller -> caller.laterAnswers().forEach(number -> note(caller, number)));
  }

  /** Whether the caller of a finished request was told about it, if it wanted to be. */
  boolean isInformed(int number) {
    return waiting.keySet().stream().allMatch(caller -> caller.isInformed(number));
  }

  void readReplies() {
    waiting.keySet().forEach(Caller::readReplies);
  }

  /** Requests that were sent, or are about to be, and have no answer yet. */
  Set<Integer> unanswered() {
    Set<Integer> open = new HashSet<>(asked.keySet());
    open.removeAll(answered);
    return open;
  }

  Set<Integer> accepted() {
    Set<Integer> all = new HashSet<>();
    accepted.values().forEach(all::addAll);
    return all;
  }

  /** The number of accepted requests by intake. */
  Map<String, Integer> byIntake() {
    Map<String, Integer> counts = new TreeMap<>();
    accepted.forEach((name, numbers) -> counts.put(name, numbers.size()));
    return counts;
  }

  @Override
  public void close() {
    threads.forEach(Thread::interrupt);
  }
}
