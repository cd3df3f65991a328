package io.leonardoroutes.request;

import com.fasterxml.jackson.databind.node.ObjectNode;
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

/**
 * The number {@link #field} is between {@link #min} and {@link #max}, both inclusive, if the field
 * {@link #with} is given.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Repeatable(BetweenWith.Several.class)
@Constraint(validatedBy = BetweenWith.Check.class)
public @interface BetweenWith {
  String field();

  String with();

  int min();

  int max();

  /** The unit in the message, in the plural, for example {@code seconds}. */
  String unit() default "";

  /** The words for a number below {@link #min} in the message. */
  String below() default "too small";

  /** The words for a number above {@link #max} in the message. */
  String above() default "too large";

  String message() default "{value} is {off} for {model} with `{with}`: {min} to {max} {unit}";

  String code() default "range";

  String allowed() default "{min}..{max}";

  Class<?>[] groups() default {};

  Class<? extends Payload>[] payload() default {};

  /** Checks the rule, and adds it to the JSON Schema. */
  final class Check implements ConstraintValidator<BetweenWith, Record>, InSchema<BetweenWith> {
    private BetweenWith rule;

    @Override
    public void initialize(BetweenWith rule) {
      this.rule = rule;
    }

    @Override
    public boolean isValid(Record record, ConstraintValidatorContext context) {
      return RecordShape.value(record, rule.with()) == null
          || !(RecordShape.value(record, rule.field()) instanceof Integer number)
          || (rule.min() <= number && number <= rule.max())
          || RuleContext.report(
              context,
              rule.field(),
              List.of(rule.field(), rule.with()),
              Map.of("off", number < rule.min() ? rule.below() : rule.above()));
    }

    @Override
    public void say(BetweenWith rule, SchemaPart schema) {
      ObjectNode between = SchemaPart.one("minimum", rule.min()).put("maximum", rule.max());
      schema.when(schema.present(rule.with()), schema.at(rule.field(), between));
    }
  }

  /** Container for several of these rules on one record. */
  @Target(ElementType.TYPE)
  @Retention(RetentionPolicy.RUNTIME)
  @interface Several {
    BetweenWith[] value();
  }
}
