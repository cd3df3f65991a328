package io.leonardoroutes.settings;

import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import org.apache.camel.CamelContext;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.EnumerablePropertySource;

/**
 * The names of all properties of a Spring application. Camel can look up such a property by name,
 * but cannot list them.
 */
final class SpringNames {
  private static final String ENVIRONMENT = "environment";

  private SpringNames() {}

  /** All names; empty without Spring. */
  static Set<String> of(CamelContext context) {
    Object environment = context.getRegistry().lookupByName(ENVIRONMENT);
    return environment == null
            || context
                    .getClassResolver()
                    .resolveClass("org.springframework.core.env.ConfigurableEnvironment")
                == null
        ? Set.of()
        : Environments.names(environment);
  }

  /** A class of its own, so that Spring's classes are loaded only if they exist. */
  private static final class Environments {
    static Set<String> names(Object environment) {
      Set<String> names = new TreeSet<>();
      if (environment instanceof ConfigurableEnvironment spring) {
        spring.getPropertySources().stream()
            .filter(EnumerablePropertySource.class::isInstance)
            .map(source -> ((EnumerablePropertySource<?>) source).getPropertyNames())
            .forEach(listed -> names.addAll(Arrays.asList(listed)));
      }
      return names;
    }
  }
}
