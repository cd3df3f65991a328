package io.leonardoroutes.request;

import io.leonardoroutes.json.InSchema;
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
import java.util.regex.Pattern;

/**
 * The text has 1 to {@link #max} characters, counted as Unicode code points, and nothing in it
 * matches {@link #without}.
 */
@Target({ElementType.FIELD, ElementType.TYPE_USE})
@Retention(RetentionPolicy.RUNTIME)
@Constraint(validatedBy = ShortText.Check.class)
public @interface ShortText {
  int max();

  /** A regular expression that Java and JSON Schema read alike. */
  String without();

  String message();

  String code() default "text";

  String allowed() default "1..{max}";

  Class<?>[] groups() default {};

  Class<? extends Payload>[] payload() default {};

  /** Checks the rule, and adds it to the JSON Schema. */
  final class Check implements ConstraintValidator<ShortText, String>, InSchema<ShortText> {
    private int max;
    private Pattern without;

    @Override
    public void initialize(ShortText text) {
      max = text.max();
      without = Pattern.compile(text.without());
    }

    @Override
    public boolean isValid(String text, ConstraintValidatorContext context) {
      return text == null
          || (!text.isEmpty()
              && text.codePointCount(0, text.length()) <= max
              && !without.matcher(text).find());
    }

    @Override
    public void say(ShortText rule, SchemaPart schema) {
      schema.put("minLength", 1);
      schema.put("maxLength", rule.max());
      schema.put("not", Map.of("pattern", rule.without()));
    }
  }
}
