package io.leonardoroutes.app;

import io.leonardoroutes.auth.HostCheck;
import io.leonardoroutes.drift.DriftStep;
import io.leonardoroutes.flow.FlowContext;
import io.leonardoroutes.health.HealthEndpoints;
import io.leonardoroutes.health.Readiness;
import io.leonardoroutes.health.Readiness.Status;
import io.leonardoroutes.limits.Pause;
import io.leonardoroutes.metrics.PrometheusMetrics;
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

/** The port for health checks and metrics, and the check whether the program is ready. */
record ManagementServer(boolean enabled, String host, int port) {
  static final String ENABLED = "leonardo.management.enabled";
  static final String PORT = "leonardo.management.port";
  private static final Logger LOG = LoggerFactory.getLogger(ManagementServer.class);

  /**
   * Reads the settings.
   *
   * @param foreign whether the application has an HTTP server, and so presumably health checks of
   *     its own: then the port is opened only if the setting was given
   */
  static ManagementServer read(SettingReader keys, boolean foreign) {
    return new ManagementServer(
        keys.flag(ENABLED) && (!foreign || keys.isExplicit(ENABLED)),
        keys.text("leonardo.management.host"),
        keys.integer(PORT, 1, 65_535));
  }

  /**
   * Opens the port; call it before the routes are added, so that they are measured. Returns what to
   * close at the end.
   */
  List<AutoCloseable> open(CamelContext context, FlowContext flow) {
    if (!enabled) {
      return List.of();
    }
    OptionalJars.HEALTH.requireFor(ENABLED, context);
    OptionalJars.ROUTE_METRICS.requireFor(ENABLED, context);
    OptionalJars.PROMETHEUS.requireFor(ENABLED, context);
    StartChecks.requireFreePort(PORT, host, port);
    PrometheusMetrics metrics = PrometheusMetrics.of(context, flow);
    return List.of(
        metrics,
        HealthEndpoints.start(
            host, port, acceptedCalls(flow), () -> readiness(context, flow), metrics::text));
  }

  /**
   * On loopback, only calls addressed to an allowed host name; on other addresses all calls, with a
   * warning.
   */
  private Predicate<HttpServerRequest> acceptedCalls(FlowContext flow) {
    try {
      if (InetAddress.getByName(host).isLoopbackAddress()) {
        return new HostCheck(host, flow.settings().rest().hosts())::isOurs;
      }
      LOG.warn("anyone who can reach {}:{} can read metrics there, without a key", host, port);
      return call -> true;
    } catch (UnknownHostException e) {
      throw new IllegalStateException("the address could be resolved a moment ago", e);
    }
  }

  private static List<String> drift(CamelContext context) {
    DriftStep drift = context.getRegistry().findSingleByType(DriftStep.class);
    return drift == null ? List.of() : drift.told();
  }

  static Readiness readiness(CamelContext context, FlowContext flow) {
    List<String> away = flow.outages().away();
    if (context.isStopping() || context.isStopped()) {
      return new Readiness(Status.DRAINING, away);
    }
    if (!context.isStarted()) {
      return new Readiness(Status.STARTING, away);
    }
    try {
      flow.ledger().probe();
      List<String> paused = flow.ledger().pauses().all().stream().map(Pause::title).toList();
      return new Readiness(
          away.isEmpty() ? Status.UP : Status.DEGRADED, away, paused, drift(context));
    } catch (JdbiException e) {
      return new Readiness(Status.DOWN, away);
    }
  }
}
