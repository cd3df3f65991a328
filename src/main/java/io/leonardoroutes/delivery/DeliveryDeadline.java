package io.leonardoroutes.delivery;

import io.leonardoroutes.flow.FlowContext;
import io.leonardoroutes.flow.FlowProperties;
import io.leonardoroutes.job.Delivery;
import io.leonardoroutes.job.Delivery.Content;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.camel.AsyncCallback;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangePropertyKey;
import org.apache.camel.NamedNode;
import org.apache.camel.Processor;
import org.apache.camel.Route;
import org.apache.camel.spi.Policy;
import org.apache.camel.support.ExchangeHelper;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.processor.DelegateAsyncProcessor;

/**
 * Limits how long a sink may take for a delivery. Each attempt runs on a thread of its own, with a
 * copy of the exchange, so what returns late changes nothing. A late one is interrupted. If it
 * ignores that, its thread is lost until it returns; a sink that keeps too many threads is not
 * called until it gives some back, and that costs its deliveries no try.
 */
public final class DeliveryDeadline implements Policy {
  private static final int MOST_LOST = 10;

  /** How soon an attempt that heeds interrupts has ended, on a busy machine too. */
  private static final Duration HEEDED = Duration.ofSeconds(5);

  private final FlowContext flow;

  /** The sinks that keep too many threads. */
  private final Set<String> full = ConcurrentHashMap.newKeySet();

  /** The sink was not called, so that this is no try. */
  static final class NotCalled extends RejectedExecutionException {
    private static final long serialVersionUID = 1L;

    NotCalled(String why) {
      super(why);
    }
  }

  public DeliveryDeadline(FlowContext flow) {
    this.flow = flow;
  }

  /** Whether the sink keeps too many threads to be called now. */
  boolean isFull(String sink) {
    return full.contains(sink);
  }

  @Override
  public void beforeWrap(Route route, NamedNode node) {
    // nothing of it is changed
  }

  @Override
  public Processor wrap(Route route, Processor sink) {
    // With a unit of work of its own: what a late attempt still opens is closed when it ends.
    return new Attempts(
        route,
        PluginHelper.getInternalProcessorFactory(route.getCamelContext())
            .addUnitOfWorkProcessorAdvice(route.getCamelContext(), sink, route));
  }

  /** Whoever sees that it has ended can be sure that its thread is not interrupted any more. */
  private static final class Attempt extends FutureTask<Void> {
    private final CountDownLatch ended = new CountDownLatch(1);

    private Attempt(Callable<Void> call) {
      super(call);
    }

    @Override
    public void run() {
      try {
        // Does not return before an interrupt by cancel, if there is one, has arrived.
        super.run();
      } finally {
        Thread.interrupted();
        ended.countDown();
      }
    }

    private boolean isCutOff(Duration limit) throws InterruptedException, ExecutionException {
      try {
        get(limit.toNanos(), TimeUnit.NANOSECONDS);
        return false;
      } catch (TimeoutException e) {
        // Not if it returns just now.
        return cancel(true);
      }
    }
  }

  /** Those at one sink. */
  private final class Attempts extends DelegateAsyncProcessor {
    private final CamelContext context;
    private final String name;
    private final Set<Attempt> lost = new HashSet<>();

    /** Never more than wait for an attempt, and those that are lost. */
    private ExecutorService threads;

    private Attempts(Route route, Processor sink) {
      super(sink);
      this.context = route.getCamelContext();
      this.name = route.getRouteId();
    }

    @Override
    protected void doStart() throws Exception {
      super.doStart();
      threads = context.getExecutorServiceManager().newCachedThreadPool(this, name);
    }

    @Override
    protected void doStop() throws Exception {
      // Does not wait: who ignores interrupts would hold up the stop.
      context.getExecutorServiceManager().shutdownNow(threads);
      super.doStop();
    }

    /** Done when it returns, as the thread of the delivery has to wait; Camel wants this form. */
    @Override
    public boolean process(Exchange exchange, AsyncCallback callback) {
      try {
        attempt(exchange);
      } catch (Exception e) {
        exchange.setException(e);
      }
      callback.done(true);
      return true;
    }

    private void attempt(Exchange exchange) throws Exception {
      Delivery delivery = exchange.getProperty(FlowProperties.DELIVERY, Delivery.class);
      mustNotHoldTooMany();
      Exchange copy = ExchangeHelper.createCorrelatedCopy(exchange, false);
      copy.removeProperty(ExchangePropertyKey.STREAM_CACHE_UNIT_OF_WORK);
      Attempt attempt =
          new Attempt(
              () -> {
                getProcessor().process(copy);
                return null;
              });
      try {
        threads.execute(() -> run(attempt, delivery.sink()));
      } catch (RejectedExecutionException e) {
        throw new NotCalled("it is not called, as the program stops");
      }
      await(attempt, delivery);
      exchange.setException(failure(copy));
    }

    /** Nothing else: a route of the application may have stopped, or have handled its error. */
    private static Exception failure(Exchange ended) {
      boolean rollback = ended.isRollbackOnly() || ended.isRollbackOnlyLast();
      return ended.getException() == null && rollback
          ? new IllegalStateException("its route has marked it for rollback")
          : ended.getException();
    }

    private void run(Attempt attempt, String sink) {
      attempt.run();
      ended(attempt, sink);
    }

    private void await(Attempt attempt, Delivery delivery) throws Exception {
      Duration limit = flow.settings().longestDelivery(delivery.content() == Content.VIDEO);
      try {
        if (attempt.isCutOff(limit)) {
          String late = late(delivery, limit);
          if (!attempt.ended.await(HEEDED.toMillis(), TimeUnit.MILLISECONDS)) {
            lose(attempt, delivery.sink(), late);
          }
          throw new TimeoutException("it " + late);
        }
        attempt.get();
      } catch (InterruptedException e) {
        attempt.cancel(true);
        throw e;
      } catch (ExecutionException e) {
        throw e.getCause() instanceof Exception cause ? cause : e;
      }
    }

    private static String late(Delivery delivery, Duration limit) {
      return "did not return within %s (leonardo.deliver.timeout%s)"
          .formatted(
              limit, delivery.content() == Content.VIDEO ? " plus leonardo.download.timeout" : "");
    }

    private synchronized void mustNotHoldTooMany() {
      if (lost.size() >= MOST_LOST) {
        throw new NotCalled(
            "it is not called while %s deliveries that it has begun hold a thread each"
                .formatted(lost.size()));
      }
    }

    private synchronized void lose(Attempt attempt, String sink, String late) {
      if (attempt.ended.getCount() > 0) {
        lost.add(attempt);
        if (lost.size() >= MOST_LOST) {
          full.add(sink);
        }
        flow.outages()
            .reportWaiting(
                freeThread(sink),
                ("sink %s %s and ignores interrupts: such a delivery holds a thread until it"
                        + " returns or the program is restarted")
                    .formatted(sink, late));
      }
    }

    /** Before or after it is lost: {@link #lose} sees that it has ended. */
    private synchronized void ended(Attempt attempt, String sink) {
      if (lost.remove(attempt)) {
        full.remove(sink);
        if (lost.isEmpty()) {
          flow.outages().reportUp(freeThread(sink));
        }
      }
    }

    private static String freeThread(String sink) {
      return "a free thread for sink " + sink;
    }
  }
}
