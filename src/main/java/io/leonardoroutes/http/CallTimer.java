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

/** Closes the connection of every call that passes its deadline, whatever its thread waits for. */
public final class CallTimer implements AutoCloseable {
  static final String NAME = "leonardo-call-timer";
  private static final int LONGEST_DRAIN = 64 * 1024;
  private static final int LARGE = 1024 * 1024;

  private final ScheduledThreadPoolExecutor timer =
      new ScheduledThreadPoolExecutor(
          1,
          work -> {
            Thread thread = new Thread(work, NAME);
            thread.setDaemon(true);
            return thread;
          });

  /** The thread starts with the first call. */
  public CallTimer() {
    timer.setRemoveOnCancelPolicy(true);
  }

  /**
   * Limits a call from the DNS lookup to the last byte of the answer. If the answer has a body, the
   * deadline stays until the connection is closed.
   */
  ExecChainHandler limit(Duration limit) {
    return (request, scope, chain) -> {
      CallDeadline deadline = begin(limit, scope.originalRequest);
      scope.clientContext.setAttribute(CallDeadline.NAME, deadline);
      boolean hasBody = false;
      try {
        ClassicHttpResponse response = chain.proceed(request, scope);
        hasBody = response.getEntity() != null;
        return response;
      } finally {
        if (!hasBody) {
          deadline.completed();
        }
      }
    };
  }

  /**
   * Limits the calls of a client that ignores the bodies of its answers. A long body is not read;
   * its connection is closed instead.
   *
   * @param large the limit for requests with a large body
   */
  public void discardBodies(HttpClientBuilder client, Duration limit, Duration large) {
    client.addExecInterceptorFirst(NAME, discardBody(limit, large));
  }

  private ExecChainHandler discardBody(Duration limit, Duration large) {
    return (request, scope, chain) -> {
      boolean isLarge = request.getEntity() != null && isLarge(request.getEntity());
      CallDeadline deadline = begin(isLarge ? large : limit, scope.originalRequest);
      scope.clientContext.setAttribute(CallDeadline.NAME, deadline);
      try {
        ClassicHttpResponse response = chain.proceed(request, scope);
        if (response.getEntity() != null && !readToEnd(response)) {
          scope.execRuntime.discardEndpoint();
        }
        response.setEntity(null);
        return response;
      } finally {
        deadline.completed();
      }
    };
  }

  private static boolean isLarge(HttpEntity entity) {
    return entity.getContentLength() < 0 || entity.getContentLength() > LARGE;
  }

  /** Reads a short body to its end, so that the connection can be reused. */
  private static boolean readToEnd(ClassicHttpResponse response) {
    try {
      InputStream body = response.getEntity().getContent();
      return body.readNBytes(LONGEST_DRAIN).length < LONGEST_DRAIN;
    } catch (IOException e) {
      // The status is known already.
      return false;
    }
  }

  private CallDeadline begin(Duration limit, Object request) throws ConnectException {
    CallDeadline deadline =
        new CallDeadline(limit, request instanceof Cancellable call ? call : () -> false);
    try {
      deadline.timedBy(timer.schedule(deadline, limit.toNanos(), TimeUnit.NANOSECONDS));
      return deadline;
    } catch (RejectedExecutionException e) {
      throw new ConnectException("no call is started while the program stops");
    }
  }

  /** To be called after the last call has ended. */
  @Override
  public void close() {
    timer.shutdownNow();
  }
}
