package io.leonardoroutes.http;

import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.apache.hc.client5.http.classic.ExecChainHandler;
import org.apache.hc.client5.http.impl.classic.HttpClientBuilder;
import org.apache.hc.core5.concurrent.Cancellable;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.HttpEntity;

/** Closes the connection of every call that takes too long, whatever its threads wait for. */
public final class CallTimer implements AutoCloseable {
  static final String NAME = "leonardo-call-timer";
  private static final int LONGEST_REST = 64 * 1024;
  private static final int LARGE = 1024 * 1024;

  private final ScheduledThreadPoolExecutor timer =
      new ScheduledThreadPoolExecutor(
          1,
          work -> {
            Thread thread = new Thread(work, NAME);
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

  /**
   * Limits the calls of a client whose answers have a body that nobody wants: what is long of it is
   * not read.
   *
   * @param large for requests that bring much
   */
  public void withoutBodies(HttpClientBuilder client, Duration limit, Duration large) {
    client.addExecInterceptorFirst(NAME, withoutBody(limit, large));
  }

  private ExecChainHandler withoutBody(Duration limit, Duration large) {
    return (request, scope, chain) -> {
      boolean brings = request.getEntity() != null && isLarge(request.getEntity());
      CallDeadline deadline = begin(brings ? large : limit, scope.originalRequest);
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

  private static boolean isLarge(HttpEntity entity) {
    return entity.getContentLength() < 0 || entity.getContentLength() > LARGE;
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
