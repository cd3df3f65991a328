package io.leonardoroutes.rest;

import io.vertx.core.file.AsyncFile;
import io.vertx.core.file.OpenOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Bytes of a file, sent as fast as the caller reads them.
 *
 * @param most that this may take; a caller that is slower is left
 */
public record FilePart(Path file, ByteRange range, Duration most) implements StreamedBody {
  private static final Logger LOG = LoggerFactory.getLogger(FilePart.class);
  private static final Duration LEAST = Duration.ofMinutes(1);

  /** In bytes: what is read ahead for a caller. */
  private static final int PIECE = 16 * 1024;

  /** Bytes a second. */
  private static final int SLOWEST = 16 * 1024;

  /** For a caller that may be slow, but reads. */
  public static FilePart of(Path file, ByteRange range) {
    return new FilePart(file, range, LEAST.plusSeconds(range.length() / SLOWEST));
  }

  @Override
  public int ahead() {
    return 3 * PIECE;
  }

  @Override
  public void writeTo(RoutingContext call) {
    HttpServerResponse response = call.response();
    response.putHeader("Content-Length", String.valueOf(range.length()));
    if (call.request().method() == HttpMethod.HEAD) {
      response.end();
      return;
    }
    // Otherwise one that never reads would keep its connection and the open file for ever.
    long late =
        call.vertx().setTimer(most.toMillis(), timer -> ConnectionLimits.cut(call.request()));
    call.addEndHandler(end -> call.vertx().cancelTimer(late));
    // Not sendFile: of every caller that breaks off Vert.x would log a stack trace.
    call.vertx()
        .fileSystem()
        .open(file.toAbsolutePath().toString(), new OpenOptions().setWrite(false).setCreate(false))
        .onSuccess(open -> send(call, open))
        .onFailure(failure -> failed(call, failure));
  }

  private void send(RoutingContext call, AsyncFile open) {
    HttpServerResponse response = call.response();
    if (response.closed() || response.ended()) {
      open.close();
      return;
    }
    response.setWriteQueueMaxSize(PIECE);
    // Its pieces and the drained response may still come after its end, and a closed file throws.
    AtomicBoolean over = new AtomicBoolean();
    call.addEndHandler(
        end -> {
          over.set(true);
          open.close();
        });
    open.setReadBufferSize(PIECE)
        .setReadPos(range.from())
        .setReadLength(range.length())
        .exceptionHandler(failure -> failed(call, failure))
        .endHandler(read -> end(call))
        .handler(
            piece -> {
              if (over.get()) {
                return;
              }
              response.write(piece);
              if (!over.get() && response.writeQueueFull()) {
                open.pause();
                response.drainHandler(
                    drained -> {
                      if (!over.get()) {
                        open.resume();
                      }
                    });
              }
            });
  }

  private void end(RoutingContext call) {
    HttpServerResponse response = call.response();
    if (!response.closed() && !response.ended()) {
      if (response.bytesWritten() < range.length()) {
        // The file is shorter than it was.
        call.request().connection().close();
      } else {
        response.end();
      }
    }
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
