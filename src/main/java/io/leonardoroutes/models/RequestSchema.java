package io.leonardoroutes.models;

import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leonardoroutes.json.InSchema;
import io.leonardoroutes.json.ModelParameters;
import io.leonardoroutes.json.ParseTrace;
import io.leonardoroutes.json.RecordShape;
import io.leonardoroutes.json.SchemaPart;
import io.leonardoroutes.problem.MessageTemplate;
import io.leonardoroutes.request.FieldDescription;
import io.leonardoroutes.request.Model;
import io.leonardoroutes.request.VideoRequest;
import jakarta.validation.ConstraintValidator;
import jakarta.validation.Valid;
import jakarta.validation.Validator;
import jakarta.validation.metadata.BeanDescriptor;
import jakarta.validation.metadata.CascadableDescriptor;
import jakarta.validation.metadata.ConstraintDescriptor;
import jakarta.validation.metadata.ContainerDescriptor;
import jakarta.validation.metadata.ContainerElementTypeDescriptor;
import jakarta.validation.metadata.ElementDescriptor;
import jakarta.validation.metadata.PropertyDescriptor;
import java.lang.annotation.Annotation;
import java.lang.reflect.AnnotatedParameterizedType;
import java.lang.reflect.AnnotatedType;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/**
 * The JSON Schema (draft 2020-12) of a whole request for one model, and its limits in words. Types
 * come from the records, rules from the validator, so that an operator's constraint mapping is
 * included.
 *
 * <p>One file, because it walks one tree of records.
 */
final class RequestSchema {
  private static final String DIALECT = "https://json-schema.org/draft/2020-12/schema";

  private final Validator validator;
  private final Set<String> sinks;
  private final Model model;
  private final List<Limit> limits = new ArrayList<>();
  private final Set<RecordComponent> requiredObjects = new HashSet<>();
  private final ObjectNode json;

  /**
   * @throws BadModel for a rule that is not valid, for example one that names an unknown field
   */
  RequestSchema(Model model, Validator validator, Set<String> sinks) {
    this.validator = validator;
    this.sinks = sinks;
    this.model = model;
    namingKey("", () -> RecordShape.of(model.parameters()));
    ObjectNode request = object(VideoRequest.class, true, "").json();
    request.withObject("/properties").putObject("model").put("const", model.id());
    request.withArray("/required").insert(0, "model");
    json = SchemaPart.one("$schema", DIALECT);
    json.put("title", "A request for a video of " + model.id()).setAll(request);
  }

  ObjectNode json() {
    return json.deepCopy();
  }

  List<Limit> limits() {
    return List.copyOf(limits);
  }

  /** The record components of required objects that have a required key of their own. */
  Set<RecordComponent> requiredObjects() {
    return requiredObjects;
  }

  private SchemaPart object(Class<?> type, boolean ruled, String path) {
    return namingKey(path, () -> objectSchema(type, ruled, path));
  }

  /** Adds the model and key to whatever fails. */
  private <T> T namingKey(String path, Supplier<T> step) {
    try {
      return step.get();
    } catch (BadModel e) {
      throw e;
    } catch (RuntimeException e) {
      throw new BadModel(model.id(), path, e);
    }
  }

  private SchemaPart objectSchema(Class<?> type, boolean ruled, String path) {
    SchemaPart object = new SchemaPart(type, sinks);
    RecordShape shape = RecordShape.of(type);
    Object empty = shape.make(Map.of("reading", new ParseTrace(NullNode.getInstance())));
    BeanDescriptor rules = ruled ? validator.getConstraintsForClass(type) : null;
    ObjectNode properties = object.json().putObject("properties");
    List<String> required = new ArrayList<>();
    for (String key : shape.keys()) {
      RecordComponent component = shape.component(key);
      PropertyDescriptor own =
          rules == null ? null : rules.getConstraintsForProperty(component.getName());
      SchemaPart value = field(type, component, own, inside(path, key));
      if (value.isRequired()) {
        required.add(key);
        if (value.needsKey()) {
          requiredObjects.add(component);
        }
      } else {
        value.orAbsent();
      }
      describe(component, RecordShape.value(empty, key), value);
      properties.set(key, value.json());
    }
    if (!required.isEmpty()) {
      object.put("required", required);
    }
    object.put("additionalProperties", false);
    if (rules != null) {
      validator.validate(empty);
      say(rules.getConstraintDescriptors(), object, path);
    }
    return object;
  }

  /** The schema of a field, whose rules are first tried on null to find broken ones. */
  private SchemaPart field(
      Class<?> owner, RecordComponent component, PropertyDescriptor rules, String path) {
    AnnotatedType type = component.getAnnotatedType();
    return namingKey(
        path,
        () -> {
          if (rules != null) {
            validator.validateValue(owner, component.getName(), emptyValue(type.getType()));
          }
          return value(type, isValid(type), rules, path);
        });
  }

  private static Object emptyValue(Type type) {
    if (!(type instanceof ParameterizedType container)) {
      return null;
    }
    return container.getRawType() == Map.class
        ? Collections.singletonMap("", null)
        : Collections.singletonList(emptyValue(container.getActualTypeArguments()[0]));
  }

  private <D extends ElementDescriptor & CascadableDescriptor & ContainerDescriptor>
      SchemaPart value(AnnotatedType annotated, boolean isValid, D rules, String path) {
    Type declared = annotated.getType();
    Type type = declared == ModelParameters.class ? model.parameters() : declared;
    SchemaPart value;
    if (type instanceof ParameterizedType map && map.getRawType() == Map.class) {
      AnnotatedType[] entry =
          ((AnnotatedParameterizedType) annotated).getAnnotatedActualTypeArguments();
      value = new SchemaPart(map, sinks);
      value.put("propertyNames", value(entry[0], isValid, inside(rules, 0), path).json());
      value.put("additionalProperties", value(entry[1], isValid, inside(rules, 1), path).json());
    } else if (type instanceof ParameterizedType list) {
      AnnotatedType item =
          ((AnnotatedParameterizedType) annotated).getAnnotatedActualTypeArguments()[0];
      value = new SchemaPart(list, sinks);
      value.put("items", value(item, isValid || isValid(item), inside(rules, 0), path).json());
    } else if (type instanceof Class<?> record && record.isRecord()) {
      if (!isValid) {
        throw unchecked(record);
      }
      value = object(record, rules != null && rules.isCascaded(), path);
    } else {
      value = new SchemaPart(type, sinks);
    }
    if (rules != null) {
      say(rules.getConstraintDescriptors(), value, path);
    }
    return value;
  }

  private static boolean isValid(AnnotatedType type) {
    return type.isAnnotationPresent(Valid.class);
  }

  /** Without @Valid, Bean Validation silently skips its rules, and bad requests are paid for. */
  private static RuntimeException unchecked(Class<?> record) {
    String name = record.getSimpleName();
    return new IllegalStateException(
        "the rules of %s would never be checked: write @Valid %s or List<@Valid %s>"
            .formatted(name, name, name));
  }

  /** The rules of what a container holds; of a map, those of its keys (0) or values (1). */
  private static ContainerElementTypeDescriptor inside(ContainerDescriptor rules, int place) {
    return rules == null
        ? null
        : rules.getConstrainedContainerElementTypes().stream()
            .filter(inside -> inside.getTypeArgumentIndex() == place)
            .findFirst()
            .orElse(null);
  }

  private static void describe(RecordComponent component, Object whenAbsent, SchemaPart value) {
    if (component.isAnnotationPresent(FieldDescription.class)) {
      value.put("description", component.getAnnotation(FieldDescription.class).value());
    }
    if (component.getAccessor().isAnnotationPresent(Deprecated.class)) {
      value.put("deprecated", true);
    }
    if (whenAbsent != null
        && !(whenAbsent instanceof Collection<?>)
        && !(whenAbsent instanceof Map<?, ?>)) {
      value.put("default", whenAbsent);
    }
  }

  private void say(Set<ConstraintDescriptor<?>> rules, SchemaPart schema, String path) {
    rules.stream()
        // a validator lists its rules in a different order in every run
        .sorted(Comparator.comparing(rule -> rule.getAnnotation().toString()))
        .forEach(
            rule -> {
              say(rule, schema);
              say(rule.getComposingConstraints(), schema, path);
              limit(rule.getAttributes(), path);
            });
  }

  @SuppressWarnings("unchecked")
  private static <A extends Annotation> void say(ConstraintDescriptor<A> rule, SchemaPart schema) {
    StandardRules.say(rule.getAnnotation(), schema);
    for (Class<? extends ConstraintValidator<A, ?>> check : rule.getConstraintValidatorClasses()) {
      if (InSchema.class.isAssignableFrom(check)) {
        try {
          var constructor = check.getDeclaredConstructor();
          constructor.setAccessible(true);
          ((InSchema<A>) constructor.newInstance()).say(rule.getAnnotation(), schema);
        } catch (ReflectiveOperationException e) {
          throw new IllegalStateException(check.getName() + " cannot be made", e);
        }
      }
    }
  }

  private void limit(Map<String, Object> attributes, String path) {
    String allowed = MessageTemplate.allowed(attributes);
    if (allowed != null && !allowed.contains("{")) {
      String field = attributes.get("field") instanceof String name ? inside(path, name) : path;
      String with = attributes.get("with") instanceof String name ? inside(path, name) : null;
      limits.add(new Limit(field, String.valueOf(attributes.get("code")), allowed, with));
    }
  }

  private static String inside(String path, String name) {
    return path.isEmpty() ? name : path + "." + name;
  }
}
