package io.leonardoroutes.sandbox;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.time.Duration;
import java.util.function.Supplier;

/**
 * One call on the wire. A fault is a way of doing {@link #work}, which is where a create is
 * accepted, and of sending what comes of it, or not.
 */
final class SandboxCall {

  private static final Buffer ZEROS = Buffer.buffer(new byte[64 * 1024]);

  private final Vertx vertx;
  private final HttpServerRequest request;
  private final Supplier<SandboxAnswer> work;

  SandboxCall(Vertx vertx, HttpServerRequest request, Supplier<SandboxAnswer> work) {
    this.vertx = vertx;
    this.request = request;
    this.work = work;
  }

  /** Does what was asked for; at most once a call. */
  SandboxAnswer work() {
    return work.get();
  }

  void send(SandboxAnswer answer) {
    var response = begin(answer).putHeader("content-length", length(answer));
    if (request.method() == HttpMethod.HEAD) {
      response.end();
    } else {
      response.end(answer.body());
    }
  }

  void sendLater(Duration by, SandboxAnswer answer) {
    vertx.setTimer(Math.max(1, by.toMillis()), timer -> send(answer));
  }

  /** The whole length is promised and half of it comes. */
  void sendHalf(SandboxAnswer answer) {
    begin(answer)
        .putHeader("content-length", length(answer))
        .write(answer.body().getBuffer(0, answer.body().length() / 2))
        .onComplete(sent -> close());
  }

  /** After the answer zeros, up to 64 MB a second, until the client has had enough. */
  void sendWithoutEnd(SandboxAnswer answer) {
    var response = begin(answer).setChunked(true);
    response.write(answer.body());
    // a timer and no loop: the event loop is needed by the other calls
    vertx.setPeriodic(1, timer -> pour(timer, response));
  }

  void close() {
    request.connection().close();
  }

  private void pour(long timer, HttpServerResponse response) {
    if (response.closed()) {
      vertx.cancelTimer(timer);
    } else if (!response.writeQueueFull()) {
      response.write(ZEROS);
    }
  }

  private HttpServerResponse begin(SandboxAnswer answer) {
    var response = request.response().setStatusCode(answer.status());
    answer.headers().forEach(response::putHeader);
    return response;
  }

  private static String length(SandboxAnswer answer) {
    return Integer.toString(answer.body().length());
  }
}
