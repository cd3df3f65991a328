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
import javax.xml.XMLConstants;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.SAXException;

/**
 * The rules of the models, as changed by the operator's constraint mapping (XML of Bean
 * Validation).
 *
 * @param file {@code leonardo.rules.mapping}, or null for the built-in rules
 * @param sinks the names of the sinks that a request may choose
 */
public record ConstraintMapping(Path file, Set<String> sinks) {
  private static final Logger LOG = LoggerFactory.getLogger(ConstraintMapping.class);

  /** Builds the rules; the caller closes the factory. */
  public ValidatorFactory rules() throws IOException {
    if (file == null) {
      return RequestValidation.validatorFactory(sinks);
    }
    try (InputStream xml = Files.newInputStream(file)) {
      ValidatorFactory rules = RequestValidation.validatorFactory(sinks, xml);
      warnOfDroppedRules();
      return rules;
    } catch (ValidationException e) {
      throw badMapping(e);
    }
  }

  /** By default, Bean Validation drops all built-in rules of a bean that the mapping mentions. */
  private void warnOfDroppedRules() throws IOException {
    try {
      DocumentBuilderFactory xml = DocumentBuilderFactory.newInstance();
      xml.setFeature(XMLConstants.FEATURE_SECURE_PROCESSING, true);
      xml.setNamespaceAware(true);
      NodeList beans =
          xml.newDocumentBuilder().parse(file.toFile()).getElementsByTagNameNS("*", "bean");
      for (int i = 0; i < beans.getLength(); i++) {
        Element bean = (Element) beans.item(i);
        if (!bean.hasAttribute("ignore-annotations")) {
          LOG.warn(
              "leonardo.rules.mapping: none of the built-in rules of {} applies any more, as its"
                  + " bean in {} does not say ignore-annotations=\"false\" (or \"true\", if that is"
                  + " meant)",
              bean.getAttribute("class"),
              file);
        }
      }
    } catch (SAXException | ParserConfigurationException e) {
      throw new IllegalStateException(e); // it could be read a moment ago
    }
  }

  /** The models with these rules; tries the rules of each one. */
  public ModelRegistry models(ValidatorFactory rules) {
    try {
      return ModelRegistry.found(rules, sinks);
    } catch (IllegalStateException e) {
      throw file == null ? e : badMapping(e);
    }
  }

  private BadSetting badMapping(Throwable why) {
    Throwable cause = why;
    while (!(cause instanceof BadModel) && cause.getCause() != null) {
      cause = cause.getCause();
    }
    String kind = cause instanceof ClassNotFoundException ? "there is no class " : "";
    return new BadSetting(
        "leonardo.rules.mapping", file + " cannot be used: " + kind + cause.getMessage());
  }
}
