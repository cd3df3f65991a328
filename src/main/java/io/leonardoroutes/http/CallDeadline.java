package io.leonardoroutes.http;

import java.io.IOException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.concurrent.Future;
import org.apache.hc.client5.http.ConnectTimeoutException;
import org.apache.hc.core5.concurrent.Cancellable;
import org.apache.hc.core5.http.protocol.HttpContext;

/**
 * The deadline of one call, from start to end. A socket timeout alone is not enough: it starts anew
 * with each byte, so a peer that sends one now and then would never meet it.
 */
final class CallDeadline implements Runnable {
  static final String NAME = "leonardo.call-deadline";

  private final Duration limit;
  private final long end;
  private final Cancellable call;
  private Socket socket;
  private Future<?> timer;
  private boolean completed;

  CallDeadline(Duration limit, Cancellable call) {
    this.limit = limit;
    this.end = System.nanoTime() + limit.toNanos();
    this.call = call;
  }

  static CallDeadline of(HttpContext context) {
    if (context.getAttribute(NAME) instanceof CallDeadline deadline) {
      return deadline;
    }
    throw new IllegalStateException("a call without a deadline");
  }

  synchronized void timedBy(Future<?> task) {
    timer = task;
  }

  /** Sets the socket to close at the deadline; closes it at once if the deadline has passed. */
  synchronized void watch(Socket watched) throws ConnectTimeoutException {
    socket = watched;
    if (isExpired()) {
      abort();
      throw new ConnectTimeoutException(message());
    }
  }

  /** The call ended before its deadline. */
  synchronized void completed() {
    completed = true;
    socket = null;
    timer.cancel(false);
  }

  boolean isExpired() {
    return System.nanoTime() - end >= 0;
  }

  @Override
  public void run() {
    synchronized (this) {
      if (completed) {
        return;
      }
      // The socket, not the connection: closing that one may wait for its peer.
      abort();
    }
    call.cancel();
  }

  private void abort() {
    if (socket == null) {
      return;
    }
    try (Socket closed = socket) {
      closed.setSoLinger(true, 0);
    } catch (IOException closedAlready) {
      return;
    }
  }

  String message() {
    return "the call was cut off after " + limit;
  }

  /**
   * Turns a read or write failure after the deadline into a timeout: it only shows that the socket
   * was closed here.
   */
  IOException explain(IOException failure) {
    if (!isExpired()) {
      return failure;
    }
    SocketTimeoutException late = new SocketTimeoutException(message());
    late.initCause(failure);
    return late;
  }
}
