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

/** The text has {@link #min} to {@link #max} characters, counted as Unicode code points. */
@Target({ElementType.FIELD, ElementType.TYPE_USE})
@Retention(RetentionPolicy.RUNTIME)
@Constraint(validatedBy = Length.Check.class)
public @interface Length {
  /** A message for texts that also have a minimum length. */
  String BOTH_ENDS = "{count} characters are {off}: {min} to {max}";

  int min() default 0;

  int max();

  String message() default "{count} characters are {off} for {model}: at most {max}";

  String code() default "length";

  String allowed() default "{min}..{max}";

  Class<?>[] groups() default {};

  Class<? extends Payload>[] payload() default {};

  /** Checks the rule, and adds it to the JSON Schema. */
  final class Check implements ConstraintValidator<Length, String>, InSchema<Length> {
    private int min;
    private int max;

    @Override
    public void initialize(Length length) {
      min = length.min();
      max = length.max();
    }

    @Override
    public boolean isValid(String text, ConstraintValidatorContext context) {
      int count = text == null ? min : text.codePointCount(0, text.length());
      return (min <= count && count <= max)
          || RuleContext.report(
              context, Map.of("count", count, "off", count < min ? "too few" : "too many"));
    }

    @Override
    public void say(Length rule, SchemaPart schema) {
      if (rule.min() > 0) {
        schema.put("minLength", rule.min());
      }
      schema.put("maxLength", rule.max());
    }
  }
}
