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

/** Sets up Bean Validation for requests. */
public final class RequestValidation {
  private RequestValidation() {}

  /**
   * Builds a validator factory for requests, without expression language and without the
   * application's own {@code validation.xml}. Its messages stay templates; {@code ViolationMapper}
   * fills them in. The caller closes the factory.
   *
   * @param sinks the names of the sinks that a request may choose
   * @param mappings constraint mappings of Bean Validation (XML) that change the rules of models
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

  /** The names of the configured sinks, sorted. */
  record Sinks(Set<String> names) {}

  /**
   * Returns templates as they are, so that nothing a caller wrote is ever interpolated as a
   * template.
   */
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
