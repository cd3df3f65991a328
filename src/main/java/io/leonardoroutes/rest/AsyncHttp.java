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
 * The {@code platformHttpEngine} of routes that answer late or at length. Camel's own holds a
 * thread for as long as a call is in its route; this one none while the call waits. On a server
 * that is not Vert.x it is that server's own.
 */
public final class AsyncHttp implements PlatformHttpEngine {
  private final CamelContext context;

  public AsyncHttp(CamelContext context) {
    this.context = context;
  }

  /**
   * Done once nobody hears an answer any more; empty on a server that does not tell. There a wait
   * holds a thread, and a body cannot be {@link StreamedBody}.
   */
  @SuppressWarnings("unchecked")
  public static Optional<CompletableFuture<Void>> gone(Exchange exchange) {
    return Optional.ofNullable(
        exchange.getProperty(FlowProperties.CALLER_GONE, CompletableFuture.class));
  }

  /** Who shares with others what there is for all; on a server that does not tell it is one. */
  public static String share(Exchange exchange) {
    return exchange.getProperty(FlowProperties.CALLER_SHARE, "", String.class);
  }

  /** The call goes on without its body: what others send may take its place. */
  public static void waits(Exchange exchange) {
    RequestBodies.Held body =
        exchange.getProperty(FlowProperties.HELD_BODY, RequestBodies.Held.class);
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
