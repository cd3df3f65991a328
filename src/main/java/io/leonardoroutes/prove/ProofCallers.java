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
 * The enterprise: callers over every intake, each of which hands a request over again until it has
 * an answer, and remembers which ones were confirmed.
 */
final class ProofCallers implements AutoCloseable {
  private static final long AGAIN_MILLIS = 50;

  /** One way in. */
  interface Caller {
    enum Answer {
      GIVEN,
      /** There was none: the program may be dead. */
      NONE,
      /** It will be seen in the end, where the intake puts it. */
      LATER
    }

    String name();

    Answer hand(ProofRequest request) throws InterruptedException;

    /** Whether the caller of a finished request has heard of it, if it asked to. */
    default boolean told(int number) {
      return true;
    }

    /** Reads what callers were told since the last time. */
    default void readReplies() {}

    /** The requests whose answer is seen only now. */
    default Set<Integer> later() {
      return Set.of();
    }
  }

  private final Map<String, Set<Integer>> accepted = new TreeMap<>();
  private final Set<Integer> answered = ConcurrentHashMap.newKeySet();
  private final Map<Integer, ProofRequest> asked = new ConcurrentHashMap<>();
  private final Map<Caller, BlockingQueue<ProofRequest>> waiting = new ConcurrentHashMap<>();
  private final AtomicInteger numbers = new AtomicInteger();
  private final List<Thread> threads;

  /** Starts a thread for each caller given; one that is given several times has several. */
  ProofCallers(List<? extends Caller> callers) {
    callers.forEach(caller -> waiting.put(caller, new LinkedBlockingQueue<>()));
    callers.forEach(caller -> accepted.put(caller.name(), ConcurrentHashMap.newKeySet()));
    threads =
        callers.stream().map(caller -> new Thread(() -> call(caller), caller.name())).toList();
    threads.forEach(Thread::start);
  }

  /** Has every intake asked for so many more videos. */
  void ask(int each) {
    for (int i = 0; i < each; i++) {
      waiting
          .values()
          .forEach(queue -> offer(queue, ProofRequest.mixed(numbers.incrementAndGet())));
    }
  }

  /** Has one intake asked for one more, a good one; answers its number. */
  int askGood() {
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
        Caller.Answer answer = caller.hand(request);
        while (answer == Caller.Answer.NONE) {
          TimeUnit.MILLISECONDS.sleep(AGAIN_MILLIS);
          answer = caller.hand(request);
        }
        if (answer != Caller.Answer.LATER) {
          note(caller, request.number());
        }
      }
    } catch (InterruptedException e) {
      // the proof is over
    }
  }

  /** A good one is promised by any answer: to refuse it is to lose it. */
  private void note(Caller caller, int number) {
    if (asked.get(number).good()) {
      accepted.get(caller.name()).add(number);
    }
    answered.add(number);
  }

  /** Looks for answers that are only seen where an intake puts them. */
  void look() {
    waiting.keySet().forEach(caller -> caller.later().forEach(number -> note(caller, number)));
  }

  /** Whether the caller of a finished request has heard of it, if it asked to. */
  boolean told(int number) {
    return waiting.keySet().stream().allMatch(caller -> caller.told(number));
  }

  void readReplies() {
    waiting.keySet().forEach(Caller::readReplies);
  }

  /** Requests that were handed over or wait for it, and have no answer yet. */
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

  /** How many were accepted over each intake. */
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
