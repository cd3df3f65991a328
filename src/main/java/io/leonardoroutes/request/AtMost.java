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
import java.util.Collection;
import java.util.Map;

/** The array has at most {@link #value} items, or the object at most so many keys. */
@Target({ElementType.FIELD, ElementType.TYPE_USE})
@Retention(RetentionPolicy.RUNTIME)
@Constraint(validatedBy = {AtMost.Check.class, AtMost.KeyCheck.class})
public @interface AtMost {
  int value();

  String message() default "{count} items are too many for {model}: at most {choices}";

  String code() default "count";

  String allowed() default "0..{choices}";

  Class<?>[] groups() default {};

  Class<? extends Payload>[] payload() default {};

  /** Checks an array, and adds the rule to the JSON Schema of an array or object. */
  final class Check implements ConstraintValidator<AtMost, Collection<?>>, InSchema<AtMost> {
    private int most;

    @Override
    public void initialize(AtMost atMost) {
      most = atMost.value();
    }

    @Override
    public boolean isValid(Collection<?> items, ConstraintValidatorContext context) {
      return items == null
          || items.size() <= most
          || RuleContext.report(context, Map.of("count", items.size()));
    }

    @Override
    public void say(AtMost rule, SchemaPart schema) {
      schema.put(schema.isArray() ? "maxItems" : "maxProperties", rule.value());
    }
  }

  /** Checks an object. */
  final class KeyCheck implements ConstraintValidator<AtMost, Map<?, ?>> {
    private int most;

    @Override
    public void initialize(AtMost atMost) {
      most = atMost.value();
    }

    @Override
    public boolean isValid(Map<?, ?> keys, ConstraintValidatorContext context) {
      return keys == null
          || keys.size() <= most
          || RuleContext.report(context, Map.of("count", keys.size()));
    }
  }
}
