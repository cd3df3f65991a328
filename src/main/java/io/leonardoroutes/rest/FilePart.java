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
 * A byte range of a file, sent as fast as the caller reads it.
 *
 * @param limit how long sending may take; then the caller is cut off
 */
public record FilePart(Path file, ByteRange range, Duration limit) implements StreamedBody {
  private static final Logger LOG = LoggerFactory.getLogger(FilePart.class);
  private static final Duration LEAST = Duration.ofMinutes(1);

  /** Size of the read buffer, in bytes. */
  private static final int PIECE = 16 * 1024;

  /** The slowest accepted rate, in bytes per second. */
  private static final int SLOWEST = 16 * 1024;

  /** Allows at least a minute, and more for a long range. */
  public static FilePart of(Path file, ByteRange range) {
    return new FilePart(file, range, LEAST.plusSeconds(range.length() / SLOWEST));
  }

  @Override
  public int bufferBytes() {
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
    // A caller that never reads would otherwise keep the connection and the file open forever.
    long late =
        call.vertx().setTimer(limit.toMillis(), timer -> ConnectionLimits.cut(call.request()));
    call.addEndHandler(end -> call.vertx().cancelTimer(late));
    // Not sendFile: Vert.x would log a stack trace for every caller that disconnects.
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
    // Handlers may still run after the end of the call, and a closed file throws.
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
        // The file was truncated meanwhile.
        call.request().connection().close();
      } else {
        response.end();
      }
    }
  }

  /** The file was deleted meanwhile, or the caller is gone. */
  private void failed(RoutingContext call, Throwable failure) {
    LOG.debug("{} was not sent completely", file, failure);
    HttpServerResponse response = call.response();
    if (response.headWritten() || response.closed()) {
      call.request().connection().close();
    } else {
      response.headers().clear();
      call.fail(503);
    }
  }
}
