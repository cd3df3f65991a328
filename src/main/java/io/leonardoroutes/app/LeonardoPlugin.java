package io.leonardoroutes.app;

import org.apache.camel.CamelContext;
import org.apache.camel.RoutesBuilder;
import org.apache.camel.spi.ContextServicePlugin;

/**
 * Adds the routes to any Camel runtime that has this jar on its class path.
 *
 * <p>It only binds a {@link RoutesBuilder}, which runtimes pick up from the registry. Loading the
 * routes here would not do: some runtimes merely log the failure of a plug-in and then start
 * without the routes.
 */
public final class LeonardoPlugin implements ContextServicePlugin {
  @Override
  public void load(CamelContext context) {
    context.getRegistry().bind("leonardoRoutes", RoutesBuilder.class, new RouteLoader());
  }
}
