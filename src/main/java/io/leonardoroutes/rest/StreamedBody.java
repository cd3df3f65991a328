package io.leonardoroutes.rest;

import io.vertx.ext.web.RoutingContext;

/**
 * The body of an answer that is written on after its route has ended, and that holds no thread for
 * it. Only the server of {@link AsyncHttp} knows how.
 */
public interface StreamedBody {
  /** How many bytes of it are kept at once, at most, while it is written. */
  default int ahead() {
    return 0;
  }

  /** Ends a call whose answer cannot be written to its end. */
  static void cut(RoutingContext call) {
    ConnectionLimits.cut(call.request());
  }

  /** Writes it and ends the response; its status and other headers are set. */
  void writeTo(RoutingContext call);
}
