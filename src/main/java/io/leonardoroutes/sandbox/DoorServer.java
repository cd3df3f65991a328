package io.leonardoroutes.sandbox;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import java.time.Clock;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The HTTP server: counts each call, checks its key, and has it answered, with the scripted fault
 * if there is one.
 */
final class DoorServer {
  /** Loopback: only this machine may reach the sandbox. */
  static final String ADDRESS = "127.0.0.1";

  private static final Logger LOG = LoggerFactory.getLogger(DoorServer.class);
  private static final int LARGEST_BODY = 1024 * 1024;
  private static final int LARGEST_FORM = 32 * 1024 * 1024;
  private static final String FORM = "form";
  private static final DateTimeFormatter DATE =
      DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ENGLISH)
          .withZone(ZoneOffset.UTC);

  private final Vertx vertx;
  private final Clock clock;
  private final SandboxProvider provider;
  private final Map<Door, Queue<Fault>> script = new EnumMap<>(Door.class);
  private final Map<Door, AtomicInteger> counts = new EnumMap<>(Door.class);
  private final AtomicInteger leaks = new AtomicInteger();
  private volatile Function<String, Fault> plan = body -> Fault.NONE;

  DoorServer(Vertx vertx, Clock clock, SandboxProvider provider) {
    this.vertx = vertx;
    this.clock = clock;
    this.provider = provider;
    for (Door door : Door.values()) {
      script.put(door, new ConcurrentLinkedQueue<>());
      counts.put(door, new AtomicInteger());
    }
  }

  Queue<Fault> script(Door door) {
    return script.get(door);
  }

  void plan(Function<String, Fault> plan) {
    this.plan = plan;
  }

  int count(Door door) {
    return counts.get(door).get();
  }

  int leaks() {
    return leaks.get();
  }

  void clear() {
    script.values().forEach(Queue::clear);
    counts.values().forEach(count -> count.set(0));
    leaks.set(0);
    plan = body -> Fault.NONE;
  }

  Router router() {
    var router = Router.router(vertx);
    for (Door door : Door.values()) {
      var route = router.route(HttpMethod.valueOf(door.method), door.path);
      if (door.isFile()) {
        route.method(HttpMethod.HEAD);
      }
      route.handler(
          door == Door.UPLOAD
              ? DoorServer::readForm
              : BodyHandler.create(false).setBodyLimit(LARGEST_BODY));
      route.handler(context -> handle(door, context));
    }
    router.route().failureHandler(DoorServer::failed);
    router.errorHandler(404, DoorServer::unknown);
    router.errorHandler(405, DoorServer::unknown);
    return router;
  }

  private static void readForm(RoutingContext context) {
    var request = context.request();
    String length = request.getHeader(HttpHeaders.CONTENT_LENGTH);
    if (length == null || length.length() > 9 || Integer.parseInt(length) > LARGEST_FORM) {
      answer(
          context, SandboxAnswer.error(length == null ? 411 : 413, "the form has no fit length"));
      return;
    }
    request
        .body()
        .onSuccess(
            body -> {
              context.put(
                  FORM, SandboxForm.read(request.getHeader(HttpHeaders.CONTENT_TYPE), body));
              context.next();
            });
  }

  private void handle(Door door, RoutingContext context) {
    var request = context.request();
    context.response().putHeader(HttpHeaders.DATE, DATE.format(clock.instant()));
    String authorization = request.getHeader(HttpHeaders.AUTHORIZATION);
    if (!door.needsKey() && authorization != null) {
      leaks.incrementAndGet();
    }
    SandboxAnswer refusal = door.needsKey() ? provider.unauthorized(authorization) : null;
    var call = new SandboxCall(vertx, request, () -> work(door, context));
    Fault scripted = refusal == null ? script.get(door).poll() : null;
    // Counted after the poll: a fault scripted by a test that has seen this count is for the next
    // call.
    counts.get(door).incrementAndGet();
    if (refusal != null) {
      call.send(refusal);
      return;
    }
    (scripted == null ? planned(door, context) : scripted).answer(call);
  }

  private Fault planned(Door door, RoutingContext context) {
    return door == Door.CREATE ? plan.apply(body(context)) : Fault.NONE;
  }

  private static String body(RoutingContext context) {
    return Objects.requireNonNullElse(context.body().asString(), "");
  }

  private SandboxAnswer work(Door door, RoutingContext context) {
    var request = context.request();
    String host = ADDRESS + ":" + request.localAddress().port();
    String cdn = "http://" + host + "/cdn";
    String id = context.pathParam("id");
    return switch (door) {
      case CREATE -> provider.create(body(context));
      case LIST ->
          provider.list(
              context.pathParam("user"),
              request.getParam("offset"),
              request.getParam("limit"),
              cdn);
      case POLL -> provider.poll(id, cdn);
      case DELETE -> provider.delete(id);
      case ME -> provider.me();
      case MODELS -> provider.models();
      case DOWNLOAD -> MediaFile.VIDEO.answer(request.getHeader("range"));
      case POSTER -> MediaFile.POSTER.answer(request.getHeader("range"));
      case INIT_IMAGE -> provider.beginUpload(body(context), host);
      case UPLOAD ->
          provider
              .images()
              .upload(id, context.get(FORM), request.headers().contains(HttpHeaders.AUTHORIZATION));
      case DELETE_IMAGE -> provider.images().delete(id);
    };
  }

  private static void unknown(RoutingContext context) {
    var known =
        Stream.of(Door.values())
            .map(door -> door.method + " " + door.path)
            .collect(Collectors.joining(", "));
    var asked = context.request().method() + " " + context.request().path();
    answer(context, SandboxAnswer.error(404, "the sandbox has no " + asked + ", it has " + known));
  }

  private static void failed(RoutingContext context) {
    if (context.statusCode() == 413) {
      answer(context, SandboxAnswer.error(413, "the request body is larger than 1 MiB"));
      return;
    }
    LOG.error("The sandbox failed at {}", context.request().path(), context.failure());
    if (!context.response().headWritten()) {
      answer(context, SandboxAnswer.error(500, "Service Error"));
    }
  }

  private static void answer(RoutingContext context, SandboxAnswer answer) {
    new SandboxCall(context.vertx(), context.request(), () -> answer).send(answer);
  }
}
