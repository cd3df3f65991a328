package io.leonardoroutes.rest;

import io.vertx.ext.web.RoutingContext;

/**
 * The body of an answer that is written on after its route has ended, and that holds no thread for
 * it. Only the server of {@link AsyncHttp} knows how.
 */
public interface Streamed {
  /** Writes it and ends the response; its status and other headers are set. */
  void writeTo(RoutingContext call);
}
