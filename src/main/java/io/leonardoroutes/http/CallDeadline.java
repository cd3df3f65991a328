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
 * When one call is over, whatever came of it until then: a peer that sends a byte now and then
 * never meets a timeout that begins anew with each of them.
 */
final class CallDeadline implements Runnable {
  static final String NAME = "leonardo.call-deadline";

  private final Duration limit;
  private final long end;
  private final Cancellable call;
  private Socket socket;
  private Future<?> timer;
  private boolean over;

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

  synchronized void endedBy(Future<?> task) {
    timer = task;
  }

  /** The socket that is closed in the end; at once if that has come. */
  synchronized void guards(Socket guarded) throws ConnectTimeoutException {
    socket = guarded;
    if (isExpired()) {
      abort();
      throw new ConnectTimeoutException(message());
    }
  }

  /** The call has ended by itself. */
  synchronized void over() {
    over = true;
    socket = null;
    timer.cancel(false);
  }

  boolean isExpired() {
    return System.nanoTime() - end >= 0;
  }

  @Override
  public void run() {
    synchronized (this) {
      if (over) {
        return;
      }
      // Not by way of its connection, which a thread may be closing that waits for the peer.
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
    return "the call was not over after " + limit + " and was cut off";
  }

  /**
   * What a failure to read or write means: after the deadline it only tells of the closed socket.
   */
  IOException explained(IOException failure) {
    if (!isExpired()) {
      return failure;
    }
    SocketTimeoutException late = new SocketTimeoutException(message());
    late.initCause(failure);
    return late;
  }
}
