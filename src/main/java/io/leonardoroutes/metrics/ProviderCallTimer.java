package io.leonardoroutes.metrics;

import io.micrometer.core.instrument.Timer;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.camel.AsyncCallback;
import org.apache.camel.Exchange;
import org.apache.camel.NamedNode;
import org.apache.camel.Processor;
import org.apache.camel.model.ToDefinition;
import org.apache.camel.support.processor.DelegateAsyncProcessor;

/**
 * Times each call to the provider, by the step that makes it and by its outcome: the class of the
 * status, such as {@code 2xx}, or {@code failed} if there was no answer.
 */
final class ProviderCallTimer {
  private static final String FAILED = "failed";

  /** Registered at start with a count of 0, so that the first call of each shows as an increase. */
  private static final List<String> OUTCOMES = List.of("2xx", "4xx", "5xx", FAILED);

  private final MeterSet meters;

  ProviderCallTimer(MeterSet meters) {
    this.meters = meters;
  }

  /** Wraps a step that has an id and calls the provider; returns any other step unchanged. */
  Processor timed(NamedNode step, Processor target) {
    boolean call =
        step instanceof ToDefinition to
            && to.hasCustomIdAssigned()
            && to.getEndpointUri().startsWith("{{leonardo.base-url}}");
    if (!call) {
      return target;
    }
    OUTCOMES.forEach(outcome -> timer(step.getId(), outcome));
    return new Timed(target, step.getId());
  }

  private Timer timer(String step, String outcome) {
    return meters.timer(StepDuration.PROVIDER_CALL, "step", step, "outcome", outcome);
  }

  private static String outcome(Exchange exchange) {
    Integer status = exchange.getMessage().getHeader(Exchange.HTTP_RESPONSE_CODE, Integer.class);
    return exchange.getException() != null || status == null ? FAILED : status / 100 + "xx";
  }

  private final class Timed extends DelegateAsyncProcessor {
    private final String step;

    private Timed(Processor target, String step) {
      super(target);
      this.step = step;
    }

    @Override
    public boolean process(Exchange exchange, AsyncCallback callback) {
      long start = System.nanoTime();
      return super.process(
          exchange,
          sync -> {
            timer(step, outcome(exchange)).record(System.nanoTime() - start, TimeUnit.NANOSECONDS);
            callback.done(sync);
          });
    }
  }
}
