package io.leonardoroutes;

import io.leonardoroutes.health.Management;
import io.leonardoroutes.health.Readiness;
import io.leonardoroutes.health.Readiness.Status;
import io.leonardoroutes.rest.OwnNames;
import io.leonardoroutes.settings.Keys;
import io.vertx.core.http.HttpServerRequest;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.function.Predicate;
import org.apache.camel.CamelContext;
import org.jdbi.v3.core.JdbiException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Where operators ask how it goes, and the answer to whether it is ready. */
record Managed(boolean enabled, String host, int port) {
  static final String ENABLED = "leonardo.management.enabled";
  static final String PORT = "leonardo.management.port";
  private static final Logger LOG = LoggerFactory.getLogger(Managed.class);

  /**
   * Reads the settings.
   *
   * @param foreign whether the application has a server of its own, and so means of its own: then
   *     nothing is opened unless somebody says so
   */
  static Managed read(Keys keys, boolean foreign) {
    return new Managed(
        keys.flag(ENABLED) && (!foreign || keys.isSaid(ENABLED)),
        keys.text("leonardo.management.host"),
        keys.integer(PORT, 1, 65_535));
  }

  /** Opens it before the routes are there, so that they are measured; answers what to close. */
  List<AutoCloseable> open(CamelContext context, Parts parts) {
    if (!enabled) {
      return List.of();
    }
    StartChecks.free(PORT, host, port);
    Metrics metrics = Metrics.of(context, parts);
    return List.of(
        metrics,
        Management.start(host, port, ours(parts), () -> ready(context, parts), metrics::text));
  }

  /** Calls to names of a loopback address alone; where others can ask too, all, with a warning. */
  private Predicate<HttpServerRequest> ours(Parts parts) {
    try {
      if (InetAddress.getByName(host).isLoopbackAddress()) {
        return new OwnNames(host, parts.settings().rest().hosts())::isOurs;
      }
      LOG.warn(
          "whoever reaches {}:{} can read metrics there: nobody is asked for a key", host, port);
      return call -> true;
    } catch (UnknownHostException e) {
      throw new IllegalStateException("it was known a moment ago", e);
    }
  }

  static Readiness ready(CamelContext context, Parts parts) {
    List<String> away = parts.outages().away();
    if (context.isStopping() || context.isStopped()) {
      return new Readiness(Status.DRAINING, away);
    }
    if (!context.isStarted()) {
      return new Readiness(Status.STARTING, away);
    }
    try {
      parts.ledger().probe();
    } catch (JdbiException e) {
      return new Readiness(Status.DOWN, away);
    }
    return new Readiness(away.isEmpty() ? Status.UP : Status.DEGRADED, away);
  }
}
