package io.leonardoroutes.rest;

import io.vertx.core.Context;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;

/**
 * Server-sent events to one caller. Between two of them it is an object and a connection. Nothing
 * is kept for a caller that does not read: ask {@link #isReady} before more is sent.
 */
public final class EventStream implements StreamedBody {
  /** What begins every stream: after how many milliseconds a caller that was cut off comes back. */
  public static final String START = "retry: 3000\n\n";

  private Context context;
  private HttpServerRequest request;
  private AnswerMemory.Share memory;
  private volatile HttpServerResponse response;

  /** One event as it is sent. */
  public static String event(String id, String name, String data) {
    return "id: %s\nevent: %s\ndata: %s\n\n".formatted(id, name, data);
  }

  @Override
  public void writeTo(RoutingContext call) {
    context = call.vertx().getOrCreateContext();
    request = call.request();
    memory = AnswerMemory.of(call);
    // The second is nginx's own word for: pass it on as it comes.
    call.response()
        .putHeader("Cache-Control", "no-store")
        .putHeader("X-Accel-Buffering", "no")
        .setChunked(true)
        .write(START);
    response = call.response();
  }

  /** Whether it has begun, and the caller has read what was sent. */
  public boolean isReady() {
    return response != null && !response.closed() && !response.writeQueueFull();
  }

  /** Sends events; nothing if the memory for all unread ones is used up. */
  public boolean send(String events) {
    Buffer bytes = Buffer.buffer(events);
    if (!memory.take(bytes.length())) {
      return false;
    }
    onItsThread(
        () -> response.write(bytes).onComplete(read -> memory.give(bytes.length())),
        () -> memory.give(bytes.length()));
    return true;
  }

  /** Keeps the connection alive; the caller sees no event. */
  public void heartbeat() {
    send(":\n\n");
  }

  /** Ends it once all is sent. */
  public void end() {
    onItsThread(() -> response.end(), () -> {});
  }

  /** Cuts it off. */
  public void cut() {
    onItsThread(() -> ConnectionLimits.cut(request), () -> {});
  }

  private void onItsThread(Runnable step, Runnable gone) {
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
