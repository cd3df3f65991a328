package io.leonardoroutes.rest;

import io.leonardoroutes.flow.FlowProperties;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.apache.camel.component.platform.http.PlatformHttpComponent;
import org.apache.camel.component.platform.http.PlatformHttpEndpoint;
import org.apache.camel.component.platform.http.spi.PlatformHttpConsumer;
import org.apache.camel.component.platform.http.spi.PlatformHttpEngine;
import org.apache.camel.component.platform.http.vertx.VertxPlatformHttpEngine;
import org.apache.camel.component.platform.http.vertx.VertxPlatformHttpRouter;

/**
 * The {@code platformHttpEngine} for routes that answer late or with a stream. Camel's own engine
 * holds a thread while a call is in its route; this one holds none while the call waits. On a
 * server other than Vert.x, that server's engine is used.
 */
public final class AsyncHttp implements PlatformHttpEngine {
  private final CamelContext context;

  public AsyncHttp(CamelContext context) {
    this.context = context;
  }

  /**
   * Completes when the call has ended or its caller is gone. Empty on a server other than Vert.x;
   * there a wait holds a thread, and the body cannot be a {@link StreamedBody}.
   */
  @SuppressWarnings("unchecked")
  public static Optional<CompletableFuture<Void>> callerGone(Exchange exchange) {
    return Optional.ofNullable(
        exchange.getProperty(FlowProperties.CALLER_GONE, CompletableFuture.class));
  }

  /** The key for limits per caller; one for all callers on a server other than Vert.x. */
  public static String limitKey(Exchange exchange) {
    return exchange.getProperty(FlowProperties.CALLER_SHARE, "", String.class);
  }

  /** Frees the memory of the request body, which the call no longer needs while it waits. */
  public static void freeBody(Exchange exchange) {
    RequestBodies.BodyMemory body =
        exchange.getProperty(FlowProperties.BODY_MEMORY, RequestBodies.BodyMemory.class);
    if (body != null) {
      body.free();
    }
  }

  @Override
  public PlatformHttpConsumer createConsumer(PlatformHttpEndpoint endpoint, Processor processor) {
    return engine() instanceof VertxPlatformHttpEngine vertx
        ? new AsyncHttpConsumer(
            endpoint,
            processor,
            vertx.getHandlers(),
            VertxPlatformHttpRouter.getRouterNameFromPort(vertx.getServerPort()))
        : engine().createConsumer(endpoint, processor);
  }

  @Override
  public int getServerPort() {
    return engine().getServerPort();
  }

  private PlatformHttpEngine engine() {
    return context.getComponent("platform-http", PlatformHttpComponent.class).getEngine();
  }
}
