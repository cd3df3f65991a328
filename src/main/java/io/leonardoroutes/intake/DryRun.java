package io.leonardoroutes.intake;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.leonardoroutes.flow.FlowProperties;
import io.leonardoroutes.request.VideoRequest;
import java.util.List;
import java.util.Map;
import org.apache.camel.Exchange;

/** {@code POST /generations?dry-run=true}: checks a request without accepting it. */
public final class DryRun {
  private static final ObjectMapper JSON = new ObjectMapper();

  /**
   * What would be accepted: everything about a job that is known beforehand.
   *
   * @param request what would be sent to the provider
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Preview(
      String reference,
      String account,
      @JsonInclude(JsonInclude.Include.NON_EMPTY) Map<String, String> tags,
      String model,
      JsonNode request,
      List<String> warnings) {}

  /** Replaces the valid request in the body by its {@link Preview}. */
  public void preview(Exchange exchange) {
    VideoRequest request = exchange.getMessage().getBody(VideoRequest.class);
    exchange
        .getMessage()
        .setBody(
            JSON.valueToTree(
                new Preview(
                    request.reference(),
                    exchange.getProperty(FlowProperties.ACCOUNT, String.class),
                    request.tags(),
                    request.model(),
                    request.toProvider(),
                    request.warnings())));
  }
}
