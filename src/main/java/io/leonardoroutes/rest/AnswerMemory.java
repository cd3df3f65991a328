package io.leonardoroutes.rest;

import io.leonardoroutes.auth.Caller;
import io.leonardoroutes.auth.CallerShares;
import io.vertx.ext.web.RoutingContext;

/**
 * Bounds the memory for answers that callers have not read yet: a sixteenth of the heap for all,
 * and half of that for one caller.
 */
final class AnswerMemory {
  private static final String KEY = AnswerMemory.class.getName();
  private static final int PART_OF_HEAP = 16;
  private static final int LEAST = 1024 * 1024;

  private final CallerShares memory = CallerShares.ofHeap(PART_OF_HEAP, LEAST);

  /** Attaches the share of its caller to a call. */
  void offer(RoutingContext call) {
    call.put(KEY, new Share(memory, Caller.limitKey(call)));
    call.next();
  }

  /** The share of a call; unlimited on a server without these limits. */
  static Share of(RoutingContext call) {
    Share share = call.get(KEY);
    return share == null ? new Share(new CallerShares(Long.MAX_VALUE, Long.MAX_VALUE), "") : share;
  }

  record Share(CallerShares memory, String caller) {
    boolean take(long bytes) {
      return memory.take(caller, bytes);
    }

    void give(long bytes) {
      memory.give(caller, bytes);
    }

    /** Takes the buffer of a streamed answer, until the call ends. */
    boolean reserve(RoutingContext call, long bytes) {
      if (!memory.take(caller, bytes)) {
        return false;
      }
      call.addEndHandler(end -> memory.give(caller, bytes));
      return true;
    }
  }
}
