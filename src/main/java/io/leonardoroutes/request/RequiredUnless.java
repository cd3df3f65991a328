package io.leonardoroutes.request;

import io.leonardoroutes.json.InSchema;
import io.leonardoroutes.json.RecordShape;
import io.leonardoroutes.json.RuleContext;
import io.leonardoroutes.json.SchemaPart;
import jakarta.validation.Constraint;
import jakarta.validation.ConstraintValidator;
import jakarta.validation.ConstraintValidatorContext;
import jakarta.validation.Payload;
import java.lang.annotation.ElementType;
import java.lang.annotation.Repeatable;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** The field is present, unless one of the others is. */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Repeatable(RequiredUnless.Several.class)
@Constraint(validatedBy = RequiredUnless.Check.class)
public @interface RequiredUnless {
  String field();

  String[] others();

  String message() default "`{name}` is required";

  String code() default "required";

  String allowed() default "";

  Class<?>[] groups() default {};

  Class<? extends Payload>[] payload() default {};

  /** Checks the rule, and adds it to the JSON Schema. */
  final class Check
      implements ConstraintValidator<RequiredUnless, Record>, InSchema<RequiredUnless> {
    private RequiredUnless rule;

    @Override
    public void initialize(RequiredUnless rule) {
      this.rule = rule;
    }

    @Override
    public boolean isValid(Record record, ConstraintValidatorContext context) {
      return Stream.concat(Stream.of(rule.field()), Stream.of(rule.others()))
              .anyMatch(field -> RecordShape.value(record, field) != null)
          || RuleContext.report(context, rule.field(), List.of(rule.others()), Map.of());
    }

    @Override
    public void say(RequiredUnless rule, SchemaPart schema) {
      schema.requireUnless(rule.field(), rule.others());
    }
  }

  /** Container for several of these rules on one record. */
  @Target(ElementType.TYPE)
  @Retention(RetentionPolicy.RUNTIME)
  @interface Several {
    RequiredUnless[] value();
  }
}
