package io.leonardoroutes.request;

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
record Findings(List<Violation> listed, int total) {
  /** The most violations that one answer lists. */
  static final int MOST = 100;

  /**
   * What a validated {@link VideoRequest} breaks; empty when that is nothing, or when something
   * else was validated.
   *
   * <p>A rule is not held against a request when a field that it involves could not be read. Where
   * two rules say the same of one field, the narrower stands: one across fields before the field's
   * own, and that before a reading that failed.
   */
  static Optional<Findings> of(Set<? extends ConstraintViolation<?>> broken) {
    if (broken.isEmpty()
        || !(broken.iterator().next().getRootBean() instanceof VideoRequest request)) {
      return Optional.empty();
    }
    Reading reading = request.reading();
    List<BrokenRule> rules =
        broken.stream()
            .map(violation -> new BrokenRule(violation, request))
            .filter(rule -> !rule.says(ReadWell.class))
            .toList();
    Set<String> misread = places(reading.misread());
    List<Violation> across =
        rules.stream()
            .filter(rule -> rule.isAcrossFields() && !rule.involvesUnread())
            .map(BrokenRule::violation)
            .toList();
    List<Violation> own =
        rules.stream()
            .filter(rule -> !rule.isAcrossFields())
            .filter(rule -> !rule.involvesUnread() || misread.contains(place(rule.violation())))
            .map(BrokenRule::violation)
            .toList();
    List<Violation> all =
        Stream.of(across, without(own, across), without(reading.misread(), own))
            .flatMap(List::stream)
            .sorted(order(reading))
            .toList();
    return Optional.of(new Findings(all.subList(0, Math.min(MOST, all.size())), all.size()));
  }

  private static Comparator<Violation> order(Reading reading) {
    return Comparator.<Violation>comparingInt(violation -> reading.position(violation.pointer()))
        .thenComparing(Violation::pointer)
        .thenComparing(Violation::code)
        .thenComparing(Violation::message);
  }

  private static List<Violation> without(List<Violation> violations, List<Violation> narrower) {
    Set<String> places = places(narrower);
    return violations.stream().filter(violation -> !places.contains(place(violation))).toList();
  }

  private static Set<String> places(Collection<Violation> violations) {
    return violations.stream().map(Findings::place).collect(Collectors.toSet());
  }

  private static String place(Violation violation) {
    return violation.code() + " " + violation.pointer();
  }
}
