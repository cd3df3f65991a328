package io.leonardoroutes.jms;

import java.util.Comparator;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The bytes of incomplete messages that the built-in broker buffers, over all its connections. If
 * they become too many, the connection that has most of them is closed, so that those that took
 * little go on.
 */
final class PendingBytes {
  private final long limit;
  private final AtomicLong total = new AtomicLong();
  private final Set<Sender> senders = ConcurrentHashMap.newKeySet();

  /** One of the connections. */
  interface Sender {
    long pending();

    /** Closes it and counts nothing of it any more. */
    void close();
  }

  /**
   * @param limit bytes that all connections together may have pending
   */
  PendingBytes(long limit) {
    this.limit = limit;
  }

  /** The wanted bytes for one connection, but never so many that nothing is left for others. */
  long share(long wanted) {
    return Math.min(wanted, limit / 2);
  }

  void opened(Sender sender) {
    senders.add(sender);
  }

  void closed(Sender sender) {
    senders.remove(sender);
  }

  void add(long bytes) {
    total.addAndGet(bytes);
  }

  /** Closes connections, the greediest first, until the others are within the limit. */
  void enforce() {
    // The total alone may be behind, and must not close a connection that has completed all.
    while (total.get() > limit && sum() > limit) {
      senders.stream().max(Comparator.comparingLong(Sender::pending)).ifPresent(Sender::close);
    }
  }

  private long sum() {
    return senders.stream().mapToLong(Sender::pending).sum();
  }
}
