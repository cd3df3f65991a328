package io.leonardoroutes.problem;

import io.leonardoroutes.json.RuleContext;
import io.leonardoroutes.json.SafeText;
import io.leonardoroutes.json.Violation;
import io.leonardoroutes.json.WireNames;
import io.leonardoroutes.request.VideoRequest;
import jakarta.validation.ConstraintViolation;
import jakarta.validation.ElementKind;
import jakarta.validation.Path;
import java.lang.annotation.Annotation;
import java.lang.reflect.Array;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.ResourceBundle;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.hibernate.validator.engine.HibernateConstraintViolation;

/**
 * One violation as Bean Validation found it, told in the words of its annotation: {@code message}
 * and {@code allowed} are templates, in which {@code {model}}, {@code {name}}, {@code {value}} (as
 * received), every attribute of the annotation and every word of the {@link RuleContext} may stand.
 * The attribute {@code value} of an annotation is {@code {choices}}.
 */
public final class ViolationMapper {
  private static final Pattern PLACE = Pattern.compile("\\{(\\w+)}");
  private static final Pattern KEY = Pattern.compile("\\{([\\w.]+)}");
  private static final ResourceBundle STANDARD =
      ResourceBundle.getBundle("org.hibernate.validator.ValidationMessages", Locale.ROOT);
  private static final RuleContext NOTHING_MORE = new RuleContext("", List.of(), Map.of());

  private final ConstraintViolation<?> found;
  private final VideoRequest request;
  private final RuleContext finding;
  private final String pointer;

  ViolationMapper(ConstraintViolation<?> found, VideoRequest request) {
    this.found = found;
    this.request = request;
    RuleContext more =
        ((HibernateConstraintViolation<?>) found).getDynamicPayload(RuleContext.class);
    finding = more == null ? NOTHING_MORE : more;
    pointer = pointer(found.getPropertyPath());
  }

  boolean says(Class<? extends Annotation> constraint) {
    return annotation() == constraint;
  }

  boolean isAcrossFields() {
    return !finding.involved().isEmpty();
  }

  boolean involvesUnread() {
    String base = pointer.substring(0, pointer.length() - steps(finding.at()).length());
    return request.reading().isUnread(pointer)
        || finding.involved().stream()
            .anyMatch(field -> request.reading().isUnread(base + steps(field)));
  }

  Violation violation() {
    Map<String, String> words = words();
    return new Violation(
        pointer,
        attributes().get("code") instanceof String code ? code : kebab(),
        fill(template(), words),
        allowed(attributes(), words));
  }

  /** What a rule with these attributes allows, as far as that depends on no request; or null. */
  public static String allowed(Map<String, Object> attributes) {
    return allowed(attributes, words(attributes));
  }

  private static String allowed(Map<String, Object> attributes, Map<String, String> words) {
    return attributes.get("allowed") instanceof String template && !template.isEmpty()
        ? fill(template, words)
        : null;
  }

  private static Map<String, String> words(Map<String, Object> attributes) {
    Map<String, String> words = new HashMap<>();
    attributes.forEach((name, value) -> words.put(name, text(value)));
    words.put("choices", words.get("value"));
    return words;
  }

  private Map<String, String> words() {
    Map<String, String> words = words(attributes());
    finding.words().forEach((name, value) -> words.put(name, text(value)));
    words.put("model", SafeText.plain(String.valueOf(request.model())));
    words.put("name", pointer.substring(pointer.lastIndexOf('/') + 1));
    words.put("value", SafeText.value(request.reading().received().at(pointer)));
    return words;
  }

  /** The annotation's message; for a constraint of the standard, the words that belong to it. */
  private String template() {
    Matcher key = KEY.matcher(found.getMessageTemplate());
    return key.matches() && STANDARD.containsKey(key.group(1))
        ? STANDARD.getString(key.group(1))
        : found.getMessageTemplate();
  }

  /** A code for a constraint that names none: not-null for NotNull. */
  private String kebab() {
    return WireNames.of(annotation().getSimpleName()).replace('_', '-');
  }

  private Class<? extends Annotation> annotation() {
    return found.getConstraintDescriptor().getAnnotation().annotationType();
  }

  private Map<String, Object> attributes() {
    return found.getConstraintDescriptor().getAttributes();
  }

  private static String fill(String template, Map<String, String> words) {
    return PLACE
        .matcher(template)
        .replaceAll(
            place -> Matcher.quoteReplacement(words.getOrDefault(place.group(1), place.group())))
        .strip();
  }

  private static String text(Object value) {
    if (value instanceof Collection<?> several) {
      return several.stream().map(ViolationMapper::text).collect(Collectors.joining(", "));
    }
    if (value != null && value.getClass().isArray()) {
      // also of int: an annotation of a user's may list numbers
      return IntStream.range(0, Array.getLength(value))
          .mapToObj(i -> text(Array.get(value, i)))
          .collect(Collectors.joining(", "));
    }
    return String.valueOf(value);
  }

  private static String pointer(Path path) {
    StringBuilder pointer = new StringBuilder();
    for (Path.Node node : path) {
      if (node.getIndex() != null) {
        pointer.append('/').append(node.getIndex());
      }
      if (node.getKind() == ElementKind.PROPERTY) {
        pointer.append(steps(node.getName()));
      }
    }
    return pointer.toString();
  }

  /** A path of components or of their names in JSON, guidances.endFrame, as part of a pointer. */
  private static String steps(String path) {
    return path.isEmpty() ? "" : "/" + WireNames.of(path).replace('.', '/');
  }
}
