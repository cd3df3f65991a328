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
import java.util.stream.Stream;

/**
 * Width and height, if both are given, are one of these pairs, in pixels, for example {@code
 * 1920x1080}.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Constraint(validatedBy = OneOfSizes.Check.class)
public @interface OneOfSizes {
  String[] value();

  String message() default "{size} is no size of {model}: one of {choices}";

  String code() default "size";

  String allowed() default "{choices}";

  Class<?>[] groups() default {};

  Class<? extends Payload>[] payload() default {};

  /** Checks the rule, and adds it to the JSON Schema. */
  final class Check implements ConstraintValidator<OneOfSizes, Record>, InSchema<OneOfSizes> {
    private List<String> sizes;

    @Override
    public void initialize(OneOfSizes oneOf) {
      sizes = List.of(oneOf.value());
    }

    @Override
    public boolean isValid(Record record, ConstraintValidatorContext context) {
      Object width = RecordShape.value(record, "width");
      Object height = RecordShape.value(record, "height");
      String size = width + "x" + height;
      if (width == null || height == null || sizes.contains(size)) {
        return true;
      }
      // a width that some size has is assumed to be intended: then report the height
      boolean widthExists = sizes.stream().anyMatch(known -> known.startsWith(width + "x"));
      return RuleContext.report(
          context,
          widthExists ? "height" : "width",
          List.of("width", "height"),
          Map.of("size", size));
    }

    @Override
    public void say(OneOfSizes rule, SchemaPart schema) {
      schema.when(
          SchemaPart.all(schema.present("width"), schema.present("height")),
          SchemaPart.any(Stream.of(rule.value()).map(schema::size).toList()));
    }
  }
}
