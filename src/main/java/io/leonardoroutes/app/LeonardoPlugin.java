package io.leonardoroutes.app;

import org.apache.camel.CamelContext;
import org.apache.camel.RoutesBuilder;
import org.apache.camel.spi.ContextServicePlugin;

/**
 * Brings the routes into any Camel runtime that has this jar on its class path.
 *
 * <p>It binds a routes builder and no more: runtimes pick builders up from the registry, but some
 * only log what goes wrong in a plug-in, and no start may be half a start.
 */
public final class LeonardoPlugin implements ContextServicePlugin {
  @Override
  public void load(CamelContext context) {
    context.getRegistry().bind("leonardoRoutes", RoutesBuilder.class, new RouteLoader());
  }
}
