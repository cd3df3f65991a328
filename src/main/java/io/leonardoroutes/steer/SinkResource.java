package io.leonardoroutes.steer;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.leonardoroutes.auth.Caller;
import io.leonardoroutes.flow.FlowContext;
import io.leonardoroutes.job.Actor;
import io.leonardoroutes.job.Delivery.State;
import io.leonardoroutes.job.DeliveryStatus;
import io.leonardoroutes.ledger.Outbox;
import io.leonardoroutes.problem.RequestRejected;
import io.leonardoroutes.rest.QueryParameters;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.apache.camel.Exchange;
import org.apache.camel.Header;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What {@code sinks.camel.yaml} does: operators see what has not reached a sink, and have one
 * delivery made at once.
 *
 * <p>All calls throw {@link RequestRejected}: 403 unless the caller is an operator, 404 for a sink
 * or delivery that there is not, 400 for an impossible parameter.
 */
public final class SinkResource {
  /**
   * One delivery.
   *
   * @param id by which it is redelivered
   * @param job the id of the job that it tells of; of a rejected request, an id of its own
   * @param event the type of the event
   * @param content {@code event} or {@code video}
   * @param tries failed tries so far
   * @param since when its event was written
   * @param dueAt when it is tried next; null if it is not pending
   * @param error why the last try failed, if it did
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record DeliveryState(
      String id,
      String sink,
      String job,
      String event,
      String content,
      State state,
      int tries,
      String since,
      String dueAt,
      String error) {

    public static DeliveryState of(DeliveryStatus delivery) {
      return new DeliveryState(
          delivery.key().id(),
          delivery.key().sink(),
          delivery.subject(),
          delivery.type(),
          delivery.key().content().name().toLowerCase(Locale.ROOT),
          delivery.state(),
          delivery.tries(),
          delivery.since().toString(),
          delivery.state() == State.PENDING ? delivery.dueAt().toString() : null,
          delivery.error());
    }
  }

  /**
   * A page of deliveries, the oldest first.
   *
   * @param next where the next page begins; null if this is the last
   */
  public record DeliveryPage(List<DeliveryState> items, String next) {}

  private static final Logger LOG = LoggerFactory.getLogger(SinkResource.class);
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final List<State> OPEN = List.of(State.PENDING, State.DEAD);
  private static final int PAGE = 100;
  private static final int LONGEST_PAGE = 1000;

  private final FlowContext flow;
  private final Outbox outbox;

  public SinkResource(FlowContext flow) {
    this.flow = flow;
    this.outbox = flow.ledger().outbox();
  }

  /** All sinks, with how many deliveries are pending and dead. */
  public JsonNode list(@Header(Caller.HEADER) Object user) {
    flow.caller(user).requireOperator();
    return JSON.valueToTree(new SinkState.SinkList(all()));
  }

  /** The same for callers in this program. */
  public List<SinkState> all() {
    return SinkState.of(flow, flow.ledger().figures(List.of()));
  }

  /** Deliveries of a sink that are pending or dead. */
  public JsonNode deliveries(
      @Header("name") Object name,
      @Header(Exchange.HTTP_QUERY) String text,
      @Header(Caller.HEADER) Object user) {
    flow.caller(user).requireOperator();
    String sink = known(name);
    QueryParameters query = QueryParameters.of(text, "state", "limit", "after");
    int limit = query.number("limit", PAGE, LONGEST_PAGE);
    DeliveryStatus after = cursor(sink, query.text("after"));
    List<DeliveryStatus> found = outbox.page(sink, states(query.text("state")), limit + 1, after);
    String next = found.size() > limit ? found.get(limit - 1).key().id() : null;
    return JSON.valueToTree(
        new DeliveryPage(found.stream().limit(limit).map(DeliveryState::of).toList(), next));
  }

  private static List<State> states(String name) {
    if (name == null) {
      return OPEN;
    }
    return OPEN.stream()
        .filter(state -> state.name().equals(name))
        .findFirst()
        .map(List::of)
        .orElseThrow(() -> QueryParameters.bad("state", name, "one of " + OPEN));
  }

  private DeliveryStatus cursor(String sink, String after) {
    return after == null
        ? null
        : find(sink, after)
            .orElseThrow(() -> QueryParameters.bad("after", after, "the `next` of a page"));
  }

  private Optional<DeliveryStatus> find(String sink, String id) {
    return DeliveryStatus.Key.of(sink, id).flatMap(outbox::find);
  }

  /** Makes one delivery due now that is dead or waits for another try, and answers it. */
  public JsonNode redeliver(
      @Header("name") Object name, @Header("id") Object id, @Header(Caller.HEADER) Object user) {
    Caller operator = flow.caller(user);
    operator.requireOperator();
    String sink = known(name);
    DeliveryStatus before = one(sink, FlowContext.inPath(id));
    if (before.state() == State.DELIVERED) {
      throw new RequestRejected(
          409,
          "delivered",
          "The delivery has reached its sink",
          "delivery %s is DELIVERED: only one that is DEAD or PENDING can be made again"
              .formatted(before.key().id()));
    }
    if (outbox.redeliver(before.key())) {
      Actor by = new Actor(operator.name(), operator.source());
      String what = sink + " " + before.key().id();
      LOG.info("delivery {} is due now, by an operator", what);
      SteerAudit.write(
          flow.clock().instant(),
          by,
          "delivery",
          what,
          before.state().name(),
          State.PENDING.name(),
          null);
    }
    return JSON.valueToTree(DeliveryState.of(one(sink, before.key().id())));
  }

  private DeliveryStatus one(String sink, String id) {
    return find(sink, id)
        .orElseThrow(
            () ->
                new RequestRejected(
                    404,
                    "no-such-delivery",
                    "No such delivery",
                    "sink %s has no delivery %s".formatted(sink, id)));
  }

  /** One that was removed counts too, while something waits for it. */
  private String known(Object header) {
    String name = FlowContext.inPath(header);
    Set<String> names = SinkState.names(flow);
    if (names.contains(name) || !outbox.page(name, OPEN, 1, null).isEmpty()) {
      return name;
    }
    throw new RequestRejected(
        404,
        "no-such-sink",
        "No such sink",
        "there is no sink %s: %s".formatted(name, String.join(", ", names)));
  }
}
