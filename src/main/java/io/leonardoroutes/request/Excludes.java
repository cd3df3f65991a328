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
import java.util.stream.Stream;

/** The field must not be given together with any of the others. */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Repeatable(Excludes.Several.class)
@Constraint(validatedBy = Excludes.Check.class)
public @interface Excludes {
  String field();

  String[] others();

  String message() default "`{field}` does not go with `{present}`: leave out the one or the other";

  String code() default "excludes";

  String allowed() default "";

  Class<?>[] groups() default {};

  Class<? extends Payload>[] payload() default {};

  /** Checks the rule, and adds it to the JSON Schema. */
  final class Check implements ConstraintValidator<Excludes, Record>, InSchema<Excludes> {
    private Excludes rule;

    @Override
    public void initialize(Excludes rule) {
      this.rule = rule;
    }

    @Override
    public boolean isValid(Record record, ConstraintValidatorContext context) {
      if (RecordShape.value(record, rule.field()) == null) {
        return true;
      }
      List<String> present =
          Stream.of(rule.others())
              .filter(other -> RecordShape.value(record, other) != null)
              .toList();
      return present.isEmpty()
          || RuleContext.report(
              context,
              rule.field(),
              List.of(rule.field()),
              Map.of("present", String.join("` and `", present)));
    }

    @Override
    public void say(Excludes rule, SchemaPart schema) {
      List<ObjectNode> others = Stream.of(rule.others()).map(schema::present).toList();
      schema.when(schema.present(rule.field()), SchemaPart.not(SchemaPart.any(others)));
    }
  }

  /** Container for several of these rules on one record. */
  @Target(ElementType.TYPE)
  @Retention(RetentionPolicy.RUNTIME)
  @interface Several {
    Excludes[] value();
  }
}
