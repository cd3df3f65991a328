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

/** Answers problems to calls that the HTTP server rejects before any route sees them. */
public final class ProblemHandler {
  /** For a web page whose origin is not listed. */
  public static final Problem FOREIGN_PAGE =
      Problem.of(
          403,
          "origin",
          "Web pages of this origin may not call",
          "it is not among leonardo.rest.cors.origins");

  /** For a form that comes from no page of our own. */
  public static final Problem FOREIGN_FORM =
      Problem.of(
          403,
          "origin",
          "Only pages of this server may do this",
          "the Origin of the call is not its Host: a proxy has to pass the Host header on");

  /** For a body whose Content-Type is not JSON. */
  public static final Problem NOT_JSON =
      Problem.of(
          415,
          "media-type",
          "Only JSON is supported",
          "send the request with Content-Type: application/json");

  /** For a body with a Content-Encoding, such as gzip. */
  public static Problem encoded(String coding) {
    String shown = coding.matches("[\\w, -]{1,40}") ? " " + coding : "";
    return Problem.of(
        415,
        "media-type",
        "Only plain JSON is supported",
        "send the request as it is, without Content-Encoding" + shown);
  }

  public static final Problem NO_PAGES =
      Problem.of(
          403,
          "origin",
          "Web pages may not call",
          "a call with an Origin header comes from a browser: leave the header out");

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
          400, "bad-call", "Bad request", "the call is not valid HTTP, and was not processed");

  /**
   * For a moment after start, the server listens before its routes exist: not a reason for a 404.
   */
  private static final Problem STARTING =
      Problem.of(503, "unavailable", "Not available now", "starting: send it again in a moment");

  /** The problems for the statuses that Vert.x itself fails calls with. */
  private static final Map<Integer, Problem> PROBLEMS =
      Map.of(
          400, Problem.of(400, "bad-call", "Bad request", "the address cannot be read"),
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
   * Makes a router answer the calls that it rejects with problems.
   *
   * @param notFound answers a call to an unknown path
   * @param started whether the routes are started
   */
  public static void install(
      Router router, BiConsumer<RoutingContext, Problem> notFound, BooleanSupplier started) {
    PROBLEMS.forEach(
        (status, problem) ->
            router.errorHandler(
                status, r -> answer(r, started.getAsBoolean() ? problem : STARTING)));
    // A path without a leading slash, such as *, does not pass through AuthHandler.
    router.errorHandler(
        404, r -> notFound.accept(r, started.getAsBoolean() ? PROBLEMS.get(404) : STARTING));
  }

  /** Answers a call whose request line or headers are not valid. */
  public static void invalid(HttpServerRequest call) {
    Throwable why = call.decoderResult().cause();
    boolean uri = why instanceof TooLongHttpLineException;
    boolean headers = why instanceof TooLongHttpHeaderException;
    answer(call, uri ? LONG_ADDRESS : headers ? LONG_HEADERS : BROKEN);
  }

  /** Answers with a problem, and closes the connection once the caller had time to read it. */
  public static void answer(RoutingContext rejected, Problem problem) {
    answer(rejected.request(), problem);
  }

  /** Answers with a status and no body. */
  static void answer(RoutingContext rejected, int status) {
    if (isOpen(rejected.request())) {
      closing(rejected.request(), status).end();
    }
  }

  private static void answer(HttpServerRequest rejected, Problem problem) {
    if (isOpen(rejected)) {
      closing(rejected, problem.status())
          .putHeader("Content-Type", Problem.MEDIA_TYPE)
          .end(problem.json().toString());
    }
  }

  private static boolean isOpen(HttpServerRequest rejected) {
    return !rejected.response().ended()
        && !rejected.response().closed()
        && !rejected.response().headWritten();
  }

  private static HttpServerResponse closing(HttpServerRequest rejected, int status) {
    HttpServerResponse response = rejected.response();
    discardTheRest(rejected);
    if (status == 503) {
      response.putHeader("Retry-After", "1");
    }
    if (rejected.version() != HttpVersion.HTTP_2) {
      // HTTP/2 forbids this header, and clients reject an answer with it.
      response.putHeader("Connection", "close");
    }
    return response.setStatusCode(status);
  }

  /**
   * Reads and discards part of the body, because most callers read the answer only after sending
   * it.
   */
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
