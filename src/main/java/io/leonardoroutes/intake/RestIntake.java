package io.leonardoroutes.intake;

import io.leonardoroutes.auth.Caller;
import io.leonardoroutes.auth.ProblemHandler;
import io.leonardoroutes.flow.FlowContext;
import io.leonardoroutes.flow.FlowProperties;
import io.leonardoroutes.problem.JsonArray;
import io.leonardoroutes.problem.RequestRejected;
import io.leonardoroutes.rest.QueryParameters;
import io.leonardoroutes.rest.RestServer;
import org.apache.camel.Body;
import org.apache.camel.Exchange;
import org.apache.camel.Header;

/**
 * The first steps of a REST call with a body: who calls and from which page; for {@code POST
 * /generations} also its idempotency key, dry run or not, one request or a batch.
 */
public final class RestIntake {
  private final FlowContext flow;

  public RestIntake(FlowContext flow) {
    this.flow = flow;
  }

  /**
   * Opens a call: its caller, idempotency key and content type.
   *
   * @throws RequestRejected 415 for a body without a JSON content type; 403 for a web page of an
   *     origin that is not listed
   */
  public void open(
      Exchange exchange,
      @Header(Exchange.CONTENT_TYPE) String type,
      @Header("Idempotency-Key") String key,
      @Header("Origin") String origin,
      @Header(Caller.HEADER) Object user) {
    Caller caller = flow.caller(user);
    exchange.setProperty(FlowProperties.CALLER, caller.name());
    exchange.setProperty(FlowProperties.OPERATOR, caller.operator());
    exchange.setProperty(FlowProperties.FROM, caller.source());
    if (!RestServer.isJson(type, origin)) {
      throw new RequestRejected(ProblemHandler.NOT_JSON);
    }
    // A browser that reaches this address by the page's own host name sees no foreign page.
    if (origin != null && !flow.settings().rest().origins().contains(origin)) {
      throw new RequestRejected(ProblemHandler.FOREIGN_PAGE);
    }
    if (key != null && !key.isBlank()) {
      // No caller's name has a space, so no caller's key is another's.
      String of = caller.name() == null ? "rest:" : "rest " + caller.name() + " ";
      exchange.setProperty(FlowProperties.KEY, of + key);
    }
  }

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
