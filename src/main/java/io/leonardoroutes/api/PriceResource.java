package io.leonardoroutes.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.leonardoroutes.auth.Caller;
import io.leonardoroutes.flow.FlowContext;
import io.leonardoroutes.flow.Quote;
import io.leonardoroutes.job.Price;
import io.leonardoroutes.limits.PriceTable;
import io.leonardoroutes.limits.VideoKind;
import io.leonardoroutes.problem.RequestRejected;
import io.leonardoroutes.rest.QueryParameters;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.apache.camel.Exchange;
import org.apache.camel.Header;

/** What {@code prices.camel.yaml} answers: every price that is known before anything is paid. */
public final class PriceResource {
  /**
   * What videos of one kind cost. What is absent holds for all, or is left to the provider.
   *
   * @param seconds the length; 1 in the table if the amount is for each second
   * @param account whose price was learned; null in the table, which is for all
   * @param from true if it may cost more; null if not
   * @param asOf when the price of the table was seen
   * @param source where the price of the table comes from
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record PriceEntry(
      String model,
      Integer seconds,
      String size,
      Boolean audio,
      String account,
      String amount,
      String unit,
      String basis,
      Boolean from,
      String asOf,
      String source) {}

  /** Learned prices first: they come before those of the table. */
  public record PriceList(List<PriceEntry> items) {}

  private static final ObjectMapper JSON = new ObjectMapper();

  private final FlowContext flow;
  private final Set<String> models;

  public PriceResource(FlowContext flow, Set<String> models) {
    this.flow = flow;
    this.models = models;
  }

  /**
   * The learned prices of the accounts that the caller may use, then the table.
   *
   * @throws RequestRejected 400 for an unknown model
   */
  public JsonNode prices(
      @Header(Exchange.HTTP_QUERY) String query, @Header(Caller.HEADER) Object user) {
    Caller caller = flow.caller(user);
    String model = QueryParameters.of(query, "model").text("model");
    if (model != null && !models.contains(model)) {
      throw QueryParameters.bad("model", model, "one of " + models);
    }
    List<PriceEntry> items = new ArrayList<>();
    for (String account : flow.settings().accounts().of(caller.name(), caller.operator())) {
      flow.quotes()
          .learned()
          .prices(account)
          .forEach(known -> items.add(entry(known.kind(), account, known.price())));
    }
    flow.prices().rows().forEach(row -> items.add(entry(row)));
    items.removeIf(item -> model != null && !item.model().equals(model));
    return JSON.valueToTree(new PriceList(items));
  }

  private static PriceEntry entry(VideoKind kind, String account, Price price) {
    Quote quote = Quote.of(price);
    return new PriceEntry(
        kind.model(),
        kind.seconds(),
        kind.size(),
        kind.audio(),
        account,
        quote.amount(),
        quote.unit(),
        quote.basis(),
        quote.from(),
        null,
        null);
  }

  private static PriceEntry entry(PriceTable.Row row) {
    Quote quote = Quote.of(new Price(row.amount(), row.unit(), Price.Basis.TABLE));
    return new PriceEntry(
        row.model(),
        row.seconds(),
        row.size(),
        row.audio(),
        null,
        quote.amount(),
        quote.unit(),
        quote.basis(),
        quote.from(),
        row.asOf() == null ? null : row.asOf().toString(),
        row.source());
  }
}
