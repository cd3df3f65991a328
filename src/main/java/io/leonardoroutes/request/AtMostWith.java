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
import java.util.Collection;
import java.util.List;
import java.util.Map;

/** The array {@link #field} has at most {@link #max} items if the field {@link #with} is given. */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Repeatable(AtMostWith.Several.class)
@Constraint(validatedBy = AtMostWith.Check.class)
public @interface AtMostWith {
  String field();

  String with();

  int max();

  String message() default "{count} items are too many for {model} with `{with}`: at most {max}";

  String code() default "count";

  String allowed() default "0..{max}";

  Class<?>[] groups() default {};

  Class<? extends Payload>[] payload() default {};

  /** Checks the rule, and adds it to the JSON Schema. */
  final class Check implements ConstraintValidator<AtMostWith, Record>, InSchema<AtMostWith> {
    private AtMostWith rule;

    @Override
    public void initialize(AtMostWith rule) {
      this.rule = rule;
    }

    @Override
    public boolean isValid(Record record, ConstraintValidatorContext context) {
      return RecordShape.value(record, rule.with()) == null
          || !(RecordShape.value(record, rule.field()) instanceof Collection<?> items)
          || items.size() <= rule.max()
          || RuleContext.report(
              context,
              rule.field(),
              List.of(rule.field(), rule.with()),
              Map.of("count", items.size()));
    }

    @Override
    public void say(AtMostWith rule, SchemaPart schema) {
      schema.when(
          schema.present(rule.with()),
          schema.at(rule.field(), SchemaPart.one("maxItems", rule.max())));
    }
  }

  /** Container for several of these rules on one record. */
  @Target(ElementType.TYPE)
  @Retention(RetentionPolicy.RUNTIME)
  @interface Several {
    AtMostWith[] value();
  }
}
