package io.leonardoroutes.database;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jdbi.v3.core.ConnectionException;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.HandleCallback;
import org.jdbi.v3.core.Jdbi;

/**
 * Transactions of a database with a single writer: those that wait for each other share one commit,
 * and so one write to the disk. Each caller goes on only after the commit that has its own changes.
 *
 * <p>There is no thread of its own: the first caller commits for all who came meanwhile, and then
 * lets the next one do the same. If a transaction of a group fails, nothing of the group was
 * written, and each is done by itself. If it is the commit that fails, all of them are told, as
 * nobody knows what became of it.
 *
 * <p>One file, because who waits, who leads and who is told are read against each other.
 */
final class GroupCommit implements LedgerSql {
  /** So many share a commit at most: the first one waits for the last one. */
  static final int MOST = 100;

  private final Jdbi jdbi;
  private final long patienceNanos;
  private final ThreadLocal<Handle> joined = new ThreadLocal<>();

  /** Guarded by itself, as is {@link #led}. */
  private final Queue<Move<?>> waiting = new ArrayDeque<>();

  private boolean led;

  /**
   * @param jdbi with a single connection
   * @param patience how long a transaction waits to be begun, before it is given up
   */
  GroupCommit(Jdbi jdbi, Duration patience) {
    this.jdbi = jdbi;
    this.patienceNanos = patience.toNanos();
  }

  private enum Stage {
    WAITING,
    /** Its thread commits the next group, which it is the first of. */
    LEADING,
    TAKEN,
    DONE,
    /** Its caller has gone. */
    GONE
  }

  /** A caller's transaction. */
  private static final class Move<R> {
    final HandleCallback<R, ?> write;
    final Thread caller = Thread.currentThread();
    final AtomicReference<Stage> stage = new AtomicReference<>(Stage.WAITING);
    private R result;
    private Throwable failure;

    Move(HandleCallback<R, ?> write) {
      this.write = write;
    }

    void run(Handle handle) throws Exception {
      result = write.withHandle(handle);
    }

    void done(Throwable failure) {
      this.failure = failure;
      stage.set(Stage.DONE);
      LockSupport.unpark(caller);
    }

    @SuppressWarnings("unchecked")
    <X extends Exception> R result() throws X {
      if (failure instanceof Error error) {
        throw error;
      }
      if (failure != null) {
        throw (X) failure;
      }
      return result;
    }
  }

  @Override
  public <R, X extends Exception> R withHandle(HandleCallback<R, X> read) throws X {
    Handle outer = joined.get();
    return outer != null
        ? read.withHandle(outer)
        : jdbi.withHandle(handle -> join(handle, () -> read.withHandle(handle)));
  }

  @Override
  public <R, X extends Exception> R inTransaction(HandleCallback<R, X> write) throws X {
    Handle outer = joined.get();
    if (outer != null) {
      return outer.inTransaction(write);
    }
    Move<R> move = new Move<>(write);
    if (await(move)) {
      lead(move);
    }
    return move.<X>result();
  }

  private interface Work<R, X extends Exception> {
    R run() throws X;
  }

  private <R, X extends Exception> R join(Handle handle, Work<R, X> work) throws X {
    joined.set(handle);
    try {
      return work.run();
    } finally {
      joined.remove();
    }
  }

  /**
   * @return whether the caller is to commit the next group; else its own is done
   */
  private boolean await(Move<?> move) {
    synchronized (waiting) {
      if (!led) {
        led = true;
        move.stage.set(Stage.LEADING);
        return true;
      }
      waiting.add(move);
    }
    long until = System.nanoTime() + patienceNanos;
    boolean interrupted = false;
    for (Stage now = move.stage.get(); ; now = move.stage.get()) {
      if (now == Stage.DONE || now == Stage.LEADING) {
        break;
      }
      long left = until - System.nanoTime();
      if (left <= 0 && move.stage.compareAndSet(Stage.WAITING, Stage.GONE)) {
        move.failure = new ConnectionException(LedgerPool.busy(null));
        break;
      }
      LockSupport.parkNanos(this, now == Stage.WAITING ? left : patienceNanos);
      // Whoever interrupts does not know how far it is, and it is not long.
      interrupted |= Thread.interrupted();
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    return move.stage.get() == Stage.LEADING;
  }

  private void lead(Move<?> first) {
    try {
      commit(group(first));
    } finally {
      handOver();
    }
  }

  private List<Move<?>> group(Move<?> first) {
    List<Move<?>> group = new ArrayList<>(List.of(first));
    synchronized (waiting) {
      while (group.size() < MOST && !waiting.isEmpty()) {
        Move<?> next = waiting.poll();
        if (next.stage.compareAndSet(Stage.WAITING, Stage.TAKEN)) {
          group.add(next);
        }
      }
    }
    return group;
  }

  int waiting() {
    synchronized (waiting) {
      return waiting.size();
    }
  }

  private void handOver() {
    synchronized (waiting) {
      for (Move<?> next = waiting.poll(); next != null; next = waiting.poll()) {
        if (next.stage.compareAndSet(Stage.WAITING, Stage.LEADING)) {
          LockSupport.unpark(next.caller);
          return;
        }
      }
      led = false;
    }
  }

  private void commit(List<Move<?>> group) {
    // An interrupt of this caller is no reason to fail the others.
    boolean interrupted = Thread.interrupted();
    Attempt attempt = new Attempt(group);
    Throwable failure = null;
    try {
      jdbi.useHandle(attempt::run);
    } catch (Throwable e) {
      failure = e;
    }
    if (attempt.failedInAMove && group.size() > 1) {
      group.forEach(move -> commit(List.of(move)));
    } else {
      for (Move<?> move : group) {
        move.done(failure);
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** One transaction for a group. */
  private final class Attempt {
    private final List<Move<?>> group;

    /** And not before or behind them all: then trying each by itself is of use, and safe. */
    boolean failedInAMove;

    Attempt(List<Move<?>> group) {
      this.group = group;
    }

    void run(Handle handle) throws Exception {
      handle.begin();
      try {
        failedInAMove = true;
        join(handle, () -> moves(handle));
        failedInAMove = false;
        handle.commit();
      } catch (Throwable e) {
        rollback(handle, e);
        throw e;
      }
    }

    private Void moves(Handle handle) throws Exception {
      for (Move<?> move : group) {
        move.run(handle);
      }
      return null;
    }

    private void rollback(Handle handle, Throwable why) {
      try {
        handle.rollback();
      } catch (RuntimeException e) {
        why.addSuppressed(e);
      }
    }
  }
}
