package io.leonardoroutes.intake;

import io.leonardoroutes.flow.FlowProperties;
import io.leonardoroutes.problem.JsonArray;
import io.leonardoroutes.problem.RequestRejected;
import io.leonardoroutes.rest.QueryParameters;
import org.apache.camel.Body;
import org.apache.camel.Exchange;
import org.apache.camel.Header;

/** Reads how {@code POST /generations} is called: dry run or not, one request or a batch. */
public final class RestIntake {
  /**
   * Reads the query; headers of these names are ignored.
   *
   * @throws RequestRejected 400 for any other parameter or value, as a misspelt {@code dry-run}
   *     would cost money
   */
  public void query(Exchange exchange, @Header(Exchange.HTTP_QUERY) String text) {
    exchange.getMessage().removeHeader(Exchange.HTTP_QUERY);
    QueryParameters query = QueryParameters.of(text, "dry-run", "atomic");
    exchange.setProperty(FlowProperties.DRY_RUN, query.flag("dry-run"));
    exchange.setProperty(FlowProperties.ATOMIC, query.flag("atomic"));
  }

  /** Sets {@code leonardoBatch} if the text in the body is an array. */
  public void batch(Exchange exchange, @Body String text) {
    exchange.setProperty(FlowProperties.BATCH, JsonArray.looksLikeOne(text));
  }
}
