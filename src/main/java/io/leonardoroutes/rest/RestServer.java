package io.leonardoroutes.rest;

import io.leonardoroutes.auth.AuthHandler;
import io.leonardoroutes.auth.HostCheck;
import io.leonardoroutes.auth.ProblemHandler;
import io.leonardoroutes.auth.RestSettings;
import io.leonardoroutes.settings.BadSetting;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.CorsHandler;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.apache.camel.CamelContext;
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

  private static final Duration LONGEST_TO_CALL = Duration.ofSeconds(30);

  private RestServer() {}

  /**
   * Starts one, unless the application has its own engine for {@code platform-http}.
   *
   * @param maxBytes of the longest body that is read
   * @return what looks for a new certificate, to be run now and then
   * @throws BadSetting if callers are to be asked, and would not be
   */
  public static Runnable start(
      CamelContext context, RestSettings rest, int maxBytes, AuthHandler.Asks asks)
      throws Exception {
    if (ForeignServer.isThere(context)) {
      if (rest.asksForKeys()) {
        throw new BadSetting(
            RestSettings.AUTH,
            "the application has an HTTP server of its own, which this setting does not protect:"
                + " set none here and authenticate callers in that server");
      }
      return () -> {};
    }
    VertxPlatformHttpServerConfiguration config = new VertxPlatformHttpServerConfiguration();
    config.setBindHost(rest.host());
    config.setBindPort(rest.port());
    config.setPort(rest.port());
    if (rest.tls() != null) {
      config.setSslContextParameters(tls(rest.tls()));
    } else if (rest.asksForKeys() && !isLoopback(rest.host())) {
      LOG.warn(
          "keys are sent to {} unencrypted: set leonardo.rest.tls.keystore, or let a proxy in front"
              + " of it do TLS",
          rest.address());
    }
    ServerCertificate certificate =
        rest.tls() == null ? null : new ServerCertificate(rest.tls(), asks.outages());
    VertxPlatformHttpServer server =
        new BoundedServer(
            config,
            vertx -> new ConnectionLimits(vertx, rest.connections(), LONGEST_TO_CALL),
            new RequestBodies(maxBytes));
    context.addService(server);
    ServiceHelper.startService(server);
    // Camel gives out the router of its own paths only, and refusals are answered by the one above.
    Router router = (Router) server.getServer().requestHandler();
    if (!rest.asksForKeys()) {
      router.route().order(-4).handler(new HostCheck(rest.host(), rest.hosts()));
    }
    // Before the door: a browser asks for leave without the key.
    router
        .route()
        .order(-3)
        .handler(rest.origins().isEmpty() ? RestServer::refusePages : pagesOf(rest.origins()));
    AuthHandler door = AuthHandler.of(rest, server.getVertx(), asks);
    router.route().order(-2).handler(door);
    AnswerMemory memory = new AnswerMemory();
    router.route().order(-1).handler(memory::offer);
    // Nobody here takes files in forms, and the parser of their parts is one more to trust.
    router.route().order(-1).handler(call -> refuse(call, "multipart/"));
    router.route().order(-1).handler(RestServer::refuseCoded);
    ProblemHandler.on(router, door::notFound, context::isStarted);
    return certificate == null ? () -> {} : () -> certificate.renew(server.getServer());
  }

  /** Whether a body of this type is taken, from a page of this origin; null for none. */
  public static boolean isJson(String type, String origin) {
    return RequestBodies.isJson(type, origin);
  }

  /** No origin is listed: a page that calls is somebody else's, and the browser does not ask. */
  private static void refusePages(RoutingContext call) {
    if (call.request().getHeader("Origin") != null) {
      ProblemHandler.give(call, ProblemHandler.NO_PAGES);
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
      ProblemHandler.give(call, ProblemHandler.NOT_JSON);
    } else {
      call.next();
    }
  }

  /** A body that is compressed would be taken for broken text. */
  private static void refuseCoded(RoutingContext call) {
    String coding = String.join(", ", call.request().headers().getAll("Content-Encoding")).strip();
    if (coding.isEmpty() || coding.equalsIgnoreCase("identity")) {
      call.next();
    } else {
      call.response().putHeader("Accept-Encoding", "identity");
      ProblemHandler.give(call, ProblemHandler.coded(coding));
    }
  }
}
