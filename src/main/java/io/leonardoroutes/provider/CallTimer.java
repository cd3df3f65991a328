package io.leonardoroutes.provider;

import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.apache.hc.client5.http.classic.ExecChainHandler;
import org.apache.hc.core5.concurrent.Cancellable;
import org.apache.hc.core5.http.ClassicHttpResponse;

/** Closes the connection of every call that takes too long, whatever its threads wait for. */
public final class CallTimer implements AutoCloseable {
  private static final int LONGEST_REST = 64 * 1024;

  private final ScheduledThreadPoolExecutor timer =
      new ScheduledThreadPoolExecutor(
          1,
          work -> {
            Thread thread = new Thread(work, "leonardo-call-timer");
            thread.setDaemon(true);
            return thread;
          });

  /** Its thread starts with the first call. */
  public CallTimer() {
    timer.setRemoveOnCancelPolicy(true);
  }

  /**
   * Limits a call from the search for its address to the last byte of its answer. The deadline of
   * an answer with a body ends with its connection.
   */
  ExecChainHandler limit(Duration limit) {
    return (request, scope, chain) -> {
      CallDeadline deadline = begin(limit, scope.originalRequest);
      scope.clientContext.setAttribute(CallDeadline.NAME, deadline);
      boolean goesOn = false;
      try {
        ClassicHttpResponse response = chain.proceed(request, scope);
        goesOn = response.getEntity() != null;
        return response;
      } finally {
        if (!goesOn) {
          deadline.over();
        }
      }
    };
  }

  /** The same, for answers whose body nobody wants: what is long of it is not read. */
  ExecChainHandler limitWithoutBody(Duration limit) {
    return (request, scope, chain) -> {
      CallDeadline deadline = begin(limit, scope.originalRequest);
      scope.clientContext.setAttribute(CallDeadline.NAME, deadline);
      try {
        ClassicHttpResponse response = chain.proceed(request, scope);
        if (response.getEntity() != null && !isReadToItsEnd(response)) {
          scope.execRuntime.discardEndpoint();
        }
        response.setEntity(null);
        return response;
      } finally {
        deadline.over();
      }
    };
  }

  /** A short answer is, so that its connection can be used again. */
  private static boolean isReadToItsEnd(ClassicHttpResponse response) {
    try {
      InputStream body = response.getEntity().getContent();
      return body.readNBytes(LONGEST_REST).length < LONGEST_REST;
    } catch (IOException e) {
      // What it answered is known.
      return false;
    }
  }

  private CallDeadline begin(Duration limit, Object request) throws ConnectException {
    CallDeadline deadline =
        new CallDeadline(limit, request instanceof Cancellable call ? call : () -> false);
    try {
      deadline.endedBy(timer.schedule(deadline, limit.toNanos(), TimeUnit.NANOSECONDS));
      return deadline;
    } catch (RejectedExecutionException e) {
      throw new ConnectException("no call is begun while the program stops");
    }
  }

  /** After the last call. */
  @Override
  public void close() {
    timer.shutdownNow();
  }
}
