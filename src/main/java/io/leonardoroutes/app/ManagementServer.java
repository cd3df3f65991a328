package io.leonardoroutes.app;

import io.leonardoroutes.auth.HostCheck;
import io.leonardoroutes.flow.FlowContext;
import io.leonardoroutes.health.HealthEndpoints;
import io.leonardoroutes.health.Readiness;
import io.leonardoroutes.health.Readiness.Status;
import io.leonardoroutes.settings.SettingReader;
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
record ManagementServer(boolean enabled, String host, int port) {
  static final String ENABLED = "leonardo.management.enabled";
  static final String PORT = "leonardo.management.port";
  private static final Logger LOG = LoggerFactory.getLogger(ManagementServer.class);

  /**
   * Reads the settings.
   *
   * @param foreign whether the application has a server of its own, and so means of its own: then
   *     nothing is opened unless somebody says so
   */
  static ManagementServer read(SettingReader keys, boolean foreign) {
    return new ManagementServer(
        keys.flag(ENABLED) && (!foreign || keys.isExplicit(ENABLED)),
        keys.text("leonardo.management.host"),
        keys.integer(PORT, 1, 65_535));
  }

  /** Opens it before the routes are there, so that they are measured; answers what to close. */
  List<AutoCloseable> open(CamelContext context, FlowContext flow) {
    if (!enabled) {
      return List.of();
    }
    OptionalJars.HEALTH.neededBy(ENABLED, context);
    OptionalJars.ROUTE_METRICS.neededBy(ENABLED, context);
    OptionalJars.PROMETHEUS.neededBy(ENABLED, context);
    StartChecks.free(PORT, host, port);
    PrometheusMetrics metrics = PrometheusMetrics.of(context, flow);
    return List.of(
        metrics,
        HealthEndpoints.start(host, port, ours(flow), () -> ready(context, flow), metrics::text));
  }

  /** Calls to names of a loopback address alone; where others can ask too, all, with a warning. */
  private Predicate<HttpServerRequest> ours(FlowContext flow) {
    try {
      if (InetAddress.getByName(host).isLoopbackAddress()) {
        return new HostCheck(host, flow.settings().rest().hosts())::isOurs;
      }
      LOG.warn("anyone who can reach {}:{} can read metrics there, without a key", host, port);
      return call -> true;
    } catch (UnknownHostException e) {
      throw new IllegalStateException("it was known a moment ago", e);
    }
  }

  static Readiness ready(CamelContext context, FlowContext flow) {
    List<String> away = flow.outages().away();
    if (context.isStopping() || context.isStopped()) {
      return new Readiness(Status.DRAINING, away);
    }
    if (!context.isStarted()) {
      return new Readiness(Status.STARTING, away);
    }
    try {
      flow.ledger().probe();
    } catch (JdbiException e) {
      return new Readiness(Status.DOWN, away);
    }
    return new Readiness(away.isEmpty() ? Status.UP : Status.DEGRADED, away);
  }
}
