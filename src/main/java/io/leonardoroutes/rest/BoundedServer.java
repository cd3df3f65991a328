package io.leonardoroutes.rest;

import io.leonardoroutes.auth.ProblemHandler;
import io.netty.channel.ChannelPipeline;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.impl.ConnectionBase;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.apache.camel.component.platform.http.vertx.VertxPlatformHttpRouter;
import org.apache.camel.component.platform.http.vertx.VertxPlatformHttpServer;
import org.apache.camel.component.platform.http.vertx.VertxPlatformHttpServerConfiguration;
import org.apache.camel.component.vertx.common.VertxHelper;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Camel's HTTP server with bounds for its connections, which have to be there before it listens,
 * and so cannot be given to Camel's own.
 */
final class BoundedServer extends VertxPlatformHttpServer {
  private static final Logger LOG = LoggerFactory.getLogger(BoundedServer.class);
  private static final long LONGEST_TO_CLOSE = 10;

  /** As Vert.x calls it, on connections of HTTP/1. */
  private static final String DECODER = "httpDecoder";

  private final VertxPlatformHttpServerConfiguration config;
  private final Function<Vertx, ConnectionLimits> bounds;
  private final RequestBodies bodies;
  private HttpServer server;
  private Vertx own;
  private volatile boolean stopping;

  BoundedServer(
      VertxPlatformHttpServerConfiguration config,
      Function<Vertx, ConnectionLimits> bounds,
      RequestBodies bodies) {
    super(config);
    this.config = config;
    this.bounds = bounds;
    this.bodies = bodies;
  }

  @Override
  protected void initializeServer() {
    super.initializeServer();
    String name = VertxPlatformHttpRouter.getRouterNameFromPort(config.getPort());
    Router camels = VertxPlatformHttpRouter.lookup(getCamelContext(), name);
    // Else both would stand under the one name.
    getCamelContext().getRegistry().unbind(name);
    getCamelContext()
        .getRegistry()
        .bind(
            name,
            new VertxPlatformHttpRouter(this, getVertx(), camels, name) {
              @Override
              public Handler<RoutingContext> bodyHandler() {
                return bodies;
              }
            });
  }

  @Override
  public HttpServer getServer() {
    return server;
  }

  @Override
  protected void startServer() throws Exception {
    stopping = false;
    // While it is not known whether a call will be HTTP/1 or 2, a connection counts as none.
    HttpServerOptions options =
        new HttpServerOptions().setHttp2ClearTextEnabled(false).setUseAlpn(true);
    if (config.getSslContextParameters() != null) {
      VertxHelper.setupSSLOptions(getCamelContext(), config.getSslContextParameters(), options);
      ServerCertificate.onlyForwardSecret(options.getSslOptions());
    }
    ConnectionLimits connections = bounds.apply(getVertx());
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
            .connectionHandler(
                connection -> {
                  connections.opened(connection);
                  readStrictly(connection, options, connections);
                })
            .invalidRequestHandler(ProblemHandler::invalid)
            // The caller is gone, or sent what is no call: no news for whoever reads the log.
            .exceptionHandler(callers -> LOG.debug("a connection failed", callers))
            .requestHandler(router)
            .listen(config.getBindPort(), config.getBindHost())
            .toCompletionStage()
            .toCompletableFuture()
            .get();
  }

  private static void readStrictly(
      HttpConnection connection, HttpServerOptions options, ConnectionLimits connections) {
    ConnectionBase base = (ConnectionBase) connection;
    ChannelPipeline pipeline = base.channelHandlerContext().pipeline();
    if (pipeline.get(DECODER) != null) {
      pipeline.replace(
          DECODER,
          DECODER,
          new StrictRequestDecoder(
              options, () -> base.getContext().emit(now -> connections.broken(connection))));
    }
  }

  @Override
  protected Vertx createVertxInstance() {
    own = super.createVertxInstance();
    own.exceptionHandler(this::failed);
    return own;
  }

  /** Calls that were being answered when this stops miss what it had: no news for the log. */
  private void failed(Throwable failure) {
    if (stopping) {
      LOG.debug("a call was not answered to its end", failure);
    } else {
      LOG.error("A call was not answered to its end", failure);
    }
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
    stopping = true;
    if (server != null) {
      getCamelContext().removeComponent("platform-http");
      closed(server.close());
      server = null;
    }
  }
}
