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
import java.util.stream.Stream;

/** The text is one of these (case matters), or the number is one of these whole numbers. */
@Target({ElementType.FIELD, ElementType.TYPE_USE})
@Retention(RetentionPolicy.RUNTIME)
@Constraint(validatedBy = {OneOf.Check.class, OneOf.NumberCheck.class})
public @interface OneOf {
  /** The message for a value that is not among the choices. */
  String MESSAGE = "{value} is not possible for {model}: one of {choices}";

  String[] value();

  String message() default MESSAGE;

  String code() default "one-of";

  String allowed() default "{choices}";

  Class<?>[] groups() default {};

  Class<? extends Payload>[] payload() default {};

  /** Checks a text, and adds the rule to the JSON Schema of a text or number. */
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
      schema.put("enum", schema.isNumber() ? NumberCheck.numbers(rule) : List.of(rule.value()));
    }
  }

  /** Checks a number. */
  final class NumberCheck implements ConstraintValidator<OneOf, Integer> {
    private List<Integer> choices;

    @Override
    public void initialize(OneOf oneOf) {
      choices = numbers(oneOf);
    }

    @Override
    public boolean isValid(Integer number, ConstraintValidatorContext context) {
      return number == null || choices.contains(number);
    }

    private static List<Integer> numbers(OneOf rule) {
      return Stream.of(rule.value()).map(NumberCheck::number).toList();
    }

    private static Integer number(String choice) {
      if (!choice.matches("-?\\d{1,9}")) {
        throw new IllegalStateException("'" + choice + "' is not a whole number such as 5");
      }
      return Integer.valueOf(choice);
    }
  }
}
