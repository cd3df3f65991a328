package io.leonardoroutes.rest;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.leonardoroutes.request.BodyText;
import io.leonardoroutes.request.Problem;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;

/** What the HTTP server answers by itself, to calls that no route sees. */
public final class OwnAnswers {
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
  static Problem coded(String coding) {
    String shown = coding.matches("[\\w, -]{1,40}") ? " " + coding : "";
    return Problem.of(
        415,
        "media-type",
        "Only plain JSON is taken",
        "send the request as it is, without Content-Encoding" + shown);
  }

  static final Problem NO_PAGES =
      Problem.of(
          403,
          "origin",
          "Not for pages",
          "a call with an Origin header is a browser's: none is taken");

  static final Problem UNAVAILABLE =
      Problem.of(503, "unavailable", "Not available now", "send the call again later");

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

  private static final ObjectMapper JSON = new ObjectMapper();

  /** In bytes. */
  private static final long MOST_DISCARDED = 16 * 1024 * 1024;

  /** In milliseconds. */
  private static final long LONGEST_DISCARDING = 5_000;

  private OwnAnswers() {}

  /**
   * Lets a router answer what it refuses with problems.
   *
   * @param maxBytes of the longest body that is read
   * @param started whether its routes are
   */
  static void on(Router router, int maxBytes, BooleanSupplier started) {
    Problem tooLarge = BodyText.tooLarge(maxBytes).problem();
    router.errorHandler(413, refused -> give(refused, tooLarge));
    PROBLEMS.forEach(
        (status, problem) ->
            router.errorHandler(status, r -> give(r, started.getAsBoolean() ? problem : STARTING)));
  }

  /** Answers a problem, and closes the connection once its caller had time to read it. */
  static void give(RoutingContext refused, Problem problem) {
    HttpServerResponse response = refused.response();
    if (response.ended() || response.closed()) {
      return;
    }
    discardTheRest(refused);
    if (problem.status() == 503) {
      response.putHeader("Retry-After", "1");
    }
    if (refused.request().version() != HttpVersion.HTTP_2) {
      // HTTP/2 has no such header, and clients rightly refuse an answer with it.
      response.putHeader("Connection", "close");
    }
    response
        .setStatusCode(problem.status())
        .putHeader("Content-Type", Problem.MEDIA_TYPE)
        .end(JSON.valueToTree(problem).toString());
  }

  /** Most callers read an answer only once they have sent all, so some of it is read, not kept. */
  private static void discardTheRest(RoutingContext refused) {
    HttpServerRequest request = refused.request();
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
    refused.vertx().setTimer(LONGEST_DISCARDING, late -> closeUnlessEnded(request));
  }

  private static void closeUnlessEnded(HttpServerRequest request) {
    if (!request.isEnded()) {
      request.connection().close();
    }
  }
}
