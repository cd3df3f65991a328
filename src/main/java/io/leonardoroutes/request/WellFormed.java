package io.leonardoroutes.request;

import io.leonardoroutes.json.ParseTrace;
import jakarta.validation.Constraint;
import jakarta.validation.ConstraintValidator;
import jakarta.validation.ConstraintValidatorContext;
import jakarta.validation.Payload;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * The whole request could be parsed. The violations of what could not are in its {@link
 * ParseTrace}.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Constraint(validatedBy = WellFormed.Check.class)
public @interface WellFormed {
  String message() default "some of the request could not be read";

  String code() default "type";

  String allowed() default "";

  Class<?>[] groups() default {};

  Class<? extends Payload>[] payload() default {};

  /** Checks the rule. */
  final class Check implements ConstraintValidator<WellFormed, VideoRequest> {
    @Override
    public boolean isValid(VideoRequest request, ConstraintValidatorContext context) {
      return request.reading().misread().isEmpty();
    }
  }
}
