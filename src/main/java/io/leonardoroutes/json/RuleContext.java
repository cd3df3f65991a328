package io.leonardoroutes.json;

import jakarta.validation.ConstraintValidatorContext;
import java.util.List;
import java.util.Map;
import org.hibernate.validator.constraintvalidation.HibernateConstraintValidatorContext;

/**
 * What a broken rule adds to its violation.
 *
 * @param at the field to point at, from the object that the rule stands on ({@code
 *     guidances.end_frame}); empty for the field that the rule stands on
 * @param involved every field that the rule depends on, in the same form
 * @param words values for the placeholders of its message
 */
public record RuleContext(String at, List<String> involved, Map<String, ?> words) {

  /** Reports a broken rule of a single field. Returns false, for the validator to return. */
  public static boolean report(ConstraintValidatorContext context, Map<String, ?> words) {
    hibernate(context).withDynamicPayload(new RuleContext("", List.of(), words));
    return false;
  }

  /**
   * Reports a broken rule across fields; without {@code involved}, of a single field further down.
   * Answers false, as the validator then has to.
   */
  public static boolean report(
      ConstraintValidatorContext context, String at, List<String> involved, Map<String, ?> words) {
    HibernateConstraintValidatorContext here = hibernate(context);
    here.disableDefaultConstraintViolation();
    here.withDynamicPayload(new RuleContext(at, involved, words));
    here.buildConstraintViolationWithTemplate(context.getDefaultConstraintMessageTemplate())
        .addPropertyNode(at)
        .addConstraintViolation();
    return false;
  }

  private static HibernateConstraintValidatorContext hibernate(ConstraintValidatorContext context) {
    return context.unwrap(HibernateConstraintValidatorContext.class);
  }
}
