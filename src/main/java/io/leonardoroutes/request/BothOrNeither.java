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

/** Either both of these fields are given or neither. */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Repeatable(BothOrNeither.Several.class)
@Constraint(validatedBy = BothOrNeither.Check.class)
public @interface BothOrNeither {
  String first();

  String second();

  String message() default "`{first}` and `{second}` go together: `{missing}` is missing";

  String code() default "requires";

  String allowed() default "";

  Class<?>[] groups() default {};

  Class<? extends Payload>[] payload() default {};

  /** Checks the rule, and adds it to the JSON Schema. */
  final class Check implements ConstraintValidator<BothOrNeither, Record>, InSchema<BothOrNeither> {
    private BothOrNeither pair;

    @Override
    public void initialize(BothOrNeither pair) {
      this.pair = pair;
    }

    @Override
    public boolean isValid(Record record, ConstraintValidatorContext context) {
      boolean first = RecordShape.value(record, pair.first()) != null;
      boolean second = RecordShape.value(record, pair.second()) != null;
      if (first == second) {
        return true;
      }
      String missing = first ? pair.second() : pair.first();
      return RuleContext.report(
          context, missing, List.of(pair.first(), pair.second()), Map.of("missing", missing));
    }

    @Override
    public void say(BothOrNeither rule, SchemaPart schema) {
      ObjectNode first = schema.present(rule.first());
      ObjectNode second = schema.present(rule.second());
      schema.when(SchemaPart.any(List.of(first, second)), SchemaPart.all(first, second));
    }
  }

  /** Container for several of these rules on one record. */
  @Target(ElementType.TYPE)
  @Retention(RetentionPolicy.RUNTIME)
  @interface Several {
    BothOrNeither[] value();
  }
}
