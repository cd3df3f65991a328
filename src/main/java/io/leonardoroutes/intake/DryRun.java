package io.leonardoroutes.intake;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.leonardoroutes.flow.FlowContext;
import io.leonardoroutes.flow.FlowProperties;
import io.leonardoroutes.flow.Quote;
import io.leonardoroutes.request.VideoRequest;
import java.util.List;
import java.util.Map;
import org.apache.camel.Exchange;

/** {@code POST /generations?dry-run=true}: checks a request without accepting it. */
public final class DryRun {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final FlowContext flow;

  public DryRun(FlowContext flow) {
    this.flow = flow;
  }

  /**
   * What would be accepted: everything about a job that is known beforehand.
   *
   * @param request what would be sent to the provider
   * @param quote what it would cost
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Preview(
      String reference,
      String account,
      @JsonInclude(JsonInclude.Include.NON_EMPTY) Map<String, String> tags,
      String model,
      JsonNode request,
      Quote quote,
      List<String> warnings) {}

  /** Replaces the valid request in the body by its {@link Preview}. */
  public void preview(Exchange exchange) {
    String account = exchange.getProperty(FlowProperties.ACCOUNT, String.class);
    VideoRequest request = exchange.getMessage().getBody(VideoRequest.class);
    JsonNode sent = request.toProvider();
    exchange
        .getMessage()
        .setBody(
            JSON.valueToTree(
                new Preview(
                    request.reference(),
                    account,
                    request.tags(),
                    request.model(),
                    sent,
                    flow.quotes().quote(account, sent),
                    request.warnings())));
  }
}
