package io.leonardoroutes.rest;

import io.leonardoroutes.auth.Caller;
import io.leonardoroutes.auth.CallerShares;
import io.leonardoroutes.auth.ProblemHandler;
import io.leonardoroutes.problem.Problem;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.net.impl.ConnectionBase;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Limits connections: their number in total and per address, how long one may be idle, how long a
 * request may take to arrive, and how many answers are buffered for a caller that does not read. A
 * connection that waits for its answer is not limited.
 */
final class ConnectionLimits {
  private final Vertx vertx;
  private final CallerShares shares;
  private final long timeout;
  private final Problem tooSlow;
  private final Map<HttpConnection, State> open = new ConcurrentHashMap<>();

  /**
   * @param shares limits on their number, in total and per address
   * @param timeout how long to wait for the head of a request, and again for its body
   */
  ConnectionLimits(Vertx vertx, CallerShares shares, Duration timeout) {
    this.vertx = vertx;
    this.shares = shares;
    this.timeout = timeout.toMillis();
    this.tooSlow =
        Problem.of(
            408,
            "too-slow",
            "The request came too slowly",
            "it was not complete after %s seconds: send it again".formatted(timeout.toSeconds()));
  }

  /** State of a connection; used only by the connection's own thread. */
  private static final class State {
    private final String address;
    private int calls;
    private long timer;

    /** The last call whose head has arrived. */
    private RoutingContext call;

    private State(String address) {
      this.address = address;
    }
  }

  /** A caller has connected. */
  void opened(HttpConnection connection) {
    String address = Caller.addressKey(connection.remoteAddress());
    if (!shares.take(address, 1)) {
      connection.close();
      return;
    }
    State state = new State(address);
    open.put(connection, state);
    connection.closeHandler(closed -> free(connection));
    freeBeforeClose(connection);
    state.timer = vertx.setTimer(timeout, late -> closeSoon(connection));
  }

  /**
   * Frees the place of a connection before it is closed: the caller may see the end, and connect
   * again, before the close handler runs.
   */
  private void freeBeforeClose(HttpConnection connection) {
    ChannelHandlerContext channel = ((ConnectionBase) connection).channelHandlerContext();
    channel
        .pipeline()
        .addBefore(
            channel.name(),
            null,
            new ChannelOutboundHandlerAdapter() {
              @Override
              public void close(ChannelHandlerContext next, ChannelPromise closed) {
                free(connection);
                next.close(closed);
              }
            });
  }

  private void free(HttpConnection connection) {
    State state = open.remove(connection);
    if (state != null) {
      shares.give(state.address, 1);
      vertx.cancelTimer(state.timer);
    }
  }

  /** The head of a call has arrived. */
  void headArrived(RoutingContext call) {
    HttpConnection connection = call.request().connection();
    State state = open.get(connection);
    if (state != null) {
      state.calls++;
      state.call = call;
      vertx.cancelTimer(state.timer);
      call.addEndHandler(
          ended -> {
            state.calls--;
            if (call.request().version() == HttpVersion.HTTP_1_0) {
              // HTTP/1.0 has no chunks: only the close marks the end of an answer without a length.
              closeSoon(connection);
            } else if (state.calls == 0 && open.containsKey(connection)) {
              state.timer = vertx.setTimer(timeout, late -> closeSoon(connection));
            }
          });
    }
    if (!call.request().isEnded()) {
      long body = vertx.setTimer(timeout, late -> endIfLate(call));
      call.addEndHandler(ended -> vertx.cancelTimer(body));
    }
    if (call.response().writeQueueFull()) {
      whenAnswersAreRead(call);
    } else {
      call.next();
    }
  }

  /** The body of a request is malformed: answers it and reads nothing further. */
  void malformedBody(HttpConnection connection) {
    State state = open.get(connection);
    boolean answers = state != null && state.call != null && !state.call.request().isEnded();
    if (answers && !state.call.response().headWritten()) {
      ProblemHandler.answer(state.call, ProblemHandler.BROKEN);
    }
    closeSoon(connection);
  }

  /** Delays a call until the caller has read the answers to its previous calls. */
  private static void whenAnswersAreRead(RoutingContext call) {
    call.request().pause();
    call.response()
        .drainHandler(
            read -> {
              call.response().drainHandler(null);
              call.request().resume();
              call.next();
            });
  }

  /** Ends a call whose request has not arrived in time. */
  private void endIfLate(RoutingContext call) {
    if (call.request().isEnded()) {
      return;
    }
    if (call.response().headWritten() || call.response().writeQueueFull()) {
      closeSoon(call.request().connection());
    } else {
      ProblemHandler.answer(call, tooSlow);
    }
  }

  /**
   * Closes the connection once the caller has read the answers; cuts it off if that takes too long.
   */
  private void closeSoon(HttpConnection connection) {
    connection.close();
    vertx.setTimer(timeout, late -> cut(connection));
  }

  /** How many connections are open. */
  int open() {
    return open.size();
  }

  /** Cuts off a call whose caller does not read. */
  static void cut(HttpServerRequest call) {
    if (call.version() == HttpVersion.HTTP_2) {
      call.response().reset();
    } else {
      cut(call.connection());
    }
  }

  private static void cut(HttpConnection connection) {
    // Not connection.close() or channel.close(): both wait until the caller has read everything.
    ((ConnectionBase) connection).channelHandlerContext().close();
  }
}
