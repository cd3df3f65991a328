package io.leonardoroutes.rest;

import java.util.Optional;
import org.apache.camel.CamelContext;
import org.apache.camel.component.platform.http.PlatformHttpConstants;

/**
 * Detects whether the application has an HTTP server of its own, which the REST routes then use.
 */
public final class ForeignServer {
  private static final String VERTX_ROUTER =
      "org.apache.camel.component.platform.http.vertx.VertxPlatformHttpRouter";
  private static final String MAIN_SERVER =
      "org.apache.camel.component.platform.http.main.MainHttpServer";

  private ForeignServer() {}

  /**
   * Whether there is one. Looks classes up by name, since an application without REST need not have
   * them.
   */
  public static boolean isThere(CamelContext context) {
    return context.getRegistry().lookupByName(PlatformHttpConstants.PLATFORM_HTTP_ENGINE_NAME)
            != null
        || found(context, VERTX_ROUTER)
            .filter(type -> !context.getRegistry().findByType(type).isEmpty())
            .isPresent()
        // With camel.server.enabled the server exists already, but is bound only at context start.
        || found(context, MAIN_SERVER).filter(type -> context.hasService(type) != null).isPresent();
  }

  private static Optional<Class<?>> found(CamelContext context, String type) {
    return Optional.ofNullable(context.getClassResolver().resolveClass(type));
  }
}
