package io.leonardoroutes.database;

import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Threads that no transaction manager has seen, and that inherit nothing from their callers. As
 * many as calls are under way; idle ones end.
 */
final class DetachedThreads {
  private static final Duration IDLE = Duration.ofSeconds(10);
  private static final Duration FOREVER = Duration.ofNanos(Long.MAX_VALUE);

  private final Executor threads =
      new ThreadPoolExecutor(
          0,
          Integer.MAX_VALUE,
          IDLE.toMillis(),
          TimeUnit.MILLISECONDS,
          new SynchronousQueue<>(),
          DetachedThreads::daemon);

  private static Thread daemon(Runnable work) {
    Thread thread = new Thread(null, work, "leonardo-ledger", 0, false);
    thread.setDaemon(true);
    return thread;
  }

  /** A call to the database. */
  @FunctionalInterface
  interface Call<T> {
    T call() throws SQLException;
  }

  <T> CompletableFuture<T> start(Call<T> call) {
    CompletableFuture<T> end = new CompletableFuture<>();
    threads.execute(
        () -> {
          try {
            end.complete(call.call());
          } catch (SQLException | RuntimeException | Error e) {
            end.completeExceptionally(e);
          }
        });
    return end;
  }

  /** Waits for the end whatever happens: whether a commit succeeded has to be known. */
  <T> T call(Call<T> call) throws SQLException {
    try {
      return await(start(call), FOREVER);
    } catch (TimeoutException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Waits no longer than this, but is not interrupted either. */
  static <T> T await(CompletableFuture<T> end, Duration most)
      throws SQLException, TimeoutException {
    long began = System.nanoTime();
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return end.get(most.toNanos() - (System.nanoTime() - began), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
          interrupted = true;
        } catch (ExecutionException e) {
          throw cause(e);
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private static SQLException cause(ExecutionException failed) {
    if (failed.getCause() instanceof RuntimeException e) {
      throw e;
    }
    if (failed.getCause() instanceof Error e) {
      throw e;
    }
    return (SQLException) failed.getCause();
  }
}
