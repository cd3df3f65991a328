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
 * Reads request bodies in place of Vert.x's own handler, which has no limit on all bodies together.
 * Rejects by the headers alone where it can. The limit includes bodies that are still being
 * processed. Bodies of methods that should not have one are read and discarded.
 *
 * <p>One file, because what is rejected unread, how much is read and what memory it takes is one
 * question about one body.
 */
final class RequestBodies implements Handler<RoutingContext> {
  private static final Set<HttpMethod> KEPT =
      Set.of(HttpMethod.POST, HttpMethod.PUT, HttpMethod.PATCH);
  private static final int LONGEST_NOTICE = 64 * 1024;

  /** A sixteenth of the heap, since a body needs several times its length while it is parsed. */
  private static final int PART_OF_HEAP = 16;

  private static final String MEMORY = BodyMemory.class.getName();
  private static final Problem NOT_EXPECTED =
      Problem.of(417, "expect", "Not expected", "send Expect: 100-continue, or none");

  private final int longest;
  private final int longestPicture;
  private final CallerShares memory;

  /** Of its own, so that pictures do not hold up requests; one of them always fits. */
  private final CallerShares pictureMemory;

  /**
   * @param longest the longest body that is accepted, in bytes
   * @param longestPicture the same of a picture, or of all pictures of a form
   */
  RequestBodies(int longest, int longestPicture) {
    this.longest = longest;
    this.longestPicture = longestPicture;
    this.memory = CallerShares.ofHeap(PART_OF_HEAP, longest);
    long pictures =
        Math.max(longest + longestPicture, Runtime.getRuntime().maxMemory() / PART_OF_HEAP);
    this.pictureMemory = new CallerShares(pictures, pictures);
  }

  private int most(RoutingContext call) {
    if (isForm(call)) {
      return longest + longestPicture;
    }
    return isPicture(call) ? longestPicture : longest;
  }

  private Problem tooLarge(RoutingContext call) {
    return BodyText.tooLarge(most(call)).problem();
  }

  /** Whether it is a request with its pictures. */
  static boolean isForm(RoutingContext call) {
    return call.normalizedPath().equals("/generations")
        && FormData.isForm(call.request().getHeader(HttpHeaders.CONTENT_TYPE));
  }

  private static boolean isPicture(RoutingContext call) {
    return call.normalizedPath().equals("/uploads");
  }

  /** The memory that the body of one call takes, until all its users are done. */
  static final class BodyMemory {
    private final CallerShares memory;
    private final String caller;
    private long bytes;
    private int users = 1;

    private BodyMemory(CallerShares memory, String caller) {
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

    /** Adds a user of the body, which must call {@link #done} later. */
    synchronized void use() {
      users++;
    }

    synchronized void done() {
      users--;
      if (users == 0) {
        free();
      }
    }

    /** Returns the memory; nothing refers to the body any more. */
    synchronized void free() {
      memory.give(caller, bytes);
      bytes = 0;
    }
  }

  /** The memory of a call; null if it has no body. */
  static BodyMemory of(RoutingContext call) {
    return call.get(MEMORY);
  }

  @Override
  public void handle(RoutingContext call) {
    RoutingContextInternal inside = (RoutingContextInternal) call;
    HttpServerRequest request = call.request();
    // Otherwise Vert.x would fail later reads of the body, because no BodyHandler has run.
    inside.visitHandler(RoutingContextInternal.BODY_HANDLER);
    long length = length(request);
    if (length == 0 || request.isEnded()) {
      call.next();
      return;
    }
    Problem rejection = rejection(call, length);
    if (rejection != null) {
      ProblemHandler.answer(call, rejection);
      return;
    }
    BodyMemory share =
        new BodyMemory(
            isForm(call) || isPicture(call) ? pictureMemory : memory, Caller.limitKey(call));
    call.addEndHandler(end -> share.done());
    call.put(MEMORY, share);
    boolean kept = KEPT.contains(request.method());
    Reading reading =
        new Reading(call, share, kept && length <= longest(call), Math.max(0, length));
    if (reading.kept && !share.grow(reading.reserved)) {
      ProblemHandler.answer(call, ProblemHandler.UNAVAILABLE);
      return;
    }
    if (request.headers().contains(HttpHeaders.EXPECT) && !isHttp10(request)) {
      call.response().writeContinue();
    }
    request
        .exceptionHandler(gone -> share.free())
        .endHandler(reading::ended)
        .handler(reading)
        .resume();
  }

  /** The length of the body; 0 if there is none, -1 if the headers do not tell. */
  private static long length(HttpServerRequest request) {
    String declared = request.getHeader(HttpHeaders.CONTENT_LENGTH);
    if (declared != null && declared.matches("[0-9]{1,18}")) {
      return Long.parseLong(declared);
    }
    boolean open =
        request.version() == HttpVersion.HTTP_2
            || request.headers().contains(HttpHeaders.TRANSFER_ENCODING);
    return open ? -1 : 0;
  }

  private int longest(RoutingContext call) {
    return AuthHandler.isNotice(call) ? Math.min(LONGEST_NOTICE, longest) : most(call);
  }

  private Problem rejection(RoutingContext call, long length) {
    HttpServerRequest request = call.request();
    String expected = request.getHeader(HttpHeaders.EXPECT);
    if (expected != null && !expected.equalsIgnoreCase("100-continue")) {
      return NOT_EXPECTED;
    }
    if (length > most(call)) {
      return tooLarge(call);
    }
    boolean ours = KEPT.contains(request.method()) && isOurs(call.normalizedPath());
    return ours && !isJson(request) && !isForm(call) ? ProblemHandler.NOT_JSON : null;
  }

  /** Whether the path is one of our routes; the application's own may accept any type. */
  private static boolean isOurs(String path) {
    return path.equals("/generations") || path.startsWith("/generations/");
  }

  private static boolean isJson(HttpServerRequest request) {
    return isJson(
        request.getHeader(HttpHeaders.CONTENT_TYPE), request.getHeader(HttpHeaders.ORIGIN));
  }

  /**
   * Whether a body is JSON. Without a type it is accepted only from a caller that is not a browser:
   * a web page can send other types, or none, to any server without a CORS preflight.
   */
  static boolean isJson(String type, String origin) {
    return type == null
        ? origin == null
        : type.toLowerCase(Locale.ROOT).matches("application/([^;]*\\+)?json *(;.*)?");
  }

  private static boolean isHttp10(HttpServerRequest request) {
    return request.version() == HttpVersion.HTTP_1_0;
  }

  /** A body that is being read. */
  private final class Reading implements Handler<Buffer> {
    private final RoutingContext call;
    private final BodyMemory share;
    private boolean kept;
    private long reserved;
    private long read;
    private Buffer body = Buffer.buffer();

    private Reading(RoutingContext call, BodyMemory share, boolean kept, long reserved) {
      this.call = call;
      this.share = share;
      this.kept = kept;
      this.reserved = reserved;
    }

    @Override
    public void handle(Buffer piece) {
      read += piece.length();
      if (read > most(call)) {
        drop();
        ProblemHandler.answer(call, tooLarge(call));
      } else if (kept && read > longest(call)) {
        drop();
      } else if (kept && read > reserved && !share.grow(read - reserved)) {
        drop();
        ProblemHandler.answer(call, ProblemHandler.UNAVAILABLE);
      } else if (kept) {
        reserved = Math.max(reserved, read);
        body.appendBuffer(piece);
      }
    }

    private void drop() {
      kept = false;
      body = Buffer.buffer();
      share.free();
    }

    private void ended(Void end) {
      ((RoutingContextInternal) call).setBody(body);
      call.next();
    }
  }
}
