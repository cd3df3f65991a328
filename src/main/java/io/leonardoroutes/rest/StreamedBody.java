package io.leonardoroutes.rest;

import io.vertx.ext.web.RoutingContext;

/**
 * The body of an answer that is written after its route has ended, without holding a thread. Works
 * only on routes that use {@link AsyncHttp}.
 */
public interface StreamedBody {
  /** How many bytes are buffered at most while it is written. */
  default int bufferBytes() {
    return 0;
  }

  /** Cuts off a call whose answer cannot be completed. */
  static void cut(RoutingContext call) {
    ConnectionLimits.cut(call.request());
  }

  /** Writes the body and ends the response, whose status and headers are already set. */
  void writeTo(RoutingContext call);
}
