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
 * Bounds what callers can hold: how many connections there are, how long one may be open without a
 * call, how long a call may take to arrive, and how much is answered to one who does not read. One
 * that waits for its answer is left alone.
 */
final class ConnectionLimits {
  private final Vertx vertx;
  private final CallerShares shares;
  private final long patience;
  private final Problem tooSlow;
  private final Map<HttpConnection, Idle> open = new ConcurrentHashMap<>();

  /**
   * @param shares how many there may be, and of one address
   * @param patience for the head of a call, and then for its body
   */
  ConnectionLimits(Vertx vertx, CallerShares shares, Duration patience) {
    this.vertx = vertx;
    this.shares = shares;
    this.patience = patience.toMillis();
    this.tooSlow =
        Problem.of(
            408,
            "too-slow",
            "The request came too slowly",
            "it was not whole after %s seconds: send it again".formatted(patience.toSeconds()));
  }

  /** What a connection is at; used by its own thread alone. */
  private static final class Idle {
    private final String address;
    private int calls;
    private long timer;

    /** The last one whose head has arrived. */
    private RoutingContext call;

    private Idle(String address) {
      this.address = address;
    }
  }

  /** A caller has connected. */
  void opened(HttpConnection connection) {
    String address = Caller.address(connection.remoteAddress());
    if (!shares.take(address, 1)) {
      connection.close();
      return;
    }
    Idle idle = new Idle(address);
    open.put(connection, idle);
    connection.closeHandler(closed -> free(connection));
    beforeItsEnd(connection);
    idle.timer = vertx.setTimer(patience, late -> leave(connection));
  }

  /**
   * A caller sees the end before the handler of it runs here, and may be back by then: so its place
   * is free before it is told.
   */
  private void beforeItsEnd(HttpConnection connection) {
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
    Idle idle = open.remove(connection);
    if (idle != null) {
      shares.give(idle.address, 1);
      vertx.cancelTimer(idle.timer);
    }
  }

  /** The head of a call has arrived. */
  void called(RoutingContext call) {
    HttpConnection connection = call.request().connection();
    Idle idle = open.get(connection);
    if (idle != null) {
      idle.calls++;
      idle.call = call;
      vertx.cancelTimer(idle.timer);
      call.addEndHandler(
          ended -> {
            idle.calls--;
            if (call.request().version() == HttpVersion.HTTP_1_0) {
              // It has no chunks: nothing else tells where an answer without a length ends.
              leave(connection);
            } else if (idle.calls == 0 && open.containsKey(connection)) {
              idle.timer = vertx.setTimer(patience, late -> leave(connection));
            }
          });
    }
    if (!call.request().isEnded()) {
      long body = vertx.setTimer(patience, late -> hurry(call));
      call.addEndHandler(ended -> vertx.cancelTimer(body));
    }
    if (call.response().writeQueueFull()) {
      onceReadUp(call);
    } else {
      call.next();
    }
  }

  /** What comes is no body any more: nothing behind it is read. */
  void broken(HttpConnection connection) {
    Idle idle = open.get(connection);
    boolean answers = idle != null && idle.call != null && !idle.call.request().isEnded();
    if (answers && !idle.call.response().headWritten()) {
      ProblemHandler.give(idle.call, ProblemHandler.BROKEN);
    }
    leave(connection);
  }

  /** The caller has not read what calls before this one were answered: nothing more is made. */
  private static void onceReadUp(RoutingContext call) {
    call.request().pause();
    call.response()
        .drainHandler(
            read -> {
              call.response().drainHandler(null);
              call.request().resume();
              call.next();
            });
  }

  /** A request may come slowly, but not for ever; its answer may take longer. */
  private void hurry(RoutingContext call) {
    if (call.request().isEnded()) {
      return;
    }
    if (call.response().headWritten() || call.response().writeQueueFull()) {
      leave(call.request().connection());
    } else {
      ProblemHandler.give(call, tooSlow);
    }
  }

  /** Closes it once its caller has read what was answered, or after as long again. */
  private void leave(HttpConnection connection) {
    connection.close();
    vertx.setTimer(patience, late -> cut(connection));
  }

  /** How many there are. */
  int open() {
    return open.size();
  }

  /** Ends a call whose caller does not read. */
  static void cut(HttpServerRequest call) {
    if (call.version() == HttpVersion.HTTP_2) {
      call.response().reset();
    } else {
      cut(call.connection());
    }
  }

  private static void cut(HttpConnection connection) {
    // Its own close(), and the channel's, wait for the caller to read, and so for ever.
    ((ConnectionBase) connection).channelHandlerContext().close();
  }
}
