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
 * Camel's HTTP server with limits on connections. They must be in place before it listens, which
 * Camel's own server has no way to configure.
 */
final class BoundedServer extends VertxPlatformHttpServer {
  private static final Logger LOG = LoggerFactory.getLogger(BoundedServer.class);
  private static final long LONGEST_TO_CLOSE = 10;

  /** The name that Vert.x gives the decoder in the pipeline of an HTTP/1 connection. */
  private static final String DECODER = "httpDecoder";

  private final VertxPlatformHttpServerConfiguration config;
  private final Function<Vertx, ConnectionLimits> bounds;
  private final RequestBodies bodies;
  private HttpServer server;
  private Vertx ownVertx;
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
    Router inner = VertxPlatformHttpRouter.lookup(getCamelContext(), name);
    // Otherwise both routers would be registered under the same name.
    getCamelContext().getRegistry().unbind(name);
    getCamelContext()
        .getRegistry()
        .bind(
            name,
            new VertxPlatformHttpRouter(this, getVertx(), inner, name) {
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
    // No h2c: before the protocol of a cleartext connection is known, no limit applies to it.
    HttpServerOptions options =
        new HttpServerOptions().setHttp2ClearTextEnabled(false).setUseAlpn(true);
    if (config.getSslContextParameters() != null) {
      VertxHelper.setupSSLOptions(getCamelContext(), config.getSslContextParameters(), options);
      ServerCertificate.onlyForwardSecret(options.getSslOptions());
    }
    ConnectionLimits connections = bounds.apply(getVertx());
    Router inner =
        VertxPlatformHttpRouter.lookup(
            getCamelContext(), VertxPlatformHttpRouter.getRouterNameFromPort(config.getPort()));
    Router router = Router.router(getVertx());
    router.route().order(-4).handler(connections::headArrived);
    router
        .route(config.getPath() + "*")
        .handler(inner::handleContext)
        .failureHandler(inner::handleFailure);
    server =
        getVertx()
            .createHttpServer(options)
            .connectionHandler(
                connection -> {
                  connections.opened(connection);
                  readStrictly(connection, options, connections);
                })
            .invalidRequestHandler(ProblemHandler::invalid)
            // The caller is gone or did not send HTTP: not worth more than DEBUG.
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
              options, () -> base.getContext().emit(now -> connections.malformedBody(connection))));
    }
  }

  @Override
  protected Vertx createVertxInstance() {
    ownVertx = super.createVertxInstance();
    ownVertx.exceptionHandler(this::failed);
    return ownVertx;
  }

  /** Logs a failed call; at DEBUG while stopping, when calls in progress are expected to fail. */
  private void failed(Throwable failure) {
    if (stopping) {
      LOG.debug("an answer was not sent completely", failure);
    } else {
      LOG.error("An answer was not sent completely", failure);
    }
  }

  /** Replaces Camel's method, which relies on fields that only its own start sets. */
  @Override
  protected void stopVertx() {
    if (ownVertx != null) {
      closed(ownVertx.close());
      ownVertx = null;
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
