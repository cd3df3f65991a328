package io.leonardoroutes.board;

import io.leonardoroutes.flow.FlowContext;
import io.leonardoroutes.job.Delivery;
import io.leonardoroutes.job.DeliveryStatus;
import io.leonardoroutes.problem.RequestRejected;
import io.leonardoroutes.rest.QueryParameters;
import java.util.List;

/**
 * One sink, and the deliveries that are pending or dead, the oldest first.
 *
 * @param next the link to the following page, or null
 */
record SinkPage(
    OverviewPage.SinkRow sink,
    List<Waiting> deliveries,
    boolean none,
    String next,
    List<BoardButton> buttons) {
  private static final int PAGE = 50;
  private static final List<Delivery.State> OPEN =
      List.of(Delivery.State.PENDING, Delivery.State.DEAD);

  /** A delivery that the sink does not have yet. */
  record Waiting(
      String id,
      String event,
      String content,
      String subject,
      String href,
      String state,
      String tone,
      int tries,
      String error,
      String since,
      List<BoardButton> buttons) {
    boolean hasButtons() {
      return !buttons.isEmpty();
    }
  }

  boolean hasButtons() {
    return !buttons.isEmpty();
  }

  /**
   * Reads the page.
   *
   * @throws RequestRejected 404 for an unknown sink; 400 for an impossible page
   */
  static SinkPage of(
      FlowContext flow, String name, List<OverviewPage.SinkRow> all, QueryParameters query) {
    OverviewPage.SinkRow sink =
        all.stream()
            .filter(one -> one.name().equals(name))
            .findFirst()
            .orElseThrow(
                () ->
                    new RequestRejected(
                        404, "no-such-sink", "No such sink", "there is no sink " + name));
    String cursor = query.text("after");
    DeliveryStatus after =
        cursor == null
            ? null
            : DeliveryStatus.Key.of(name, cursor)
                .flatMap(flow.ledger().outbox()::find)
                .orElseThrow(() -> QueryParameters.bad("after", cursor, "the link of a page"));
    List<DeliveryStatus> found = flow.ledger().outbox().page(name, OPEN, PAGE + 1, after);
    String next =
        found.size() <= PAGE
            ? null
            : BoardPaths.sink(name)
                + "?after="
                + BoardPaths.encoded(found.get(PAGE - 1).key().id());
    return new SinkPage(
        sink,
        found.stream().limit(PAGE).map(one -> waiting(name, one)).toList(),
        found.isEmpty(),
        next,
        sink.hasDead()
            ? List.of(
                new BoardButton(
                    "Redeliver all dead", name, BoardPaths.sink(name) + "/redeliver", "main"))
            : List.of());
  }

  private static Waiting waiting(String sink, DeliveryStatus one) {
    String id = one.key().id();
    return new Waiting(
        id,
        one.type(),
        one.key().content().word(),
        one.subject(),
        one.type().equals("rejected") ? null : BoardPaths.job(one.subject()),
        BoardText.capital(one.state().name()),
        "d-" + one.state(),
        one.tries(),
        one.error(),
        BoardText.time(one.since()),
        List.of(
            new BoardButton(
                "Redeliver",
                one.type() + " of " + one.subject(),
                BoardPaths.redeliver(sink, id),
                "plain")));
  }
}
