package io.leonardoroutes.rest;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.ext.web.Router;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.apache.camel.component.platform.http.vertx.VertxPlatformHttpRouter;
import org.apache.camel.component.platform.http.vertx.VertxPlatformHttpServer;
import org.apache.camel.component.platform.http.vertx.VertxPlatformHttpServerConfiguration;
import org.apache.camel.component.vertx.common.VertxHelper;

/**
 * Camel's HTTP server with bounds for its connections, which have to be there before it listens,
 * and so cannot be given to Camel's own.
 */
final class BoundedServer extends VertxPlatformHttpServer {
  private static final long LONGEST_TO_CLOSE = 10;

  private final VertxPlatformHttpServerConfiguration config;
  private final Function<Vertx, Connections> bounds;
  private HttpServer server;
  private Vertx own;

  BoundedServer(VertxPlatformHttpServerConfiguration config, Function<Vertx, Connections> bounds) {
    super(config);
    this.config = config;
    this.bounds = bounds;
  }

  @Override
  public HttpServer getServer() {
    return server;
  }

  @Override
  protected void startServer() throws Exception {
    // While it is not known whether a call will be HTTP/1 or 2, a connection counts as none.
    HttpServerOptions options =
        new HttpServerOptions().setHttp2ClearTextEnabled(false).setUseAlpn(true);
    if (config.getSslContextParameters() != null) {
      VertxHelper.setupSSLOptions(getCamelContext(), config.getSslContextParameters(), options);
    }
    Connections connections = bounds.apply(getVertx());
    Router camels =
        VertxPlatformHttpRouter.lookup(
            getCamelContext(), VertxPlatformHttpRouter.getRouterNameFromPort(config.getPort()));
    Router router = Router.router(getVertx());
    router.route().order(-4).handler(connections::called);
    router
        .route(config.getPath() + "*")
        .handler(camels::handleContext)
        .failureHandler(camels::handleFailure);
    server =
        getVertx()
            .createHttpServer(options)
            .connectionHandler(connections::opened)
            .requestHandler(router)
            .listen(config.getBindPort(), config.getBindHost())
            .toCompletionStage()
            .toCompletableFuture()
            .get();
  }

  @Override
  protected Vertx createVertxInstance() {
    own = super.createVertxInstance();
    return own;
  }

  /** Camel's own needs what its own start left. */
  @Override
  protected void stopVertx() {
    if (own != null) {
      closed(own.close());
      own = null;
    }
  }

  private static void closed(Future<Void> closing) {
    closing
        .toCompletionStage()
        .toCompletableFuture()
        .orTimeout(LONGEST_TO_CLOSE, TimeUnit.SECONDS)
        .join();
  }

  @Override
  protected void stopServer() {
    if (server != null) {
      getCamelContext().removeComponent("platform-http");
      closed(server.close());
      server = null;
    }
  }
}
