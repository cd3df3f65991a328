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

/** The text, if given, is not blank. */
@Target({ElementType.FIELD, ElementType.TYPE_USE})
@Retention(RetentionPolicy.RUNTIME)
@Constraint(validatedBy = Filled.Check.class)
public @interface Filled {
  String message() default "`{name}` is blank: some text is needed";

  String code() default "blank";

  String allowed() default "";

  Class<?>[] groups() default {};

  Class<? extends Payload>[] payload() default {};

  /** Checks the rule, and adds it to the JSON Schema. */
  final class Check implements ConstraintValidator<Filled, String>, InSchema<Filled> {
    /** White space is written out, because regex engines differ in what {@code \s} matches. */
    private static final String SOME_TEXT =
        "[^\\t-\\r\\x1c- \\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]";

    @Override
    public boolean isValid(String text, ConstraintValidatorContext context) {
      return text == null
          || !text.codePoints()
              .allMatch(point -> Character.isWhitespace(point) || Character.isSpaceChar(point));
    }

    @Override
    public void say(Filled rule, SchemaPart schema) {
      schema.put("pattern", SOME_TEXT);
    }
  }
}
