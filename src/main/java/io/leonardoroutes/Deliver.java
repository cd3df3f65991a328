package io.leonardoroutes;

import static java.util.concurrent.ConcurrentHashMap.newKeySet;

import io.leonardoroutes.delivery.Event;
import io.leonardoroutes.jms.ReplyAddress;
import io.leonardoroutes.ledger.Delivery;
import io.leonardoroutes.ledger.Delivery.Content;
import io.leonardoroutes.ledger.Job;
import io.leonardoroutes.ledger.Outbox;
import java.io.File;
import java.io.FileNotFoundException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.apache.camel.Message;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The steps of {@code deliver.camel.yaml}: each event goes to each sink on its own. */
public final class Deliver {
  static final String DELIVERY = "leonardoDelivery";
  private static final Logger LOG = LoggerFactory.getLogger(Deliver.class);
  private static final int BATCH = 50;
  private static final int MOST_TAKEN = 1_000;
  private static final Duration LONGEST = Duration.ofHours(1);
  private static final Duration CONNECTING = Duration.ofMinutes(1);
  private static final String GONE = "the caller is gone, and its temporary queue or topic with it";
  static final Backoff AGAIN = new Backoff(Duration.ofSeconds(1), Duration.ofMinutes(10));

  private final Parts parts;
  private final Outbox outbox;
  private final Duration lease;
  private final Map<String, DeliveryLog> logs = new ConcurrentHashMap<>();
  private final UnderWay<Delivery> underWay;

  /** Per sink, the deliveries whose name something else has in its folder. */
  private final Map<String, Set<String>> taken = new ConcurrentHashMap<>();

  Deliver(Parts parts) {
    this.parts = parts;
    this.outbox = parts.ledger().outbox();
    this.lease = parts.settings().lease();
    this.underWay = new UnderWay<>(Deliver::key, parts.clock(), lease, LONGEST);
  }

  private static String key(Delivery delivery) {
    return delivery.eventId() + " " + delivery.content() + " " + delivery.sink();
  }

  /** What is due for one sink. */
  public List<Delivery> due(String sink) {
    return underWay.begins(parts.outages().due(() -> claim(sink)));
  }

  private List<Delivery> claim(String sink) {
    List<Delivery> due = outbox.claim(sink, BATCH, lease);
    if (due.isEmpty() && log(sink).waits()) {
      log(sink).idle(!outbox.retries(sink), parts.clock().instant());
    }
    return due;
  }

  /**
   * Makes the leases of what is being delivered last, so that they can be short and a dead
   * instance's deliveries are soon another's. A sink that has not answered for so long never will.
   */
  public void renew() {
    parts.outages().tried(() -> underWay.renew(deliveries -> outbox.renew(deliveries, lease)));
  }

  /** Makes the message that the sink gets: the event's document, or the video's bytes. */
  public void begin(Exchange exchange) throws FileNotFoundException {
    Delivery delivery = exchange.getMessage().getBody(Delivery.class);
    exchange.setProperty(DELIVERY, delivery);
    // Claimed again, it was late; if it is still to do, its lease ends by itself.
    underWay.endsWith(exchange, delivery, again -> {});
    Message message = exchange.getMessage();
    message.removeHeaders("*");
    if (delivery.content() == Content.VIDEO) {
      message.setBody(video(delivery));
      message.setHeader(Exchange.CONTENT_TYPE, "video/mp4");
      message.setHeader(Exchange.FILE_NAME, delivery.fileName() + ".mp4");
    } else {
      message.setBody(delivery.document());
      message.setHeader(Exchange.CONTENT_TYPE, Event.CONTENT_TYPE);
      message.setHeader(Exchange.FILE_NAME, delivery.fileName() + "." + delivery.type() + ".json");
    }
    // An address with a query would else be asked with GET, and nobody had the event.
    message.setHeader(Exchange.HTTP_METHOD, "POST");
    if (delivery.replyTo() != null) {
      Job.ReplyTo reply = delivery.replyTo();
      exchange.setProperty("leonardoReplyTo", reply.destination());
      message.setHeader("JMSCorrelationID", reply.correlationId());
    }
  }

  /** Our own copy is not there: no fault of the sink. */
  private static final class NoCopy extends FileNotFoundException {
    private static final long serialVersionUID = 1L;

    NoCopy(File file) {
      super(file + " is gone: kept for leonardo.videos.keep only");
    }
  }

  private static File video(Delivery delivery) throws NoCopy {
    File file = new File(delivery.videoFile());
    if (!Files.isRegularFile(file.toPath(), LinkOption.NOFOLLOW_LINKS)) {
      throw new NoCopy(file);
    }
    return file;
  }

  /** The sink has taken it. If the ledger is away now, it gets it once more after the lease. */
  public void delivered(@ExchangeProperty(DELIVERY) Delivery delivery) {
    parts.outages().back(sink(delivery));
    nameIsFree(delivery);
    parts
        .outages()
        .tried(
            () -> {
              if (outbox.delivered(delivery)) {
                log(delivery.sink()).taken(delivery, parts.clock().instant());
              }
            });
  }

  /** The sink has not taken it: tried again later, {@code DEAD} after the limit. */
  public void failed(
      @ExchangeProperty(DELIVERY) Delivery delivery,
      @ExchangeProperty(Exchange.EXCEPTION_CAUGHT) Exception failure) {
    if (delivery.sink().equals(Telling.REPLY)
        && ReplyAddress.isGone(delivery.replyTo().destination(), failure)) {
      parts.outages().tried(() -> gone(delivery));
      return;
    }
    String why = String.valueOf(failure.getMessage());
    if (failure instanceof FileAlreadyExistsException) {
      nameIsTaken(delivery, why);
    } else if (!(failure instanceof NoCopy)) {
      parts.outages().failed(sink(delivery), item(delivery), delivery.tries(), why);
    }
    boolean last = isDeleted(delivery, failure);
    parts.outages().tried(() -> failed(delivery, why, last));
  }

  private void failed(Delivery delivery, String why, boolean last) {
    int tries = delivery.tries() + 1;
    if (!last && tries < parts.settings().deliverTries()) {
      Duration wait = AGAIN.after(delivery.tries());
      Instant now = parts.clock().instant();
      if (outbox.failed(delivery, now.plus(wait), why)) {
        log(delivery.sink()).missed(delivery, wait, why, now);
      }
    } else if (outbox.dead(delivery, why)) {
      nameIsFree(delivery);
      log(delivery.sink()).dead(delivery, tries, why, parts.clock().instant());
    }
  }

  /** No outage of the sink: it takes the others. */
  private void nameIsTaken(Delivery delivery, String why) {
    Set<String> items = taken.computeIfAbsent(delivery.sink(), first -> newKeySet());
    if (items.size() < MOST_TAKEN) {
      items.add(item(delivery));
    }
    parts
        .outages()
        .awaited(
            freeName(delivery),
            "%s is not delivered, and tried again until its name is free in %s: %s"
                .formatted(DeliveryLog.named(delivery), sink(delivery), why));
  }

  private void nameIsFree(Delivery delivery) {
    Set<String> items = taken.getOrDefault(delivery.sink(), Set.of());
    if (!items.isEmpty() && items.remove(item(delivery)) && items.isEmpty()) {
      parts.outages().back(freeName(delivery));
    }
  }

  private static String freeName(Delivery delivery) {
    return "a free name in " + sink(delivery);
  }

  private static String item(Delivery delivery) {
    return delivery.eventId() + " " + delivery.content();
  }

  /** Deletes events older than {@code leonardo.events.keep} that all their sinks have. */
  public void forget() {
    Duration keep = parts.settings().eventsKeep();
    parts
        .outages()
        .tried(
            () -> {
              int swept = outbox.sweep(parts.clock().instant().minus(keep));
              if (swept > 0) {
                LOG.info("{} events older than {} deleted", swept, keep);
              }
            });
  }

  /** A younger copy that is not there may be in a folder that is away. */
  private boolean isDeleted(Delivery delivery, Exception failure) {
    Duration keep = parts.settings().downloads().keep();
    return failure instanceof NoCopy
        && delivery.time().plus(keep).isBefore(parts.clock().instant());
  }

  /** Once may be a caller that is about to connect again, as after a restart of the broker. */
  private void gone(Delivery delivery) {
    parts.outages().back(sink(delivery));
    if (!GONE.equals(delivery.error())) {
      outbox.failed(delivery, parts.clock().instant().plus(CONNECTING), GONE);
    } else if (outbox.unwanted(delivery, GONE)) {
      LOG.debug("{} is for nobody: {}", DeliveryLog.named(delivery), GONE);
    }
  }

  private DeliveryLog log(String sink) {
    return logs.computeIfAbsent(sink, DeliveryLog::new);
  }

  private static String sink(Delivery delivery) {
    return "sink " + delivery.sink();
  }
}
