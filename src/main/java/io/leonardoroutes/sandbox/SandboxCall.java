package io.leonardoroutes.sandbox;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.time.Duration;
import java.util.function.Supplier;

/**
 * One HTTP call. A fault decides whether {@link #work} is called, which carries out the call (and
 * accepts a create), and what is sent afterwards.
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

  /** Carries out the call; invoke it at most once. */
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

  /** Announces the whole length but sends only half of it. */
  void sendHalf(SandboxAnswer answer) {
    begin(answer)
        .putHeader("content-length", length(answer))
        .write(answer.body().getBuffer(0, answer.body().length() / 2))
        .onComplete(sent -> close());
  }

  /**
   * Sends zeros after the answer, up to 64 MB per second, until the client closes the connection.
   */
  void sendWithoutEnd(SandboxAnswer answer) {
    var response = begin(answer).setChunked(true);
    response.write(answer.body());
    // a timer instead of a loop, because other calls need the event loop
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
