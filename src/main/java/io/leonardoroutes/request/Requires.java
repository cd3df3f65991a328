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

/** The field must be given together with another one. */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Repeatable(Requires.Several.class)
@Constraint(validatedBy = Requires.Check.class)
public @interface Requires {
  String field();

  String needs();

  String message() default "`{field}` needs `{needs}`: add it, or leave `{field}` out";

  String code() default "requires";

  String allowed() default "";

  Class<?>[] groups() default {};

  Class<? extends Payload>[] payload() default {};

  /** Checks the rule, and adds it to the JSON Schema. */
  final class Check implements ConstraintValidator<Requires, Record>, InSchema<Requires> {
    private Requires rule;

    @Override
    public void initialize(Requires rule) {
      this.rule = rule;
    }

    @Override
    public boolean isValid(Record record, ConstraintValidatorContext context) {
      return RecordShape.value(record, rule.field()) == null
          || RecordShape.value(record, rule.needs()) != null
          || RuleContext.report(
              context, rule.field(), List.of(rule.field(), rule.needs()), Map.of());
    }

    @Override
    public void say(Requires rule, SchemaPart schema) {
      schema.when(schema.present(rule.field()), schema.present(rule.needs()));
    }
  }

  /** Container for several of these rules on one record. */
  @Target(ElementType.TYPE)
  @Retention(RetentionPolicy.RUNTIME)
  @interface Several {
    Requires[] value();
  }
}
