package io.leonardoroutes.problem;

import io.leonardoroutes.json.ParseTrace;
import io.leonardoroutes.json.RecordReader;
import io.leonardoroutes.json.Violation;
import io.leonardoroutes.request.VideoRequest;
import io.leonardoroutes.request.WellFormed;
import jakarta.validation.ConstraintViolation;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Everything wrong with one request, in the order of the document.
 *
 * @param listed the first {@value #MOST} violations
 * @param total how many there are
 */
public record Violations(List<Violation> listed, int total) {
  /** The most violations that one answer lists. */
  public static final int MOST = 100;

  /**
   * What a validated {@link VideoRequest} breaks; empty when that is nothing, or when something
   * else was validated.
   *
   * <p>A rule is not held against a request when a field that it involves could not be read. Where
   * two rules say the same of one field, the narrower stands: one across fields before the field's
   * own, and that before a reading that failed.
   */
  public static Optional<Violations> of(Set<? extends ConstraintViolation<?>> broken) {
    if (broken.isEmpty()
        || !(broken.iterator().next().getRootBean() instanceof VideoRequest request)) {
      return Optional.empty();
    }
    ParseTrace trace = request.reading();
    List<ViolationMapper> rules =
        broken.stream()
            .map(violation -> new ViolationMapper(violation, request))
            .filter(rule -> !rule.says(WellFormed.class))
            .toList();
    Set<String> tooFar =
        trace.misread().stream()
            .filter(violation -> violation.code().equals(RecordReader.TOO_FAR))
            .map(Violation::pointer)
            .collect(Collectors.toSet());
    List<Violation> across =
        rules.stream()
            .filter(rule -> rule.isAcrossFields() && !rule.involvesUnread())
            .map(ViolationMapper::violation)
            .toList();
    List<Violation> own =
        rules.stream()
            .filter(rule -> !rule.isAcrossFields())
            .filter(rule -> !rule.involvesUnread() || tooFar.contains(rule.violation().pointer()))
            .map(ViolationMapper::violation)
            .toList();
    Set<String> ruled = own.stream().map(Violation::pointer).collect(Collectors.toSet());
    List<Violation> misread =
        trace.misread().stream()
            .filter(it -> !tooFar.contains(it.pointer()) || !ruled.contains(it.pointer()))
            .toList();
    List<Violation> all =
        Stream.of(across, without(own, across), misread)
            .flatMap(List::stream)
            .sorted(order(trace))
            .toList();
    return Optional.of(new Violations(all.subList(0, Math.min(MOST, all.size())), all.size()));
  }

  private static Comparator<Violation> order(ParseTrace trace) {
    return Comparator.<Violation>comparingInt(violation -> trace.position(violation.pointer()))
        .thenComparing(Violation::pointer)
        .thenComparing(Violation::code)
        .thenComparing(Violation::message);
  }

  private static List<Violation> without(List<Violation> violations, List<Violation> narrower) {
    Set<String> places = places(narrower);
    return violations.stream().filter(violation -> !places.contains(place(violation))).toList();
  }

  private static Set<String> places(Collection<Violation> violations) {
    return violations.stream().map(Violations::place).collect(Collectors.toSet());
  }

  private static String place(Violation violation) {
    return violation.code() + " " + violation.pointer();
  }
}
