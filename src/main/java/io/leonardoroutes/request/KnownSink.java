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
import java.util.Set;
import org.hibernate.validator.constraintvalidation.HibernateConstraintValidatorContext;

/**
 * The text is the name of a sink that was passed to the {@linkplain
 * RequestValidation#validatorFactory validator factory}.
 */
@Target({ElementType.FIELD, ElementType.TYPE_USE})
@Retention(RetentionPolicy.RUNTIME)
@Constraint(validatedBy = KnownSink.Check.class)
public @interface KnownSink {
  String message() default "{value} is not a known sink: one of {known}";

  String code() default "unknown-sink";

  String allowed() default "{known}";

  Class<?>[] groups() default {};

  Class<? extends Payload>[] payload() default {};

  /** Checks the rule, and adds it to the JSON Schema. */
  final class Check implements ConstraintValidator<KnownSink, String>, InSchema<KnownSink> {
    @Override
    public boolean isValid(String name, ConstraintValidatorContext context) {
      Set<String> known =
          context
              .unwrap(HibernateConstraintValidatorContext.class)
              .getConstraintValidatorPayload(RequestValidation.Sinks.class)
              .names();
      return name == null
          || known.contains(name)
          || RuleContext.report(context, Map.of("known", String.join(", ", known)));
    }

    @Override
    public void say(KnownSink rule, SchemaPart schema) {
      if (schema.sinks().isEmpty()) {
        schema.put("not", Map.of());
      } else {
        schema.put("enum", schema.sinks());
      }
    }
  }
}
