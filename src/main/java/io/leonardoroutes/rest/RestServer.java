package io.leonardoroutes.rest;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.leonardoroutes.health.Outages;
import io.leonardoroutes.request.Problem;
import io.leonardoroutes.settings.BadSetting;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.CorsHandler;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.camel.CamelContext;
import org.apache.camel.component.platform.http.PlatformHttpConstants;
import org.apache.camel.component.platform.http.main.MainHttpServer;
import org.apache.camel.component.platform.http.vertx.VertxPlatformHttpRouter;
import org.apache.camel.component.platform.http.vertx.VertxPlatformHttpServer;
import org.apache.camel.component.platform.http.vertx.VertxPlatformHttpServerConfiguration;
import org.apache.camel.support.jsse.KeyManagersParameters;
import org.apache.camel.support.jsse.KeyStoreParameters;
import org.apache.camel.support.jsse.SSLContextParameters;
import org.apache.camel.support.service.ServiceHelper;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The HTTP server under the REST routes, where the application has none of its own. */
public final class RestServer {
  private static final Logger LOG = LoggerFactory.getLogger(RestServer.class);
  private static final ObjectMapper JSON = new ObjectMapper();

  private static final int MOST_CONNECTIONS = 10_000;
  private static final Duration LONGEST_TO_CALL = Duration.ofSeconds(30);

  private static final long MOST_DISCARDED = 16 * 1024 * 1024;
  private static final long LONGEST_DISCARDING = 5_000;

  /** For a page of an origin that is not listed. */
  public static final Problem FOREIGN_PAGE =
      Problem.of(
          403, "origin", "Not for pages of this origin", "leonardo.rest.cors.origins has others");

  /** What the server itself refuses, before a route sees it. */
  private static final Map<Integer, Problem> REFUSALS =
      Map.of(
          400, Problem.of(400, "bad-call", "Not a good call", "the address cannot be read"),
          403, FOREIGN_PAGE,
          404, Problem.of(404, "not-found", "Not found", "there is nothing at this path"),
          405, Problem.of(405, "method", "Method not allowed", "this path has other methods"),
          500, Problem.of(500, "internal", "Failed", "the log says why"),
          503, Problem.of(503, "unavailable", "Not available now", "send the call again later"));

  private static final Problem NOT_JSON =
      Problem.of(
          415,
          "media-type",
          "Only JSON is taken",
          "send the request with Content-Type: application/json");

  private static final Problem NO_PAGES =
      Problem.of(
          403,
          "origin",
          "Not for pages",
          "a call with an Origin header is a browser's: none is taken");

  /** The server listens a moment before its routes do: that is no reason to say not found. */
  private static final Problem STARTING =
      Problem.of(503, "unavailable", "Not available now", "starting: send it again in a moment");

  private RestServer() {}

  /**
   * Starts one, unless the application has its own engine for {@code platform-http}.
   *
   * @param maxBytes of the longest body that is read
   * @return what looks for a new certificate, to be run now and then
   * @throws BadSetting if callers are to be asked, and would not be
   */
  public static Runnable start(
      CamelContext context, RestSettings rest, int maxBytes, Outages outages, Clock clock)
      throws Exception {
    if (isForeign(context)) {
      if (rest.asksForKeys()) {
        throw new BadSetting(
            RestSettings.AUTH,
            "the application has an HTTP server of its own, which nobody guards: set none here and"
                + " let that server ask");
      }
      return () -> {};
    }
    VertxPlatformHttpServerConfiguration config = new VertxPlatformHttpServerConfiguration();
    config.setBindHost(rest.host());
    config.setBindPort(rest.port());
    config.setPort(rest.port());
    config.setMaxBodySize((long) maxBytes);
    config.getBodyHandler().setHandleFileUploads(false);
    if (rest.tls() != null) {
      config.setSslContextParameters(tls(rest.tls()));
    } else if (rest.asksForKeys() && !isLoopback(rest.host())) {
      LOG.warn(
          "keys cross the network in clear to {}: set leonardo.rest.tls.keystore, or end TLS before it",
          rest.address());
    }
    Certificate certificate = rest.tls() == null ? null : new Certificate(rest.tls(), outages);
    VertxPlatformHttpServer server =
        new BoundedServer(
            config, vertx -> new Connections(vertx, MOST_CONNECTIONS, LONGEST_TO_CALL));
    context.addService(server);
    ServiceHelper.startService(server);
    // Camel gives out the router of its own paths only, and refusals are answered by the one above.
    Router router = (Router) server.getServer().requestHandler();
    Problem tooLarge =
        Problem.of(
            413,
            "too-large",
            "The request is too large",
            "the request is larger than " + maxBytes + " bytes: shorten it");
    if (!rest.asksForKeys()) {
      router.route().order(-4).handler(new OwnNames(rest.host(), rest.hosts()));
    }
    // Before the door: a browser asks for leave without the key.
    router
        .route()
        .order(-3)
        .handler(rest.origins().isEmpty() ? RestServer::refusePages : pagesOf(rest.origins()));
    router.route().order(-2).handler(Door.of(rest, server.getVertx(), outages, clock));
    // Vert.x would write its parts to disk before any route sees them.
    router.route().order(-1).handler(call -> refuse(call, "multipart/"));
    router.errorHandler(413, refused -> answer(refused, tooLarge));
    REFUSALS.forEach(
        (status, problem) ->
            router.errorHandler(status, r -> answer(r, context.isStarted() ? problem : STARTING)));
    return certificate == null ? () -> {} : () -> certificate.renew(server.getServer());
  }

  /** Whether the application has an HTTP server of its own, whose address is not ours to choose. */
  public static boolean isForeign(CamelContext context) {
    return context.getRegistry().lookupByName(PlatformHttpConstants.PLATFORM_HTTP_ENGINE_NAME)
            != null
        || !context.getRegistry().findByType(VertxPlatformHttpRouter.class).isEmpty()
        // camel.server.enabled: known already, but bound only when the context starts.
        || context.hasService(MainHttpServer.class) != null;
  }

  /** No origin is listed: a page that calls is somebody else's, and the browser does not ask. */
  private static void refusePages(RoutingContext call) {
    if (call.request().getHeader("Origin") != null) {
      answer(call, NO_PAGES);
    } else {
      call.next();
    }
  }

  private static SSLContextParameters tls(RestSettings.Tls tls) {
    KeyStoreParameters store = new KeyStoreParameters();
    store.setResource("file:" + tls.keystore());
    store.setPassword(tls.secret());
    store.setType(tls.type());
    KeyManagersParameters keys = new KeyManagersParameters();
    keys.setKeyStore(store);
    keys.setKeyPassword(tls.secret());
    SSLContextParameters parameters = new SSLContextParameters();
    parameters.setKeyManagers(keys);
    return parameters;
  }

  private static boolean isLoopback(String host) throws UnknownHostException {
    return InetAddress.getByName(host).isLoopbackAddress();
  }

  /** Answers pages of these origins what browsers ask, and turns those of others away. */
  private static CorsHandler pagesOf(List<String> origins) {
    return CorsHandler.create()
        .addOrigins(origins)
        .allowedMethods(Set.of(HttpMethod.GET, HttpMethod.POST, HttpMethod.DELETE))
        .allowedHeaders(
            Set.of(
                "Authorization",
                "Content-Type",
                "Idempotency-Key",
                "Prefer",
                "If-None-Match",
                "Last-Event-ID",
                "Range",
                "If-Range"))
        .exposedHeaders(
            Set.of(
                "Location",
                "Retry-After",
                "WWW-Authenticate",
                "ETag",
                "Preference-Applied",
                "Content-Range"))
        .maxAgeSeconds(600);
  }

  private static void refuse(RoutingContext call, String type) {
    String sent = call.request().getHeader("Content-Type");
    if (sent != null && sent.strip().toLowerCase(Locale.ROOT).startsWith(type)) {
      answer(call, NOT_JSON);
    } else {
      call.next();
    }
  }

  static void answer(RoutingContext refused, Problem problem) {
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
