package io.leonardoroutes.intake;

import io.leonardoroutes.flow.FlowProperties;
import io.leonardoroutes.problem.JsonArray;
import io.leonardoroutes.problem.RequestRejected;
import io.leonardoroutes.rest.QueryParameters;
import org.apache.camel.Body;
import org.apache.camel.Exchange;
import org.apache.camel.Header;

/** How {@code POST /generations} is asked: in earnest or not, for one request or for a batch. */
public final class RestIntake {
  /**
   * Reads the query; a header alone means nothing.
   *
   * @throws RequestRejected 400 for any other parameter or value: one that is misspelt would cost
   *     money
   */
  public void query(Exchange exchange, @Header(Exchange.HTTP_QUERY) String text) {
    exchange.getMessage().removeHeader(Exchange.HTTP_QUERY);
    QueryParameters query = QueryParameters.of(text, "dry-run", "atomic");
    exchange.setProperty(FlowProperties.DRY_RUN, query.flag("dry-run"));
    exchange.setProperty(FlowProperties.ATOMIC, query.flag("atomic"));
  }

  /** Says in {@code leonardoBatch} whether the text in the body is an array. */
  public void batch(Exchange exchange, @Body String text) {
    exchange.setProperty(FlowProperties.BATCH, JsonArray.looksLikeOne(text));
  }
}
