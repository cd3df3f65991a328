package io.leonardoroutes;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.leonardoroutes.request.Problem;
import io.leonardoroutes.request.Refused;
import io.leonardoroutes.request.VideoRequest;
import java.net.URISyntaxException;
import java.util.List;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.Header;
import org.apache.camel.util.URISupport;

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
  public void asked(Exchange exchange, @Header(Exchange.HTTP_QUERY) String query)
      throws URISyntaxException {
    exchange.getMessage().removeHeader(Exchange.HTTP_QUERY);
    Map<String, Object> parameters =
        query == null || query.isEmpty() ? Map.of() : URISupport.parseQuery(query);
    for (Map.Entry<String, Object> parameter : parameters.entrySet()) {
      if (!parameter.getKey().equals(PARAMETER)) {
        throw bad(parameter.getKey() + " is no parameter of this call: " + PARAMETER + " is");
      }
      if (!List.of("true", "false").contains(parameter.getValue())) {
        throw bad(PARAMETER + " '" + parameter.getValue() + "' is neither true nor false");
      }
    }
    exchange.setProperty("leonardoDryRun", "true".equals(parameters.get(PARAMETER)));
  }

  private static Refused bad(String detail) {
    return new Refused(
        Problem.of(400, "bad-parameter", "A query parameter cannot be used", detail));
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
