package io.leonardoroutes;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.leonardoroutes.request.Refused;
import io.leonardoroutes.request.VideoRequest;
import java.util.List;
import org.apache.camel.Exchange;
import org.apache.camel.Header;

/** {@code POST /generations?dry-run=true}: a request is checked, and accepted by nobody. */
public final class DryRun {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String PARAMETER = "dry-run";

  /**
   * What would be accepted: of a job, all that is known before there is one.
   *
   * @param request what would be sent to the provider
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record Preview(
      String reference, String account, String model, JsonNode request, List<String> warnings) {}

  /**
   * Reads from the query whether this is one; a header alone makes none.
   *
   * @throws Refused 400 for any other parameter or value: one that is misspelt would cost money
   */
  public void asked(Exchange exchange, @Header(Exchange.HTTP_QUERY) String query) {
    exchange.getMessage().removeHeader(Exchange.HTTP_QUERY);
    exchange.setProperty("leonardoDryRun", Query.of(query, PARAMETER).flag(PARAMETER));
  }

  /** Replaces the valid request in the body by its {@link Preview}. */
  public void preview(Exchange exchange) {
    VideoRequest request = exchange.getMessage().getBody(VideoRequest.class);
    exchange
        .getMessage()
        .setBody(
            JSON.valueToTree(
                new Preview(
                    request.reference(),
                    exchange.getProperty(Accept.ACCOUNT, String.class),
                    request.model(),
                    request.toProvider(),
                    request.warnings())));
  }
}
