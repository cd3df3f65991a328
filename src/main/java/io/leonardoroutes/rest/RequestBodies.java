package io.leonardoroutes.rest;

import io.leonardoroutes.auth.AuthHandler;
import io.leonardoroutes.auth.Caller;
import io.leonardoroutes.auth.CallerShares;
import io.leonardoroutes.auth.ProblemHandler;
import io.leonardoroutes.problem.BodyText;
import io.leonardoroutes.problem.Problem;
import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.impl.RoutingContextInternal;
import java.util.Locale;
import java.util.Set;

/**
 * Reads the bodies of requests, in place of Vert.x's own handler, which would hold as many as there
 * are connections. Whether one is read at all is decided by the head; all together are bounded, and
 * what of them is still worked on counts too. Only calls that may have a body keep it.
 */
final class RequestBodies implements Handler<RoutingContext> {
  private static final Set<HttpMethod> KEPT =
      Set.of(HttpMethod.POST, HttpMethod.PUT, HttpMethod.PATCH);
  private static final int LONGEST_NOTICE = 64 * 1024;

  /** Of the heap: a sixteenth, as a body takes some times its length while it is parsed. */
  private static final int PART_OF_HEAP = 16;

  private static final String HELD = Held.class.getName();
  private static final Problem NOT_EXPECTED =
      Problem.of(417, "expect", "Not expected", "send Expect: 100-continue, or none");

  private final int longest;
  private final Problem tooLarge;
  private final CallerShares memory;

  /**
   * @param longest that is read, in bytes
   */
  RequestBodies(int longest) {
    this.longest = longest;
    this.tooLarge = BodyText.tooLarge(longest).problem();
    this.memory = CallerShares.ofHeap(PART_OF_HEAP, longest);
  }

  /** What one call has of the memory for bodies, until all that need the body are done. */
  static final class Held {
    private final CallerShares memory;
    private final String caller;
    private long bytes;
    private int users = 1;

    private Held(CallerShares memory, String caller) {
      this.memory = memory;
      this.caller = caller;
    }

    private synchronized boolean grow(long more) {
      if (users > 0 && memory.take(caller, more)) {
        bytes += more;
        return true;
      }
      return false;
    }

    /** One more works with the body, and says when it does no longer. */
    synchronized void use() {
      users++;
    }

    synchronized void done() {
      users--;
      if (users == 0) {
        free();
      }
    }

    /** The body itself is kept by nobody any more. */
    synchronized void free() {
      memory.give(caller, bytes);
      bytes = 0;
    }
  }

  /** What a call holds; null if it has no body. */
  static Held of(RoutingContext call) {
    return call.get(HELD);
  }

  @Override
  public void handle(RoutingContext call) {
    RoutingContextInternal inside = (RoutingContextInternal) call;
    HttpServerRequest request = call.request();
    // Whoever asks later is not to be told that nobody has read the body.
    inside.visitHandler(RoutingContextInternal.BODY_HANDLER);
    long length = length(request);
    if (length == 0 || request.isEnded()) {
      call.next();
      return;
    }
    Problem refusal = refusal(call, length);
    if (refusal != null) {
      ProblemHandler.give(call, refusal);
      return;
    }
    Held held = new Held(memory, Caller.of(call));
    call.addEndHandler(end -> held.done());
    call.put(HELD, held);
    boolean kept = KEPT.contains(request.method());
    Reading reading = new Reading(call, held, kept && length <= longest(call), Math.max(0, length));
    if (reading.kept && !held.grow(reading.reserved)) {
      ProblemHandler.give(call, ProblemHandler.UNAVAILABLE);
      return;
    }
    if (request.headers().contains(HttpHeaders.EXPECT) && !isOld(request)) {
      call.response().writeContinue();
    }
    request
        .exceptionHandler(gone -> held.free())
        .endHandler(reading::ended)
        .handler(reading)
        .resume();
  }

  /** Of the body; 0 if there is none, -1 if it ends where it ends. */
  private static long length(HttpServerRequest request) {
    String said = request.getHeader(HttpHeaders.CONTENT_LENGTH);
    if (said != null && said.matches("[0-9]{1,18}")) {
      return Long.parseLong(said);
    }
    boolean open =
        request.version() == HttpVersion.HTTP_2
            || request.headers().contains(HttpHeaders.TRANSFER_ENCODING);
    return open ? -1 : 0;
  }

  private int longest(RoutingContext call) {
    return AuthHandler.isNotice(call) ? Math.min(LONGEST_NOTICE, longest) : longest;
  }

  private Problem refusal(RoutingContext call, long length) {
    HttpServerRequest request = call.request();
    String expected = request.getHeader(HttpHeaders.EXPECT);
    if (expected != null && !expected.equalsIgnoreCase("100-continue")) {
      return NOT_EXPECTED;
    }
    if (length > longest) {
      return tooLarge;
    }
    boolean ours = KEPT.contains(request.method()) && isOurs(call.normalizedPath());
    return ours && !isJson(request) ? ProblemHandler.NOT_JSON : null;
  }

  /** Routes of the application's own may take what they like. */
  private static boolean isOurs(String path) {
    return path.equals("/generations") || path.startsWith("/generations/");
  }

  private static boolean isJson(HttpServerRequest request) {
    return isJson(
        request.getHeader(HttpHeaders.CONTENT_TYPE), request.getHeader(HttpHeaders.ORIGIN));
  }

  /** A page in a browser can send any type but JSON, or none, anywhere without being asked. */
  static boolean isJson(String type, String origin) {
    return type == null
        ? origin == null
        : type.toLowerCase(Locale.ROOT).matches("application/([^;]*\\+)?json *(;.*)?");
  }

  private static boolean isOld(HttpServerRequest request) {
    return request.version() == HttpVersion.HTTP_1_0;
  }

  /** One body on its way. */
  private final class Reading implements Handler<Buffer> {
    private final RoutingContext call;
    private final Held held;
    private boolean kept;
    private long reserved;
    private long read;
    private Buffer body = Buffer.buffer();

    private Reading(RoutingContext call, Held held, boolean kept, long reserved) {
      this.call = call;
      this.held = held;
      this.kept = kept;
      this.reserved = reserved;
    }

    @Override
    public void handle(Buffer piece) {
      read += piece.length();
      if (read > longest) {
        drop();
        ProblemHandler.give(call, tooLarge);
      } else if (kept && read > longest(call)) {
        drop();
      } else if (kept && read > reserved && !held.grow(read - reserved)) {
        drop();
        ProblemHandler.give(call, ProblemHandler.UNAVAILABLE);
      } else if (kept) {
        reserved = Math.max(reserved, read);
        body.appendBuffer(piece);
      }
    }

    private void drop() {
      kept = false;
      body = Buffer.buffer();
      held.free();
    }

    private void ended(Void end) {
      ((RoutingContextInternal) call).setBody(body);
      call.next();
    }
  }
}
