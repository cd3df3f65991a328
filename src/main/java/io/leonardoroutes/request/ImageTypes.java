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
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.util.List;
import java.util.Map;

/** The picture of the {@link ImageItem} has one of these types; case matters. */
@Target(ElementType.TYPE_USE)
@Retention(RetentionPolicy.RUNTIME)
@Constraint(validatedBy = ImageTypes.Check.class)
public @interface ImageTypes {
  String[] value();

  /** The path of the type within the item. */
  String field() default "image.type";

  String message() default OneOf.MESSAGE;

  String code() default "one-of";

  String allowed() default "{choices}";

  Class<?>[] groups() default {};

  Class<? extends Payload>[] payload() default {};

  /** Checks the rule, and adds it to the JSON Schema. */
  final class Check implements ConstraintValidator<ImageTypes, Record>, InSchema<ImageTypes> {
    private ImageTypes rule;

    @Override
    public void initialize(ImageTypes rule) {
      this.rule = rule;
    }

    @Override
    public boolean isValid(Record item, ConstraintValidatorContext context) {
      Object type = item == null ? null : RecordShape.value(item, rule.field());
      return type == null
          || List.of(rule.value()).contains(type)
          || RuleContext.report(context, rule.field(), List.of(), Map.of());
    }

    @Override
    public void say(ImageTypes rule, SchemaPart schema) {
      schema.choose(rule.field(), List.of(rule.value()));
    }
  }
}
