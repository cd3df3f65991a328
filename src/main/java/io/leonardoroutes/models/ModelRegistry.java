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

/** The models there are; as a processor it hands a request over to the one that it names. */
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
   * @throws BadModel for a model, or a change of its rules, that cannot work
   * @throws IllegalStateException for two models of one name
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

  /** What a request for a known model may be, in words. */
  public List<Limit> limits(String id) {
    return schemas.get(id).limits();
  }

  /**
   * Lets the model that the body, a {@link JsonNode}, names replace it by its {@link VideoRequest}.
   * A request without a known model becomes one too: the validator rejects it with everything else
   * that is wrong.
   */
  @Override
  public void process(Exchange exchange) throws Exception {
    JsonNode received = exchange.getMessage().getBody(JsonNode.class);
    Model model = named(received);
    if (model != null) {
      model.process(exchange);
      if (exchange.getMessage().getBody() instanceof VideoRequest request) {
        exchange.getMessage().setBody(withNeeded(model, request));
      }
    } else {
      exchange.getMessage().setBody(VideoRequest.readWithoutModel(received, byId.keySet()));
    }
  }

  /** Every rule that a request breaks, in the order of the document; empty when it is accepted. */
  public List<Violation> check(JsonNode received) {
    return ViolationMapper.violations(validator.validate(read(received)))
        .map(all -> Problem.invalid(all).violations())
        .orElse(List.of());
  }

  /**
   * The request, with defaults filled in.
   *
   * @throws RequestRejected 422 with every rule that it breaks
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
    Model model = named(received);
    return model != null
        ? withNeeded(model, model.read(received))
        : VideoRequest.readWithoutModel(received, byId.keySet());
  }

  /**
   * An object left empty is absent, but one that has to hold a key is told that key and not itself.
   */
  private VideoRequest withNeeded(Model model, VideoRequest request) {
    Set<RecordComponent> needed = schemas.get(model.id()).needed();
    return Collections.disjoint(needed, request.reading().leftEmpty())
        ? request
        : VideoRequest.read(request.reading().received(), model.parameters(), needed);
  }

  private Model named(JsonNode received) {
    JsonNode id = received == null ? null : received.get("model");
    return id == null || !id.isTextual() ? null : byId.get(id.textValue());
  }
}
