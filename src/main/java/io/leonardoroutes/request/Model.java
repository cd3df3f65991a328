package io.leonardoroutes.request;

import com.fasterxml.jackson.databind.JsonNode;
import io.leonardoroutes.json.ModelParameters;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;

/**
 * A model of the provider, and the processor of its requests. Found through {@link
 * java.util.ServiceLoader}: a jar on the class path adds a model by naming its implementation,
 * which has a public constructor without parameters.
 */
public interface Model extends Processor {

  /** The provider's name for it, as in the key {@code model} of a request. */
  String id();

  /** The record that holds its parameters and their rules. */
  Class<? extends ModelParameters> parameters();

  /** Reads a request of this model; nothing is refused yet, the rules are for the validator. */
  default VideoRequest read(JsonNode received) {
    return VideoRequest.read(received, parameters());
  }

  /** Replaces the body, a {@link JsonNode}, by its {@link VideoRequest}. */
  @Override
  default void process(Exchange exchange) {
    exchange.getMessage().setBody(read(exchange.getMessage().getBody(JsonNode.class)));
  }
}
