package io.leonardoroutes.request;

import io.leonardoroutes.json.InSchema;
import io.leonardoroutes.json.RuleContext;
import io.leonardoroutes.json.SchemaPart;
import jakarta.validation.Constraint;
import jakarta.validation.ConstraintValidator;
import jakarta.validation.ConstraintValidatorContext;
import jakarta.validation.Payload;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.util.Map;

/** The number is between {@link #min} and {@link #max}, both inclusive. */
@Target({ElementType.FIELD, ElementType.TYPE_USE})
@Retention(RetentionPolicy.RUNTIME)
@Constraint(validatedBy = Between.Check.class)
public @interface Between {
  int min();

  int max();

  /** The unit in the message, in the plural, for example {@code seconds}. */
  String unit() default "";

  /** The words for a number below {@link #min} in the message. */
  String below() default "too small";

  /** The words for a number above {@link #max} in the message. */
  String above() default "too large";

  String message() default "{value} is {off} for {model}: {min} to {max} {unit}";

  String code() default "range";

  String allowed() default "{min}..{max}";

  Class<?>[] groups() default {};

  Class<? extends Payload>[] payload() default {};

  /** Checks the rule, and adds it to the JSON Schema. */
  final class Check implements ConstraintValidator<Between, Integer>, InSchema<Between> {
    private Between between;

    @Override
    public void initialize(Between between) {
      this.between = between;
    }

    @Override
    public boolean isValid(Integer number, ConstraintValidatorContext context) {
      return number == null
          || (between.min() <= number && number <= between.max())
          || RuleContext.report(
              context, Map.of("off", number < between.min() ? between.below() : between.above()));
    }

    @Override
    public void say(Between rule, SchemaPart schema) {
      schema.put("minimum", rule.min());
      schema.put("maximum", rule.max());
    }
  }
}
