package io.leonardoroutes.delivery;

import io.leonardoroutes.flow.ExchangeEnd;
import io.leonardoroutes.flow.FlowProperties;
import io.leonardoroutes.flow.LeonardoSettings;
import io.leonardoroutes.job.Delivery;
import io.leonardoroutes.job.Delivery.Content;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import org.apache.camel.Exchange;

/**
 * How long a sink may take for a delivery. One that never returns would else keep its delivery, and
 * the thread, for ever: the thread is interrupted. If that does not help, it is not there for other
 * deliveries of this sink until the sink returns.
 */
final class DeliveryDeadline {
  private final Duration event;
  private final Duration video;
  private final LongSupplier nanos;
  private final Set<Attempt> attempts = ConcurrentHashMap.newKeySet();

  /** One, on the thread that waits for the sink. */
  private static final class Attempt {
    private final Delivery delivery;
    private final long end;
    private final Thread thread = Thread.currentThread();
    private boolean over;
    private boolean late;

    private Attempt(Delivery delivery, long end) {
      this.delivery = delivery;
      this.end = end;
    }

    private synchronized void over() {
      over = true;
      isLate();
    }

    private synchronized boolean isCutOff(long now) {
      if (over || late || now - end < 0) {
        return false;
      }
      late = true;
      thread.interrupt();
      return true;
    }

    private synchronized boolean isLate() {
      if (late && thread == Thread.currentThread()) {
        // The sink was meant, and not what comes after it.
        Thread.interrupted();
      }
      return late;
    }
  }

  /**
   * @param nanos a clock that nobody sets
   */
  DeliveryDeadline(LeonardoSettings settings, LongSupplier nanos) {
    this.event = settings.deliverTimeout();
    Duration download = settings.downloads().limits().maxTime();
    this.video = download.compareTo(event) > 0 ? download : event;
    this.nanos = nanos;
  }

  private Duration limit(Delivery delivery) {
    return delivery.content() == Content.VIDEO ? video : event;
  }

  /** The exchange begins to deliver. */
  void begins(Exchange exchange, Delivery delivery) {
    Attempt attempt = new Attempt(delivery, nanos.getAsLong() + limit(delivery).toNanos());
    attempts.add(attempt);
    exchange.setProperty(FlowProperties.ATTEMPT, attempt);
    ExchangeEnd.whenDone(
        exchange,
        () -> {
          attempts.remove(attempt);
          attempt.over();
        });
  }

  /** Cuts off what is late, and answers it, each once. */
  List<Delivery> passed() {
    long now = nanos.getAsLong();
    List<Delivery> late = new ArrayList<>();
    for (Attempt attempt : attempts) {
      if (attempt.isCutOff(now)) {
        attempts.remove(attempt);
        late.add(attempt.delivery);
      }
    }
    return late;
  }

  /** Why it has failed. */
  TimeoutException failure(Delivery late) {
    return new TimeoutException("it did not return within " + limit(late));
  }

  /** The sink has returned: whether it was cut off, which its thread is told no more. */
  boolean returned(Exchange exchange) {
    Attempt attempt = exchange.getProperty(FlowProperties.ATTEMPT, Attempt.class);
    return attempt != null && attempt.isLate();
  }
}
