package io.leonardoroutes.rest;

import io.vertx.core.Context;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;

/**
 * Server-sent events to one caller. Holds no thread between events. Does not buffer for a caller
 * that does not read: check {@link #isReady} before sending.
 */
public final class EventStream implements StreamedBody {
  /** The start of every stream: tells the caller to reconnect after 3 seconds if it is cut off. */
  public static final String START = "retry: 3000\n\n";

  private Context context;
  private HttpServerRequest request;
  private AnswerMemory.Share memory;
  private volatile HttpServerResponse response;

  /** Formats one event. */
  public static String event(String id, String name, String data) {
    return "id: %s\nevent: %s\ndata: %s\n\n".formatted(id, name, data);
  }

  @Override
  public void writeTo(RoutingContext call) {
    context = call.vertx().getOrCreateContext();
    request = call.request();
    memory = AnswerMemory.of(call);
    // X-Accel-Buffering: no makes nginx pass events on at once.
    call.response()
        .putHeader("Cache-Control", "no-store")
        .putHeader("X-Accel-Buffering", "no")
        .setChunked(true)
        .write(START);
    response = call.response();
  }

  /** Whether the stream has begun and the caller has read everything sent so far. */
  public boolean isReady() {
    return response != null && !response.closed() && !response.writeQueueFull();
  }

  /**
   * Sends events; returns false, and sends nothing, if the memory for unread answers is used up.
   */
  public boolean send(String events) {
    Buffer bytes = Buffer.buffer(events);
    if (!memory.take(bytes.length())) {
      return false;
    }
    onEventLoop(
        () -> response.write(bytes).onComplete(read -> memory.give(bytes.length())),
        () -> memory.give(bytes.length()));
    return true;
  }

  /** Sends a comment that keeps the connection alive; the caller sees no event. */
  public void heartbeat() {
    send(":\n\n");
  }

  /** Ends the stream once everything is sent. */
  public void end() {
    onEventLoop(() -> response.end(), () -> {});
  }

  /** Cuts the connection off at once. */
  public void cut() {
    onEventLoop(() -> ConnectionLimits.cut(request), () -> {});
  }

  private void onEventLoop(Runnable step, Runnable gone) {
    if (response != null) {
      context.runOnContext(
          now -> {
            if (!response.ended() && !response.closed()) {
              step.run();
            } else {
              gone.run();
            }
          });
    }
  }
}
