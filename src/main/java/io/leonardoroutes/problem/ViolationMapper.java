package io.leonardoroutes.problem;

import io.leonardoroutes.json.ParseTrace;
import io.leonardoroutes.json.RecordReader;
import io.leonardoroutes.json.RuleContext;
import io.leonardoroutes.json.SafeText;
import io.leonardoroutes.json.Violation;
import io.leonardoroutes.json.WireNames;
import io.leonardoroutes.request.VideoRequest;
import io.leonardoroutes.request.WellFormed;
import jakarta.validation.ConstraintViolation;
import jakarta.validation.ElementKind;
import jakarta.validation.Path;
import java.lang.annotation.Annotation;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.ResourceBundle;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.hibernate.validator.engine.HibernateConstraintViolation;

/** Maps the constraint violations of a request to {@link Violation}s that a caller can read. */
public final class ViolationMapper {
  private static final Pattern KEY = Pattern.compile("\\{([\\w.]+)}");
  private static final ResourceBundle STANDARD =
      ResourceBundle.getBundle("org.hibernate.validator.ValidationMessages", Locale.ROOT);
  private static final RuleContext NO_CONTEXT = new RuleContext("", List.of(), Map.of());

  private ViolationMapper() {}

  /**
   * All violations of a validated {@link VideoRequest}, in document order; empty if there are none,
   * or if something else was validated.
   *
   * <p>A rule is ignored if one of its fields could not be parsed. Of several violations of one
   * field that say the same, only one is listed: that of a rule across fields, else that of a rule
   * on the field, else that of the parser.
   */
  public static Optional<List<Violation>> violations(Set<? extends ConstraintViolation<?>> found) {
    if (found.isEmpty()
        || !(found.iterator().next().getRootBean() instanceof VideoRequest request)) {
      return Optional.empty();
    }
    ParseTrace trace = request.reading();
    List<BrokenRule> rules =
        found.stream()
            .map(violation -> new BrokenRule(violation, request))
            .filter(rule -> rule.annotation() != WellFormed.class)
            .toList();
    Set<String> tooFar =
        trace.misread().stream()
            .filter(violation -> violation.code().equals(RecordReader.TOO_FAR))
            .map(Violation::pointer)
            .collect(Collectors.toSet());
    List<Violation> across =
        rules.stream()
            .filter(rule -> rule.isAcrossFields() && !rule.involvesUnread())
            .map(BrokenRule::violation)
            .toList();
    List<Violation> own =
        rules.stream()
            .filter(rule -> !rule.isAcrossFields())
            .filter(rule -> !rule.involvesUnread() || tooFar.contains(rule.pointer))
            .map(BrokenRule::violation)
            .toList();
    Set<String> ruled = own.stream().map(Violation::pointer).collect(Collectors.toSet());
    List<Violation> misread =
        trace.misread().stream()
            .filter(it -> !tooFar.contains(it.pointer()) || !ruled.contains(it.pointer()))
            .toList();
    return Optional.of(
        Stream.of(across, without(own, across), misread)
            .flatMap(List::stream)
            .sorted(order(trace))
            .toList());
  }

  private static Comparator<Violation> order(ParseTrace trace) {
    return Comparator.<Violation>comparingInt(violation -> trace.position(violation.pointer()))
        .thenComparing(Violation::pointer)
        .thenComparing(Violation::code)
        .thenComparing(Violation::message);
  }

  private static List<Violation> without(List<Violation> violations, List<Violation> narrower) {
    Set<String> places = narrower.stream().map(ViolationMapper::place).collect(Collectors.toSet());
    return violations.stream().filter(violation -> !places.contains(place(violation))).toList();
  }

  private static String place(Violation violation) {
    return violation.code() + " " + violation.pointer();
  }

  /** One violation as Bean Validation reports it, and what the rule itself added to it. */
  private static final class BrokenRule {
    private final ConstraintViolation<?> found;
    private final VideoRequest request;
    private final RuleContext context;
    private final String pointer;

    private BrokenRule(ConstraintViolation<?> found, VideoRequest request) {
      this.found = found;
      this.request = request;
      RuleContext added =
          ((HibernateConstraintViolation<?>) found).getDynamicPayload(RuleContext.class);
      context = added == null ? NO_CONTEXT : added;
      pointer = pointer(found.getPropertyPath());
    }

    private boolean isAcrossFields() {
      return !context.involved().isEmpty();
    }

    private boolean involvesUnread() {
      String base = pointer.substring(0, pointer.length() - steps(context.at()).length());
      return request.reading().isUnread(pointer)
          || context.involved().stream()
              .anyMatch(field -> request.reading().isUnread(base + steps(field)));
    }

    private Violation violation() {
      Map<String, Object> attributes = found.getConstraintDescriptor().getAttributes();
      Map<String, String> words = MessageTemplate.words(attributes);
      words.putAll(MessageTemplate.texts(context.words()));
      words.put("model", SafeText.plain(String.valueOf(request.model())));
      words.put("name", SafeText.plain(pointer.substring(pointer.lastIndexOf('/') + 1)));
      words.put("value", SafeText.value(request.reading().received().at(pointer)));
      return new Violation(
          pointer,
          attributes.get("code") instanceof String code ? code : codeFromName(),
          MessageTemplate.fill(template(), words),
          MessageTemplate.allowed(attributes, words));
    }

    /** The annotation's message; for a standard constraint, the text of its message key. */
    private String template() {
      Matcher key = KEY.matcher(found.getMessageTemplate());
      return key.matches() && STANDARD.containsKey(key.group(1))
          ? STANDARD.getString(key.group(1))
          : found.getMessageTemplate();
    }

    /**
     * The code of a constraint without one, from its name: {@code not-null} for {@code NotNull}.
     */
    private String codeFromName() {
      return WireNames.of(annotation().getSimpleName()).replace('_', '-');
    }

    private Class<? extends Annotation> annotation() {
      return found.getConstraintDescriptor().getAnnotation().annotationType();
    }

    private static String pointer(Path path) {
      StringBuilder pointer = new StringBuilder();
      for (Path.Node node : path) {
        if (node.getIndex() != null) {
          pointer.append('/').append(node.getIndex());
        }
        if (node.getKey() != null) {
          pointer.append(WireNames.step(node.getKey().toString()));
        }
        if (node.getKind() == ElementKind.PROPERTY) {
          pointer.append(steps(node.getName()));
        }
      }
      return pointer.toString();
    }

    /**
     * Converts a dotted path of Java or JSON names, such as {@code guidances.endFrame}, to a JSON
     * pointer.
     */
    private static String steps(String path) {
      return path.isEmpty() ? "" : "/" + WireNames.of(path).replace('.', '/');
    }
  }
}
