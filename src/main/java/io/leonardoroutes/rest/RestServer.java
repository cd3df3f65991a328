package io.leonardoroutes.rest;

import io.leonardoroutes.auth.AuthHandler;
import io.leonardoroutes.auth.HostCheck;
import io.leonardoroutes.auth.OwnPages;
import io.leonardoroutes.auth.ProblemHandler;
import io.leonardoroutes.auth.RestSettings;
import io.leonardoroutes.settings.BadSetting;
import io.vertx.core.Handler;
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
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.camel.CamelContext;
import org.apache.camel.component.platform.http.vertx.VertxPlatformHttpServer;
import org.apache.camel.component.platform.http.vertx.VertxPlatformHttpServerConfiguration;
import org.apache.camel.support.jsse.KeyManagersParameters;
import org.apache.camel.support.jsse.KeyStoreParameters;
import org.apache.camel.support.jsse.SSLContextParameters;
import org.apache.camel.support.service.ServiceHelper;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Starts the HTTP server for the REST routes, unless the application has its own. */
public final class RestServer {
  private static final Logger LOG = LoggerFactory.getLogger(RestServer.class);

  private static final Duration REQUEST_TIMEOUT = Duration.ofSeconds(30);

  private RestServer() {}

  /**
   * Starts the server, unless the application has its own engine for {@code platform-http}.
   *
   * @param maxBytes the longest body that is accepted
   * @param pictureBytes the longest picture
   * @return a step that loads a renewed certificate, to be run at intervals
   * @throws BadSetting if a setting protects the routes in a way that the application's own server
   *     does not know of
   */
  public static Runnable start(
      CamelContext context,
      RestSettings rest,
      int maxBytes,
      int pictureBytes,
      AuthHandler.Services services)
      throws Exception {
    if (ForeignServer.isThere(context)) {
      refuseProtection(rest);
      return () -> {};
    }
    VertxPlatformHttpServerConfiguration config = new VertxPlatformHttpServerConfiguration();
    config.setBindHost(rest.host());
    config.setBindPort(rest.port());
    config.setPort(rest.port());
    if (rest.tls() != null) {
      config.setSslContextParameters(tls(rest.tls()));
    } else if (rest.authenticates() && !isLoopback(rest.host())) {
      LOG.warn(
          "keys are sent to {} unencrypted: set leonardo.rest.tls.keystore, or let a proxy in front"
              + " of it do TLS",
          rest.address());
    }
    ServerCertificate certificate =
        rest.tls() == null ? null : new ServerCertificate(rest.tls(), services.outages());
    VertxPlatformHttpServer server =
        new BoundedServer(
            config,
            vertx -> new ConnectionLimits(vertx, rest.connections(), REQUEST_TIMEOUT),
            new RequestBodies(maxBytes, pictureBytes));
    context.addService(server);
    ServiceHelper.startService(server);
    // The outer router: Camel only exposes the inner one, and rejections are answered by the outer.
    Router router = (Router) server.getServer().requestHandler();
    if (!rest.authenticates()) {
      router.route().order(-4).handler(new HostCheck(rest.host(), rest.hosts()));
    }
    // Before authentication: a browser's CORS preflight has no key.
    router
        .route()
        .order(-3)
        .handler(
            exceptOwn(
                services.pages(),
                rest.origins().isEmpty() ? RestServer::rejectPages : corsFor(rest.origins())));
    AuthHandler auth = AuthHandler.of(rest, server.getVertx(), services);
    router.route().order(-2).handler(auth);
    AnswerMemory memory = new AnswerMemory();
    router.route().order(-1).handler(memory::offer);
    router.route().order(-1).handler(RestServer::rejectForm);
    router.route().order(-1).handler(RestServer::rejectEncoded);
    // Earlier than the context says so itself, which it does a moment after we log that it is
    // ready.
    AtomicBoolean started = new AtomicBoolean();
    context.addStartupListener((itself, already) -> started.set(true));
    ProblemHandler.install(
        router,
        auth::notFound,
        () -> started.get() && !context.isStopping() && !context.isStopped());
    return certificate == null ? () -> {} : () -> certificate.renew(server.getServer());
  }

  /** Nobody shall rely on what the application's own server does not know of. */
  private static void refuseProtection(RestSettings rest) {
    if (rest.authenticates()) {
      throw unprotected(RestSettings.AUTH, "set none here and authenticate callers in that server");
    }
    if (rest.tls() != null) {
      throw unprotected(RestSettings.KEYSTORE, "leave it out and let that server encrypt");
    }
    if (rest.perMinute() > 0) {
      throw unprotected(RestSettings.RATE, "leave it out and limit callers in that server");
    }
  }

  private static BadSetting unprotected(String key, String instead) {
    return new BadSetting(
        key,
        "the application has an HTTP server of its own, which this setting does not protect: "
            + instead);
  }

  /** Whether a body with this Content-Type and Origin counts as JSON; either may be null. */
  public static boolean isJson(String type, String origin) {
    return RequestBodies.isJson(type, origin);
  }

  /**
   * Rejects every call from a web page, since no origin is allowed; simple requests need no
   * preflight.
   */
  private static void rejectPages(RoutingContext call) {
    if (call.request().getHeader("Origin") != null) {
      ProblemHandler.answer(call, ProblemHandler.NO_PAGES);
    } else {
      call.next();
    }
  }

  private static Handler<RoutingContext> exceptOwn(OwnPages pages, Handler<RoutingContext> others) {
    return call -> {
      if (pages.mayCall(call)) {
        call.next();
      } else {
        others.handle(call);
      }
    };
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

  /** Answers CORS preflights of the allowed origins, and rejects calls from pages of others. */
  private static CorsHandler corsFor(List<String> origins) {
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

  /** Only one route accepts forms. */
  private static void rejectForm(RoutingContext call) {
    String sent = call.request().getHeader("Content-Type");
    boolean multipart =
        sent != null && sent.strip().toLowerCase(Locale.ROOT).startsWith("multipart/");
    if (multipart && !RequestBodies.isForm(call)) {
      ProblemHandler.answer(call, ProblemHandler.NOT_JSON);
    } else {
      call.next();
    }
  }

  /** Rejects encoded bodies, such as gzip, which would otherwise fail as invalid JSON. */
  private static void rejectEncoded(RoutingContext call) {
    String coding = String.join(", ", call.request().headers().getAll("Content-Encoding")).strip();
    if (coding.isEmpty() || coding.equalsIgnoreCase("identity")) {
      call.next();
    } else {
      call.response().putHeader("Accept-Encoding", "identity");
      ProblemHandler.answer(call, ProblemHandler.encoded(coding));
    }
  }
}
