package io.leonardoroutes.request;

import com.fasterxml.jackson.databind.JsonNode;
import io.leonardoroutes.json.ModelParameters;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;

/**
 * A model of the provider, and the processor of its requests. Models are found through {@link
 * java.util.ServiceLoader}: a jar on the class path adds one by listing a class with a public
 * no-argument constructor.
 */
public interface Model extends Processor {

  /** The provider's name of the model, as in the key {@code model} of a request. */
  String id();

  /** The record that holds its parameters and their rules. */
  Class<? extends ModelParameters> parameters();

  /** Reads a request for this model. Nothing is rejected yet: the validator checks the rules. */
  default VideoRequest read(JsonNode received) {
    return VideoRequest.read(received, parameters());
  }

  /** Replaces the body, a {@link JsonNode}, with its {@link VideoRequest}. */
  @Override
  default void process(Exchange exchange) {
    exchange.getMessage().setBody(read(exchange.getMessage().getBody(JsonNode.class)));
  }
}
