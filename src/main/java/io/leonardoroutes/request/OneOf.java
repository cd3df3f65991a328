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
import java.util.List;

/** The text is one of these, letter by letter. */
@Target({ElementType.FIELD, ElementType.TYPE_USE})
@Retention(RetentionPolicy.RUNTIME)
@Constraint(validatedBy = OneOf.Check.class)
public @interface OneOf {
  String[] value();

  String message() default "{value} is not possible for {model}: one of {choices}";

  String code() default "one-of";

  String allowed() default "{choices}";

  Class<?>[] groups() default {};

  Class<? extends Payload>[] payload() default {};

  /** The rule itself. */
  final class Check implements ConstraintValidator<OneOf, String>, InSchema<OneOf> {
    private List<String> choices;

    @Override
    public void initialize(OneOf oneOf) {
      choices = List.of(oneOf.value());
    }

    @Override
    public boolean isValid(String text, ConstraintValidatorContext context) {
      return text == null || choices.contains(text);
    }

    @Override
    public void say(OneOf rule, SchemaPart schema) {
      schema.put("enum", rule.value());
    }
  }
}
