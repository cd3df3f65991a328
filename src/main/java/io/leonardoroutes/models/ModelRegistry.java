package io.leonardoroutes.models;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leonardoroutes.json.Violation;
import io.leonardoroutes.problem.Problem;
import io.leonardoroutes.problem.RequestRejected;
import io.leonardoroutes.problem.ViolationMapper;
import io.leonardoroutes.request.Model;
import io.leonardoroutes.request.VideoRequest;
import jakarta.validation.Validator;
import jakarta.validation.ValidatorFactory;
import java.lang.reflect.RecordComponent;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;

/** All models. As a processor, it parses a request with the model that the request names. */
public final class ModelRegistry implements Processor {
  private final Map<String, Model> byId = new TreeMap<>();
  private final Map<String, RequestSchema> schemas = new TreeMap<>();
  private final Validator validator;

  ModelRegistry(Iterable<Model> models, ValidatorFactory rules, Set<String> sinks) {
    validator = rules.getValidator();
    for (Model model : models) {
      Model other = byId.putIfAbsent(model.id(), model);
      if (other != null) {
        throw new IllegalStateException(
            "two models are called %s: %s and %s; leave one of them off the class path"
                .formatted(model.id(), other.getClass().getName(), model.getClass().getName()));
      }
      schemas.put(model.id(), new RequestSchema(model, validator, new TreeSet<>(sinks)));
    }
  }

  /**
   * Every model on the class path.
   *
   * @param sinks the names of the sinks, as the rules know them
   * @throws BadModel if the rules of a model, or a change of them, are not valid
   * @throws IllegalStateException if two models have the same name
   */
  public static ModelRegistry found(ValidatorFactory rules, Set<String> sinks) {
    return new ModelRegistry(ServiceLoader.load(Model.class), rules, sinks);
  }

  /** The names of the models, sorted. */
  public Set<String> ids() {
    return Collections.unmodifiableSet(byId.keySet());
  }

  /** The JSON Schema (draft 2020-12) of a whole request for a model; empty if it is unknown. */
  public Optional<ObjectNode> schema(String id) {
    return Optional.ofNullable(schemas.get(id)).map(RequestSchema::json);
  }

  /** The limits on a request for a known model. */
  public List<Limit> limits(String id) {
    return schemas.get(id).limits();
  }

  /**
   * Replaces the body, a {@link JsonNode}, with a {@link VideoRequest}, using the model that it
   * names. A request without a known model is parsed too, so that the validator can report
   * everything that is wrong with it.
   */
  @Override
  public void process(Exchange exchange) throws Exception {
    JsonNode received = exchange.getMessage().getBody(JsonNode.class);
    Model model = modelOf(received);
    if (model != null) {
      model.process(exchange);
      if (exchange.getMessage().getBody() instanceof VideoRequest request) {
        exchange.getMessage().setBody(withRequiredObjects(model, request));
      }
    } else {
      exchange.getMessage().setBody(VideoRequest.readWithoutModel(received, byId.keySet()));
    }
  }

  /** Every violation of a request, in document order; empty if there is none. */
  public List<Violation> check(JsonNode received) {
    return ViolationMapper.violations(validator.validate(read(received)))
        .map(all -> Problem.invalid(all).violations())
        .orElse(List.of());
  }

  /**
   * The request, with defaults filled in.
   *
   * @throws RequestRejected 422 with every violation
   */
  public VideoRequest request(JsonNode received) {
    VideoRequest request = read(received);
    ViolationMapper.violations(validator.validate(request))
        .ifPresent(
            all -> {
              throw RequestRejected.invalid(all);
            });
    return request;
  }

  private VideoRequest read(JsonNode received) {
    Model model = modelOf(received);
    return model != null
        ? withRequiredObjects(model, model.read(received))
        : VideoRequest.readWithoutModel(received, byId.keySet());
  }

  /**
   * Usually an empty object counts as absent. One with a required key does not, so that the missing
   * key is reported and not the object.
   */
  private VideoRequest withRequiredObjects(Model model, VideoRequest request) {
    Set<RecordComponent> requiredObjects = schemas.get(model.id()).requiredObjects();
    return Collections.disjoint(requiredObjects, request.reading().leftEmpty())
        ? request
        : VideoRequest.read(request.reading().received(), model.parameters(), requiredObjects);
  }

  private Model modelOf(JsonNode received) {
    JsonNode id = received == null ? null : received.get("model");
    return id == null || !id.isTextual() ? null : byId.get(id.textValue());
  }
}
