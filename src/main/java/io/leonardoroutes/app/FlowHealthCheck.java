package io.leonardoroutes.app;

import io.leonardoroutes.flow.FlowContext;
import io.leonardoroutes.health.Readiness;
import java.util.Map;
import org.apache.camel.CamelContext;
import org.apache.camel.health.HealthCheckRegistry;
import org.apache.camel.health.HealthCheckResultBuilder;
import org.apache.camel.impl.health.AbstractHealthCheck;

/**
 * The state of {@code /health/ready} as a Camel health check, for an application's own health
 * endpoint: down while the ledger cannot be written; otherwise up, with what is unavailable as a
 * detail.
 */
final class FlowHealthCheck extends AbstractHealthCheck {
  private final FlowContext flow;

  private FlowHealthCheck(FlowContext flow) {
    super("leonardo-routes", "leonardo-routes");
    this.flow = flow;
  }

  static void register(CamelContext context, FlowContext flow) {
    HealthCheckRegistry checks = HealthCheckRegistry.get(context);
    if (checks != null) {
      FlowHealthCheck check = new FlowHealthCheck(flow);
      check.setCamelContext(context);
      checks.register(check);
    }
  }

  /** No liveness check: restarting the application would not help. */
  @Override
  public boolean isLiveness() {
    return false;
  }

  @Override
  protected void doCall(HealthCheckResultBuilder result, Map<String, Object> options) {
    Readiness now = ManagementServer.readiness(getCamelContext(), flow);
    result.detail("status", now.status().name());
    if (!now.away().isEmpty()) {
      result.detail("away", String.join(", ", now.away()));
    }
    if (!now.paused().isEmpty()) {
      result.detail("paused", String.join(", ", now.paused()));
    }
    if (now.isReady()) {
      result.up();
    } else {
      result.message("leonardo-routes is " + now.status()).down();
    }
  }
}
