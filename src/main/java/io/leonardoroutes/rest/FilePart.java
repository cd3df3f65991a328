package io.leonardoroutes.rest;

import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Bytes of a file, sent as fast as the caller reads them. */
public record FilePart(Path file, ByteRange range) implements Streamed {
  private static final Logger LOG = LoggerFactory.getLogger(FilePart.class);

  @Override
  public void writeTo(RoutingContext call) {
    HttpServerResponse response = call.response();
    response.putHeader("Content-Length", String.valueOf(range.length()));
    if (call.request().method() == HttpMethod.HEAD) {
      response.end();
      return;
    }
    response
        .sendFile(file.toAbsolutePath().toString(), range.from(), range.length())
        .onFailure(failure -> failed(call, failure));
  }

  /** Deleted since it was looked for, or the caller is gone. */
  private void failed(RoutingContext call, Throwable failure) {
    LOG.debug("{} was not sent to its end", file, failure);
    HttpServerResponse response = call.response();
    if (response.headWritten() || response.closed()) {
      call.request().connection().close();
    } else {
      response.headers().clear();
      call.fail(503);
    }
  }
}
