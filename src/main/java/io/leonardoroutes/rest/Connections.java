package io.leonardoroutes.rest;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Bounds what callers can hold: how many connections there are, how long one may be open without a
 * call, and how long a call may take to arrive. One that waits for its answer is left alone.
 */
final class Connections {
  private final Vertx vertx;
  private final int most;
  private final long patience;
  private final Map<HttpConnection, Idle> open = new ConcurrentHashMap<>();

  /**
   * @param patience for the head of a call, and then for its body
   */
  Connections(Vertx vertx, int most, Duration patience) {
    this.vertx = vertx;
    this.most = most;
    this.patience = patience.toMillis();
  }

  /** What a connection is at; used by its own thread alone. */
  private static final class Idle {
    private int calls;
    private long timer;
  }

  /** A caller has connected. */
  void opened(HttpConnection connection) {
    if (open.size() >= most) {
      connection.close();
      return;
    }
    Idle idle = new Idle();
    open.put(connection, idle);
    connection.closeHandler(
        closed -> {
          open.remove(connection);
          vertx.cancelTimer(idle.timer);
        });
    idle.timer = vertx.setTimer(patience, late -> connection.close());
  }

  /** The head of a call has arrived. */
  void called(RoutingContext call) {
    HttpConnection connection = call.request().connection();
    Idle idle = open.get(connection);
    if (idle != null) {
      idle.calls++;
      vertx.cancelTimer(idle.timer);
      call.addEndHandler(
          ended -> {
            idle.calls--;
            if (idle.calls == 0 && open.containsKey(connection)) {
              idle.timer = vertx.setTimer(patience, late -> connection.close());
            }
          });
    }
    if (!call.request().isEnded()) {
      long body =
          vertx.setTimer(
              patience,
              late -> {
                if (!call.request().isEnded()) {
                  connection.close();
                }
              });
      call.addEndHandler(ended -> vertx.cancelTimer(body));
    }
    call.next();
  }
}
