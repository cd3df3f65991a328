package io.leonardoroutes.delivery;

import static java.util.concurrent.ConcurrentHashMap.newKeySet;

import io.leonardoroutes.event.EventType;
import io.leonardoroutes.event.JobEvent;
import io.leonardoroutes.flow.ClaimedWork;
import io.leonardoroutes.flow.EventFactory;
import io.leonardoroutes.flow.FlowContext;
import io.leonardoroutes.flow.FlowProperties;
import io.leonardoroutes.flow.RetryBackoff;
import io.leonardoroutes.http.AddressSecrets;
import io.leonardoroutes.jms.ReplyAddress;
import io.leonardoroutes.job.Delivery;
import io.leonardoroutes.job.Job;
import io.leonardoroutes.ledger.Outbox;
import io.leonardoroutes.receipt.ReceiptFolder;
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
import java.util.function.UnaryOperator;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.apache.camel.Message;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The steps of {@code deliver.camel.yaml}: each event goes to each sink on its own.
 *
 * <p>One file, because it is read beside its route file.
 */
public final class DeliverStep {
  private static final Logger LOG = LoggerFactory.getLogger(DeliverStep.class);
  private static final int BATCH = 50;

  /** So many of one sink are in memory at once, however many are due. */
  private static final int MOST = 100;

  private static final int MOST_NAMES = 1_000;

  /** A delivery that waits for its turn longer than this may go to another instance. */
  private static final Duration LONGEST_WAIT = Duration.ofHours(1);

  private static final Duration CONNECTING = Duration.ofMinutes(1);
  private static final String GONE = "the caller is gone, and its temporary queue or topic with it";
  private static final Duration NOT_CALLED = Duration.ofSeconds(1);
  static final RetryBackoff AGAIN = new RetryBackoff(Duration.ofSeconds(1), Duration.ofMinutes(10));

  private final FlowContext flow;
  private final ReceiptFactory receipts;
  private final Outbox outbox;
  private final DeliveryDeadline deadline;
  private final Duration lease;
  private final Map<String, DeliveryLog> logs = new ConcurrentHashMap<>();

  /** By sink. */
  private final Map<String, ClaimedWork<Delivery>> claimed = new ConcurrentHashMap<>();

  private final Duration longest;

  /** By sink, the deliveries whose file name is taken in its folder. */
  private final Map<String, Set<String>> namesInUse = new ConcurrentHashMap<>();

  /**
   * @param rules the JSON Schema of a model's requests
   */
  public DeliverStep(FlowContext flow, DeliveryDeadline deadline, UnaryOperator<String> rules) {
    this.flow = flow;
    this.receipts = new ReceiptFactory(flow, rules);
    this.deadline = deadline;
    this.outbox = flow.ledger().outbox();
    this.lease = flow.settings().lease();
    this.longest = LONGEST_WAIT.plus(flow.settings().longestDelivery(true));
  }

  private static String key(Delivery delivery) {
    return delivery.eventId() + " " + delivery.content() + " " + delivery.sink();
  }

  /** The deliveries that are due for one sink; none while it keeps too many threads. */
  public List<Delivery> due(String sink) {
    if (deadline.isFull(sink)) {
      return List.of();
    }
    return claimed(sink).begins(flow.outages().query(() -> claim(sink)));
  }

  /** The same; if there are some and the sink takes what it gets, the route goes on at once. */
  public List<Delivery> due(Exchange exchange, String sink) {
    exchange.setProperty(Exchange.SCHEDULER_POLLED_MESSAGES, false);
    List<Delivery> due = due(sink);
    // Else all that waits would be tried at a sink that is down.
    exchange.setProperty(
        Exchange.SCHEDULER_POLLED_MESSAGES, !due.isEmpty() && !log(sink).isFailing());
    return due;
  }

  private ClaimedWork<Delivery> claimed(String sink) {
    return claimed.computeIfAbsent(
        sink, first -> new ClaimedWork<>(DeliverStep::key, flow.clock(), lease, longest));
  }

  private List<Delivery> claim(String sink) {
    claimed(sink).forget(longest);
    int room = Math.min(BATCH, MOST - claimed(sink).size());
    if (room <= 0) {
      return List.of();
    }
    List<Delivery> due = outbox.claim(sink, room, lease);
    if (due.isEmpty() && log(sink).waits()) {
      log(sink).idle(!outbox.retries(sink), flow.clock().instant());
    }
    return due;
  }

  /**
   * Renews the leases of deliveries under way. So leases can be short, and another instance soon
   * takes over from one that died. No attempt lasts longer than {@link DeliveryDeadline} lets it.
   */
  public void renew() {
    for (ClaimedWork<Delivery> ofSink : claimed.values()) {
      flow.outages().attempt(() -> ofSink.renew(deliveries -> outbox.renew(deliveries, lease)));
    }
  }

  /** Makes the message for the sink: the document of the event, or the bytes of the video. */
  public void begin(Exchange exchange) throws FileNotFoundException {
    Delivery delivery = exchange.getMessage().getBody(Delivery.class);
    exchange.setProperty(FlowProperties.DELIVERY, delivery);
    // Claimed twice as it was late: if it is still to do, its lease will end.
    claimed(delivery.sink()).endsWith(exchange, delivery, again -> {});
    Message message = exchange.getMessage();
    message.removeHeaders("*");
    switch (delivery.content()) {
      case VIDEO -> {
        message.setBody(video(delivery));
        message.setHeader(Exchange.CONTENT_TYPE, "video/mp4");
        message.setHeader(Exchange.FILE_NAME, delivery.fileName() + ".mp4");
      }
      case RECEIPT -> {
        message.setBody(receipts.of(delivery));
        message.setHeader(Exchange.CONTENT_TYPE, "application/json");
        message.setHeader(Exchange.FILE_NAME, delivery.fileName() + ReceiptFolder.ENDING);
      }
      case EVENT -> {
        message.setBody(delivery.document());
        message.setHeader(Exchange.CONTENT_TYPE, JobEvent.CONTENT_TYPE);
        message.setHeader(
            Exchange.FILE_NAME, delivery.fileName() + "." + delivery.type() + ".json");
      }
    }
    // With a query in the address Camel would send a GET, and the event would be lost.
    message.setHeader(Exchange.HTTP_METHOD, "POST");
    EventFactory.trace(delivery.trace()).forEach(message::setHeader);
    if (delivery.replyTo() == null) {
      nameEvent(message, delivery);
    } else {
      Job.ReplyTo reply = delivery.replyTo();
      exchange.setProperty(FlowProperties.REPLY_TO, reply.destination());
      message.setHeader("JMSCorrelationID", reply.correlationId());
    }
  }

  /** By Camel's names, which no component sends on: for routes of the application. */
  private static void nameEvent(Message message, Delivery delivery) {
    message.setHeader("CamelCloudEventID", delivery.eventId());
    message.setHeader("CamelCloudEventType", EventType.type(delivery.type()));
    message.setHeader("CamelCloudEventSubject", delivery.subject());
  }

  /** Our copy of the video is missing, which is no fault of the sink. */
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

  /**
   * Records that the sink has it. If the ledger is unavailable now, the sink gets it again after
   * the lease.
   */
  public void delivered(@ExchangeProperty(FlowProperties.DELIVERY) Delivery delivery) {
    flow.outages().reportUp(sink(delivery));
    nameIsFree(delivery);
    flow.outages()
        .attempt(
            () -> {
              if (outbox.delivered(delivery)) {
                log(delivery.sink()).delivered(delivery, flow.clock().instant());
              }
            });
  }

  /** Records that the sink did not take it: retried later, {@code DEAD} after the last try. */
  public void failed(
      @ExchangeProperty(FlowProperties.DELIVERY) Delivery delivery,
      @ExchangeProperty(Exchange.EXCEPTION_CAUGHT) Exception failure) {
    if (delivery.sink().equals(EventFactory.REPLY)
        && ReplyAddress.isGone(delivery.replyTo().destination(), failure)) {
      flow.outages().attempt(() -> gone(delivery));
      return;
    }
    String why = AddressSecrets.removedFromText(String.valueOf(failure.getMessage()));
    if (failure instanceof DeliveryDeadline.NotCalled) {
      Instant later = flow.clock().instant().plus(NOT_CALLED);
      flow.outages().attempt(() -> outbox.postponed(delivery, later, why));
      return;
    }
    if (failure instanceof FileAlreadyExistsException) {
      nameIsInUse(delivery, why);
    } else if (!(failure instanceof NoCopy)) {
      flow.outages().reportItemFailure(sink(delivery), item(delivery), delivery.tries(), why);
    }
    boolean last = isDeleted(delivery, failure);
    flow.outages().attempt(() -> failed(delivery, why, last));
  }

  private void failed(Delivery delivery, String why, boolean last) {
    int tries = delivery.tries() + 1;
    if (!last && tries < flow.settings().deliverTries()) {
      Duration wait = AGAIN.after(delivery.tries());
      Instant now = flow.clock().instant();
      if (outbox.failed(delivery, now.plus(wait), why)) {
        log(delivery.sink()).missed(delivery, wait, why, now);
      }
    } else if (outbox.dead(delivery, why)) {
      nameIsFree(delivery);
      log(delivery.sink()).dead(delivery, tries, why, flow.clock().instant());
    }
  }

  /** The sink has no outage, as it takes the others. */
  private void nameIsInUse(Delivery delivery, String why) {
    Set<String> items = namesInUse.computeIfAbsent(delivery.sink(), first -> newKeySet());
    if (items.size() < MOST_NAMES) {
      items.add(item(delivery));
    }
    flow.outages()
        .reportWaiting(
            freeName(delivery),
            "%s is not delivered, and tried again until its name is free in %s: %s"
                .formatted(DeliveryLog.label(delivery), sink(delivery), why));
  }

  private void nameIsFree(Delivery delivery) {
    Set<String> items = namesInUse.getOrDefault(delivery.sink(), Set.of());
    if (!items.isEmpty() && items.remove(item(delivery)) && items.isEmpty()) {
      flow.outages().reportUp(freeName(delivery));
    }
  }

  private static String freeName(Delivery delivery) {
    return "a free name in " + sink(delivery);
  }

  private static String item(Delivery delivery) {
    return delivery.eventId() + " " + delivery.content();
  }

  /**
   * Deletes events that all their sinks have and that are older than {@code leonardo.events.keep}.
   */
  public void forget() {
    Duration keep = flow.settings().eventsKeep();
    flow.outages()
        .attempt(
            () -> {
              int swept = outbox.sweep(flow.clock().instant().minus(keep));
              if (swept > 0) {
                LOG.info("{} events older than {} deleted", swept, keep);
              }
            });
  }

  /**
   * Whether our copy was deleted for its age; a younger one may be in a folder that is unavailable.
   */
  private boolean isDeleted(Delivery delivery, Exception failure) {
    Duration keep = flow.settings().downloads().keep();
    return failure instanceof NoCopy && delivery.time().plus(keep).isBefore(flow.clock().instant());
  }

  /**
   * Handles a reply queue that is gone. At first its caller may be about to reconnect, for instance
   * after a restart of the broker.
   */
  private void gone(Delivery delivery) {
    flow.outages().reportUp(sink(delivery));
    if (!GONE.equals(delivery.error())) {
      outbox.failed(delivery, flow.clock().instant().plus(CONNECTING), GONE);
    } else if (outbox.unwanted(delivery, GONE)) {
      LOG.debug("{} has no recipient any more: {}", DeliveryLog.label(delivery), GONE);
    }
  }

  private DeliveryLog log(String sink) {
    return logs.computeIfAbsent(sink, DeliveryLog::new);
  }

  private static String sink(Delivery delivery) {
    return "sink " + delivery.sink();
  }
}
