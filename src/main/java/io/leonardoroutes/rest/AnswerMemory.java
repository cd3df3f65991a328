package io.leonardoroutes.rest;

import io.leonardoroutes.auth.Caller;
import io.leonardoroutes.auth.CallerShares;
import io.vertx.ext.web.RoutingContext;

/**
 * Bounds what is kept of all answers together until their callers have read it: a sixteenth of the
 * heap, and half of that for one caller.
 */
final class AnswerMemory {
  private static final String KEY = AnswerMemory.class.getName();
  private static final int PART_OF_HEAP = 16;
  private static final int LEAST = 1024 * 1024;

  private final CallerShares memory = CallerShares.ofHeap(PART_OF_HEAP, LEAST);

  /** Gives a call its own share of it. */
  void offer(RoutingContext call) {
    call.put(KEY, new Share(memory, Caller.of(call)));
    call.next();
  }

  /** What one call can take of it; on a server that has no bounds all that it wants. */
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

    /** Takes what a long answer needs while it is written, piece by piece. */
    boolean reserve(RoutingContext call, long bytes) {
      if (!memory.take(caller, bytes)) {
        return false;
      }
      call.addEndHandler(end -> memory.give(caller, bytes));
      return true;
    }
  }
}
