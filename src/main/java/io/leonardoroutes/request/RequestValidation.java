package io.leonardoroutes.request;

import jakarta.validation.MessageInterpolator;
import jakarta.validation.Validation;
import jakarta.validation.ValidatorFactory;
import java.io.InputStream;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import org.hibernate.validator.HibernateValidator;
import org.hibernate.validator.HibernateValidatorConfiguration;
import org.hibernate.validator.messageinterpolation.ExpressionLanguageFeatureLevel;

/** The Bean Validation that requests go through. */
public final class RequestValidation {
  private RequestValidation() {}

  /**
   * A validator factory for requests, without expression language and without the application's own
   * {@code validation.xml}. Its messages are templates as they stand in the annotations, filled
   * where violations are reported; close it at the end.
   *
   * @param sinks the names that a request may choose its sinks from
   * @param mappings constraint mappings of Bean Validation (XML) that change a rule of a model
   */
  public static ValidatorFactory validatorFactory(Set<String> sinks, InputStream... mappings) {
    HibernateValidatorConfiguration rules =
        Validation.byProvider(HibernateValidator.class)
            .configure()
            .ignoreXmlConfiguration()
            .messageInterpolator(new AsWritten())
            .constraintExpressionLanguageFeatureLevel(ExpressionLanguageFeatureLevel.NONE)
            .customViolationExpressionLanguageFeatureLevel(ExpressionLanguageFeatureLevel.NONE)
            .showValidatedValuesInTraceLogs(false)
            .constraintValidatorPayload(new Sinks(new TreeSet<>(sinks)));
    for (InputStream mapping : mappings) {
      rules.addMapping(mapping);
    }
    return rules.buildValidatorFactory();
  }

  /** The names of the sinks that there are, sorted. */
  record Sinks(Set<String> names) {}

  /** Leaves a template as it is: what a caller wrote is never part of a template. */
  private static final class AsWritten implements MessageInterpolator {
    @Override
    public String interpolate(String template, Context context) {
      return template;
    }

    @Override
    public String interpolate(String template, Context context, Locale locale) {
      return template;
    }
  }
}
