package io.leonardoroutes.health;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;

/**
 * The management port with {@code /health/live}, {@code /health/ready} and {@code /metrics}, also
 * under {@code /observe}, where Camel's own tools look for them. Calls need no authentication, and
 * answers contain no secret.
 */
public final class HealthEndpoints implements AutoCloseable {
  /** How long a connection may be idle, including one whose caller does not read its answer. */
  private static final int IDLE_SECONDS = 10;

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String JSON_TYPE = "application/json";
  private static final String TEXT_TYPE = "text/plain; version=0.0.4; charset=utf-8";
  private static final Duration FRESH = Duration.ofSeconds(1);
  private static final Duration FRESH_METRICS = Duration.ofSeconds(5);
  private static final Duration ANSWER_TIMEOUT = Duration.ofMillis(1_700);
  private static final Duration LONGEST_START = Duration.ofSeconds(20);
  private static final int MOST_AWAY = 20;

  private final Vertx vertx;
  private final Predicate<HttpServerRequest> accepted;
  private final CachedAnswer<Readiness> readiness;
  private final CachedAnswer<String> metrics;

  private HealthEndpoints(
      Vertx vertx,
      Predicate<HttpServerRequest> accepted,
      Callable<Readiness> readiness,
      Callable<String> metrics) {
    this.vertx = vertx;
    this.accepted = accepted;
    this.readiness = new CachedAnswer<>(vertx, readiness, FRESH);
    this.metrics = new CachedAnswer<>(vertx, metrics, FRESH_METRICS);
  }

  /**
   * Starts the server.
   *
   * @param accepted whether the Host of a call is allowed, against DNS rebinding
   */
  public static HealthEndpoints start(
      String host,
      int port,
      Predicate<HttpServerRequest> accepted,
      Callable<Readiness> readiness,
      Callable<String> metrics) {
    Vertx vertx =
        Vertx.vertx(
            new VertxOptions()
                .setEventLoopPoolSize(1)
                .setWorkerPoolSize(2)
                .setInternalBlockingPoolSize(1));
    HealthEndpoints management = new HealthEndpoints(vertx, accepted, readiness, metrics);
    HttpServerOptions options =
        new HttpServerOptions().setHost(host).setPort(port).setIdleTimeout(IDLE_SECONDS);
    try {
      vertx
          .createHttpServer(options)
          .requestHandler(management::answer)
          .listen()
          .toCompletionStage()
          .toCompletableFuture()
          .get(LONGEST_START.toSeconds(), TimeUnit.SECONDS);
      return management;
    } catch (ExecutionException | TimeoutException e) {
      management.close();
      throw new IllegalStateException("cannot listen at " + host + ":" + port, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      management.close();
      throw new IllegalStateException(e);
    }
  }

  private void answer(HttpServerRequest call) {
    if (call.response().writeQueueFull()) {
      // The caller pipelines calls and does not read the answers.
      call.connection().close();
      return;
    }
    if (!accepted.test(call)) {
      end(call, 421, JSON_TYPE, "{\"status\":421}");
      return;
    }
    if (call.method() != HttpMethod.GET) {
      call.response().putHeader("Allow", "GET");
      end(call, 405, JSON_TYPE, "{\"status\":405}");
      return;
    }
    switch (call.path() == null ? "" : call.path()) {
      case "/health/live", "/observe/health/live" ->
          end(call, 200, JSON_TYPE, "{\"status\":\"UP\"}");
      case "/health/ready", "/observe/health", "/observe/health/ready" ->
          readiness
              .get()
              .timeout(ANSWER_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)
              .otherwise(new Readiness(Readiness.Status.DOWN, List.of("the ledger")))
              .onSuccess(ready -> end(call, ready.isReady() ? 200 : 503, JSON_TYPE, json(ready)));
      case "/metrics", "/observe/metrics" ->
          metrics
              .get()
              .timeout(ANSWER_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)
              .onSuccess(text -> end(call, 200, TEXT_TYPE, text))
              .onFailure(why -> end(call, 503, JSON_TYPE, "{\"status\":503}"));
      default -> end(call, 404, JSON_TYPE, "{\"status\":404}");
    }
  }

  private static String json(Readiness ready) {
    ObjectNode json = JSON.createObjectNode().put("status", ready.status().name());
    if (!ready.away().isEmpty()) {
      ready.away().stream().limit(MOST_AWAY).forEach(json.putArray("away")::add);
    }
    if (!ready.paused().isEmpty()) {
      ready.paused().stream().limit(MOST_AWAY).forEach(json.putArray("paused")::add);
    }
    if (!ready.drift().isEmpty()) {
      ready.drift().stream().limit(MOST_AWAY).forEach(json.putArray("drift")::add);
    }
    return json.toString();
  }

  private static void end(HttpServerRequest call, int status, String type, String body) {
    call.response()
        .setStatusCode(status)
        .putHeader("Content-Type", type)
        .putHeader("Cache-Control", "no-store")
        .end(body);
  }

  @Override
  public void close() {
    vertx.close();
  }

  /** Computes an answer once for all calls within a short time. Used by the event loop only. */
  private static final class CachedAnswer<T> {
    private final Vertx vertx;
    private final Callable<T> question;
    private final Duration fresh;
    private Future<T> last;
    private long at;

    private CachedAnswer(Vertx vertx, Callable<T> question, Duration fresh) {
      this.vertx = vertx;
      this.question = question;
      this.fresh = fresh;
    }

    private Future<T> get() {
      long now = System.nanoTime();
      if (last == null || (last.isComplete() && now - at > fresh.toNanos())) {
        at = now;
        last = vertx.executeBlocking(question, false);
      }
      return last;
    }
  }
}
