package io.leonardoroutes.metrics;

import io.leonardoroutes.flow.FlowProperties;
import java.util.concurrent.TimeUnit;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.NamedNode;
import org.apache.camel.Route;
import org.apache.camel.spi.RoutePolicy;
import org.apache.camel.spi.RoutePolicyFactory;
import org.apache.camel.support.RoutePolicySupport;

/** Times the routes that accept a request, download a video and deliver to a sink. */
final class StepTimers implements RoutePolicyFactory {
  private static final String DELIVER = "deliver-";
  private static final String INTAKE = "intake-";

  private final MeterSet meters;

  StepTimers(MeterSet meters) {
    this.meters = meters;
  }

  @Override
  public RoutePolicy createRoutePolicy(CamelContext context, String route, NamedNode definition) {
    if (route.equals("accept")) {
      return new Timing(route, this::accepted);
    }
    if (route.equals("download")) {
      return new Timing(route, this::downloaded);
    }
    return route.startsWith(DELIVER) && !route.equals("deliver-lease")
        ? new Timing(route, this::delivered)
        : null;
  }

  private void accepted(String route, Exchange exchange, long nanos) {
    String from = String.valueOf(exchange.getFromRouteId());
    String intake = from.startsWith(INTAKE) ? from.substring(INTAKE.length()) : from;
    boolean known = Boolean.TRUE.equals(exchange.getProperty(FlowProperties.KNOWN));
    String outcome = exchange.getException() != null ? "rejected" : known ? "known" : "accepted";
    record(StepDuration.ACCEPT, nanos, "intake", intake, "outcome", outcome);
  }

  private void downloaded(String route, Exchange exchange, long nanos) {
    record(StepDuration.DOWNLOAD, nanos, "outcome", outcome(exchange));
  }

  private void delivered(String route, Exchange exchange, long nanos) {
    String sink = route.substring(DELIVER.length());
    String outcome = outcome(exchange);
    record(StepDuration.DELIVERY, nanos, "sink", sink, "outcome", outcome);
    if (outcome.equals("failed")) {
      JobMeters.retries(meters, "deliver", 1);
    }
  }

  private static String outcome(Exchange exchange) {
    return exchange.getProperty(Exchange.EXCEPTION_CAUGHT) == null ? "done" : "failed";
  }

  private void record(StepDuration what, long nanos, String... tags) {
    meters.timer(what, tags).record(nanos, TimeUnit.NANOSECONDS);
  }

  private interface Ended {
    void after(String route, Exchange exchange, long nanos);
  }

  private static final class Timing extends RoutePolicySupport {
    private final String route;
    private final Ended ended;

    Timing(String route, Ended ended) {
      this.route = route;
      this.ended = ended;
    }

    @Override
    public void onExchangeBegin(Route of, Exchange exchange) {
      exchange.setProperty(FlowProperties.TIMED_SINCE, System.nanoTime());
    }

    @Override
    public void onExchangeDone(Route of, Exchange exchange) {
      if (exchange.removeProperty(FlowProperties.TIMED_SINCE) instanceof Long start) {
        ended.after(route, exchange, System.nanoTime() - start);
      }
    }
  }
}
