package io.leonardoroutes.app;

import io.leonardoroutes.models.BadModel;
import io.leonardoroutes.models.ModelRegistry;
import io.leonardoroutes.request.RequestValidation;
import io.leonardoroutes.settings.BadSetting;
import jakarta.validation.ValidationException;
import jakarta.validation.ValidatorFactory;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;

/**
 * The rules of the models, with what the operator's constraint mapping changes of them.
 *
 * @param file {@code leonardo.rules.mapping}, or null for the rules as built
 * @param sinks the names that a request may choose from
 */
record ConstraintMapping(Path file, Set<String> sinks) {

  /** The rules; to be closed at the end. */
  ValidatorFactory rules() throws IOException {
    if (file == null) {
      return RequestValidation.validatorFactory(sinks);
    }
    try (InputStream xml = Files.newInputStream(file)) {
      return RequestValidation.validatorFactory(sinks, xml);
    } catch (ValidationException e) {
      throw bad(e);
    }
  }

  /** The models under these rules, each of which is tried. */
  ModelRegistry models(ValidatorFactory rules) {
    try {
      return ModelRegistry.found(rules, sinks);
    } catch (IllegalStateException e) {
      throw file == null ? e : bad(e);
    }
  }

  private BadSetting bad(Throwable why) {
    Throwable cause = why;
    while (!(cause instanceof BadModel) && cause.getCause() != null) {
      cause = cause.getCause();
    }
    String kind = cause instanceof ClassNotFoundException ? "there is no class " : "";
    return new BadSetting(
        "leonardo.rules.mapping", file + " cannot be used: " + kind + cause.getMessage());
  }
}
