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
import java.util.regex.Pattern;

/**
 * The text is not a placeholder that was copied from a page and never replaced, such as {@code
 * <...>} or {@code YOUR_...}.
 */
@Target({ElementType.FIELD, ElementType.TYPE_USE})
@Retention(RetentionPolicy.RUNTIME)
@Constraint(validatedBy = NotPlaceholder.Check.class)
public @interface NotPlaceholder {
  String message() default "{value} is a placeholder: put the real {name} in its place";

  String code() default "placeholder";

  String allowed() default "";

  Class<?>[] groups() default {};

  Class<? extends Payload>[] payload() default {};

  /** Checks the rule, and adds it to the JSON Schema. */
  final class Check
      implements ConstraintValidator<NotPlaceholder, String>, InSchema<NotPlaceholder> {
    /**
     * White space, including every line end, because regex engines differ in which line ends {@code
     * $} tolerates.
     */
    private static final String WHITE =
        "[\\t-\\r\\x1c- \\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]*";

    private static final String PLACEHOLDER = WHITE + "(<[^<>]*>|YOUR_[A-Z0-9_]+)" + WHITE;
    private static final Pattern WHOLE = Pattern.compile(PLACEHOLDER);

    @Override
    public boolean isValid(String text, ConstraintValidatorContext context) {
      return text == null || !WHOLE.matcher(text).matches();
    }

    @Override
    public void say(NotPlaceholder rule, SchemaPart schema) {
      // only strings: without the type, this pattern would match null too
      schema.put("not", SchemaPart.one("type", "string").put("pattern", "^" + PLACEHOLDER + "$"));
    }
  }
}
