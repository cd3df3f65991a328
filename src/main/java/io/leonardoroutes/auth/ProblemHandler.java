package io.leonardoroutes.auth;

import io.leonardoroutes.problem.Problem;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiConsumer;
import java.util.function.BooleanSupplier;

/** What the HTTP server answers by itself, to calls that no route sees. */
public final class ProblemHandler {
  /** For a page of an origin that is not listed. */
  public static final Problem FOREIGN_PAGE =
      Problem.of(
          403, "origin", "Not for pages of this origin", "leonardo.rest.cors.origins has others");

  /** For a body that does not say it is JSON. */
  public static final Problem NOT_JSON =
      Problem.of(
          415,
          "media-type",
          "Only JSON is taken",
          "send the request with Content-Type: application/json");

  /** For a body that is compressed, or coded in another way. */
  public static Problem coded(String coding) {
    String shown = coding.matches("[\\w, -]{1,40}") ? " " + coding : "";
    return Problem.of(
        415,
        "media-type",
        "Only plain JSON is taken",
        "send the request as it is, without Content-Encoding" + shown);
  }

  public static final Problem NO_PAGES =
      Problem.of(
          403,
          "origin",
          "Not for pages",
          "a call with an Origin header is a browser's: none is taken");

  public static final Problem UNAVAILABLE =
      Problem.of(503, "unavailable", "Not available now", "send the call again later");

  static final Problem UNKNOWN_CALLER =
      Problem.of(
          401,
          "unauthorized",
          "The caller is not known",
          "send one header Authorization: Bearer KEY, with a key that is known here");

  private static final Problem LONG_ADDRESS =
      Problem.of(414, "long-address", "The address is too long", "shorten its query");

  private static final Problem LONG_HEADERS =
      Problem.of(431, "long-headers", "The headers are too long", "send fewer or shorter ones");

  public static final Problem BROKEN =
      Problem.of(
          400, "bad-call", "Not a good call", "it is not valid HTTP, and nothing of it was done");

  /** The server listens a moment before its routes do: that is no reason to say not found. */
  private static final Problem STARTING =
      Problem.of(503, "unavailable", "Not available now", "starting: send it again in a moment");

  /** By the status that Vert.x gives what it refuses. */
  private static final Map<Integer, Problem> PROBLEMS =
      Map.of(
          400, Problem.of(400, "bad-call", "Not a good call", "the address cannot be read"),
          403, FOREIGN_PAGE,
          404, Problem.of(404, "not-found", "Not found", "there is nothing at this path"),
          405, Problem.of(405, "method", "Method not allowed", "this path has other methods"),
          500, Problem.of(500, "internal", "Failed", "the log says why"),
          503, UNAVAILABLE);

  /** In bytes. */
  private static final long MOST_DISCARDED = 16 * 1024 * 1024;

  /** In milliseconds. */
  private static final long LONGEST_DISCARDING = 5_000;

  private ProblemHandler() {}

  /**
   * Lets a router answer what it refuses with problems.
   *
   * @param notFound answers a call that nothing is found for
   * @param started whether its routes are
   */
  public static void on(
      Router router, BiConsumer<RoutingContext, Problem> notFound, BooleanSupplier started) {
    PROBLEMS.forEach(
        (status, problem) ->
            router.errorHandler(status, r -> give(r, started.getAsBoolean() ? problem : STARTING)));
    // A path that does not begin with a slash, as *, never comes to the door.
    router.errorHandler(
        404, r -> notFound.accept(r, started.getAsBoolean() ? PROBLEMS.get(404) : STARTING));
  }

  /** Answers a call whose head cannot be read. */
  public static void invalid(HttpServerRequest call) {
    Throwable why = call.decoderResult().cause();
    boolean uri = why instanceof TooLongHttpLineException;
    boolean headers = why instanceof TooLongHttpHeaderException;
    give(call, uri ? LONG_ADDRESS : headers ? LONG_HEADERS : BROKEN);
  }

  /** Answers a problem, and closes the connection once its caller had time to read it. */
  public static void give(RoutingContext refused, Problem problem) {
    give(refused.request(), problem);
  }

  /** The same without a word. */
  static void give(RoutingContext refused, int status) {
    if (isOpen(refused.request())) {
      last(refused.request(), status).end();
    }
  }

  private static void give(HttpServerRequest refused, Problem problem) {
    if (isOpen(refused)) {
      last(refused, problem.status())
          .putHeader("Content-Type", Problem.MEDIA_TYPE)
          .end(problem.json().toString());
    }
  }

  private static boolean isOpen(HttpServerRequest refused) {
    return !refused.response().ended()
        && !refused.response().closed()
        && !refused.response().headWritten();
  }

  private static HttpServerResponse last(HttpServerRequest refused, int status) {
    HttpServerResponse response = refused.response();
    discardTheRest(refused);
    if (status == 503) {
      response.putHeader("Retry-After", "1");
    }
    if (refused.version() != HttpVersion.HTTP_2) {
      // HTTP/2 has no such header, and clients rightly refuse an answer with it.
      response.putHeader("Connection", "close");
    }
    return response.setStatusCode(status);
  }

  /** Most callers read an answer only once they have sent all, so some of it is read, not kept. */
  private static void discardTheRest(HttpServerRequest request) {
    if (request.isEnded()) {
      return;
    }
    AtomicLong discarded = new AtomicLong();
    request.handler(
        piece -> {
          if (discarded.addAndGet(piece.length()) > MOST_DISCARDED) {
            request.connection().close();
          }
        });
    request.endHandler(end -> {});
    request.resume();
    Vertx.currentContext().owner().setTimer(LONGEST_DISCARDING, late -> closeUnlessEnded(request));
  }

  private static void closeUnlessEnded(HttpServerRequest request) {
    if (!request.isEnded()) {
      request.connection().close();
    }
  }
}
