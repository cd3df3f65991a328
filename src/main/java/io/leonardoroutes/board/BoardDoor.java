package io.leonardoroutes.board;

import io.leonardoroutes.auth.OwnPages;
import io.leonardoroutes.problem.RequestRejected;
import io.leonardoroutes.rest.ETags;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;

/**
 * What a browser gets before it has a key: the page that asks for it, whatever page it opened, and
 * style and script. None of them holds data, and no route sees the call.
 */
public final class BoardDoor implements OwnPages {
  private static final String PATH = "/board";
  private static final String FILES = PATH + "/files/";

  private final byte[] shell;

  public BoardDoor() {
    shell =
        BoardResource.bytes(
            new BoardTemplates()
                .html(new BoardPage("key", "Key needed", "key", new KeyPage(true), true)));
  }

  /** The page that asks for a key has no values of its own. */
  record KeyPage(boolean asks) {}

  private static boolean isBoard(RoutingContext call) {
    String path = call.normalizedPath();
    return path.equals(PATH) || path.startsWith(PATH + "/");
  }

  @Override
  public boolean mayCall(RoutingContext call) {
    return isBoard(call)
        && SameOrigin.is(
            call.request().getHeader("Origin"), SameOrigin.authority(call.request().absoluteURI()));
  }

  @Override
  public boolean answers(RoutingContext call) {
    if (call.request().method() != HttpMethod.GET || !isBoard(call)) {
      return false;
    }
    if (call.normalizedPath().startsWith(FILES)) {
      file(call);
      return true;
    }
    if (call.request().headers().contains("Authorization")) {
      return false;
    }
    HttpServerResponse response = head(call).putHeader("Cache-Control", BoardHeaders.NOT_KEPT);
    response.putHeader("Content-Type", BoardResource.HTML).end(Buffer.buffer(shell));
    return true;
  }

  private static void file(RoutingContext call) {
    try {
      BoardFiles.BoardFile file = BoardFiles.named(call.normalizedPath().substring(FILES.length()));
      HttpServerResponse response =
          head(call)
              .putHeader("Cache-Control", BoardHeaders.ASKED_AGAIN)
              .putHeader("ETag", file.etag());
      if (ETags.has(call.request().getHeader("If-None-Match"), file.etag())) {
        response.setStatusCode(304).end();
      } else {
        response.putHeader("Content-Type", file.type()).end(Buffer.buffer(file.bytes()));
      }
    } catch (RequestRejected e) {
      call.fail(404);
    }
  }

  private static HttpServerResponse head(RoutingContext call) {
    BoardHeaders.ALL.forEach(call.response()::putHeader);
    return call.response();
  }
}
