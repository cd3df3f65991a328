package io.leonardoroutes.request;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.leonardoroutes.json.StrictJson;
import io.leonardoroutes.models.ModelRegistry;
import io.leonardoroutes.problem.BodyText;
import io.leonardoroutes.problem.RequestRejected;
import jakarta.validation.ValidatorFactory;
import java.io.IOException;
import java.util.Set;
import org.apache.camel.CamelExecutionException;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.component.jackson.JacksonDataFormat;
import org.apache.camel.impl.DefaultCamelContext;

/** The four steps of the accept route as a route, and nothing around them. */
public final class RuleChain implements AutoCloseable {
  static final int MOST_BYTES = 262_144;

  final ModelRegistry models;
  private static final Set<String> SINKS = Set.of("outbox", "archive");
  private final ValidatorFactory rules = RequestValidation.validatorFactory(SINKS);
  private final DefaultCamelContext camel = new DefaultCamelContext();
  private final ProducerTemplate send;

  RuleChain() throws Exception {
    models = ModelRegistry.found(rules, SINKS);
    camel.getRegistry().bind("rules", rules);
    camel.addRoutes(
        new RouteBuilder() {
          @Override
          public void configure() {
            from("direct:accept")
                .noStreamCaching()
                .errorHandler(noErrorHandler())
                .process(new BodyText(MOST_BYTES))
                .unmarshal(new JacksonDataFormat(StrictJson.mapper(), JsonNode.class))
                .process(models)
                .to("bean-validator:request?validatorFactory=#rules");
          }
        });
    camel.start();
    send = camel.createProducerTemplate();
  }

  VideoRequest accept(Object body) {
    try {
      return send.requestBody("direct:accept", body, VideoRequest.class);
    } catch (CamelExecutionException e) {
      throw RequestRejected.of(e).orElseThrow(() -> e);
    }
  }

  /** JSON in which every quote may be written as a single one. */
  public static JsonNode json(String text) {
    try {
      return StrictJson.mapper().readTree(text.replace('\'', '"'));
    } catch (JsonProcessingException e) {
      throw new AssertionError(text, e);
    }
  }

  @Override
  public void close() throws IOException {
    camel.close();
    rules.close();
  }
}
