package io.leonardoroutes.settings;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.camel.CamelContext;
import org.apache.camel.spi.PropertiesComponent;
import org.apache.camel.spi.PropertiesFunction;
import org.apache.camel.util.IOHelper;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where the {@code leonardo.*} keys come from: what the operator says (system property,
 * environment, property files, in Camel's order), else what the sandbox changes, else the default
 * of {@code config/application.properties}, which is packed into the jar. What is said and leads to
 * no key is told.
 */
final class SettingSources {
  private static final Logger LOG = LoggerFactory.getLogger(SettingSources.class);
  private static final String PREFIX = "leonardo.";
  private static final Pattern SECRET =
      Pattern.compile("leonardo\\..*(key|password|ledger\\.url|http\\.proxy)");
  private static final Pattern WHOLE = Pattern.compile("\\{\\{([\\w-]+):([^{}]*)}}");
  private static final Pattern FUNCTION = Pattern.compile("\\{\\{\\??([\\w-]+):");

  /**
   * What Kubernetes adds by itself for a service whose name begins with ours, after a = its value.
   */
  private static final Pattern OF_KUBERNETES =
      Pattern.compile(
          "(?s)\\w+(_SERVICE_(HOST|PORT(_\\w+)?)=.*|_PORT(_\\d+_(TCP|UDP|SCTP)\\w*=.*|=\\w+://.*))");

  private final PropertiesComponent properties;
  private final Map<String, String> defaults = packed("application.properties");
  private final Set<String> loaded;
  private final Set<String> said = new TreeSet<>();
  private final Map<String, String> values = new TreeMap<>(defaults);

  SettingSources(CamelContext context) {
    properties = context.getPropertiesComponent();
    Properties all = properties.loadProperties(key -> key.startsWith(PREFIX));
    loaded = all.stringPropertyNames();
    loaded.forEach(key -> add(key, all.getProperty(key)));
    // Looked up one by one, as only so does Camel ask the environment and system properties first.
    values.replaceAll(
        (key, value) ->
            resolved(key)
                .map(v -> said(key, v.isBlank() || isFixed(value) || isForeign(key) ? v : value))
                .orElse(value));
    System.getProperties().stringPropertyNames().stream()
        .filter(key -> key.startsWith(PREFIX) && !values.containsKey(key))
        .forEach(key -> add(key, System.getProperty(key)));
    addFromEnvironment(System.getenv());
    addFromSpring(SpringNames.of(context));
  }

  /** Whether only the runtime that Camel is in knows the value, as Spring does. */
  private boolean isForeign(String key) {
    return !loaded.contains(key) && ownVariable(key).isEmpty();
  }

  private void addFromSpring(Set<String> names) {
    names.stream()
        .filter(key -> key.startsWith(PREFIX) && !values.containsKey(key))
        .forEach(key -> add(key, properties.resolveProperty(key).orElse("")));
    if (names.stream().anyMatch(key -> key.startsWith("camel.route-template["))) {
      LOG.warn(
          "camel.route-template[0] makes no route here, as Spring Boot has another name for it:"
              + " write camel.routetemplate.config[0]");
    }
  }

  /** Its value, unless there is none; what cannot be resolved is told once it is asked for. */
  private Optional<String> resolved(String key) {
    try {
      if (loaded.contains(key) || ownVariable(key).isPresent()) {
        Optional<String> silently = silently(key);
        if (silently.isPresent()) {
          return silently;
        }
      }
      return properties.resolveProperty(key);
    } catch (RuntimeException e) {
      return Optional.empty();
    }
  }

  /**
   * The value of a key whose value is secret, past Camel, which logs at DEBUG each value that it
   * looks up. Empty for other keys, and for a value that only Camel can resolve.
   */
  Optional<String> silently(String key) {
    if (!SECRET.matcher(key).matches()) {
      return Optional.empty();
    }
    return ownVariable(key)
        .or(() -> Optional.ofNullable(values.get(key)))
        .flatMap(value -> isFixed(value) ? Optional.of(value) : fromFunction(value));
  }

  /** What the environment or a system property says; they win in Camel too. */
  private static Optional<String> ownVariable(String key) {
    return Optional.ofNullable(IOHelper.lookupEnvironmentVariable(key))
        .or(() -> Optional.ofNullable(System.getProperty(key)));
  }

  /** What the one function stands for that the value is, as a vault's. */
  private Optional<String> fromFunction(String value) {
    Matcher whole = WHOLE.matcher(value.strip());
    PropertiesFunction function =
        whole.matches() ? properties.getPropertiesFunction(whole.group(1)) : null;
    return function == null || function.lookupFirst(whole.group(2))
        ? Optional.empty()
        : Optional.ofNullable(function.apply(whole.group(2))).filter(SettingSources::isFixed);
  }

  /** Whether it is the value itself. What a function of Camel stands for may change. */
  private static boolean isFixed(String value) {
    return !value.contains(PropertiesComponent.PREFIX_TOKEN);
  }

  private String said(String key, String value) {
    said.add(key);
    return value;
  }

  private void add(String key, String value) {
    if (!values.containsKey(key) && !NamedSettings.has(key)) {
      tellOfNoSetting(key);
    }
    values.put(key, value);
  }

  /** The variables of keys that stand elsewhere too are looked up by Camel itself. */
  private void addFromEnvironment(Map<String, String> environment) {
    environment.forEach(
        (name, value) -> NamedSettings.of(name).ifPresent(key -> values.putIfAbsent(key, value)));
    Set<String> known =
        values.keySet().stream().map(NamedSettings::variable).collect(Collectors.toSet());
    environment.forEach(
        (name, value) -> {
          if (name.startsWith(NamedSettings.variable(PREFIX))
              && !known.contains(name)
              && !OF_KUBERNETES.matcher(name + "=" + value).matches()) {
            tellOfNoSetting(name);
          }
        });
  }

  /** By its name alone, as its value may be a secret. */
  private static void tellOfNoSetting(String name) {
    LOG.warn("{} is not a setting of leonardo-routes and is ignored", name);
  }

  /** From now on the sandbox's defaults are those of the keys that it changes. */
  void sandbox() {
    packed("application-sandbox.properties")
        .forEach(
            (key, value) -> {
              values.replace(key, defaults.get(key), value);
              defaults.put(key, value);
            });
  }

  /** From now on the defaults are those of an application that has the jar, not the program's. */
  void library() {
    packed("application-library.properties")
        .forEach(
            (key, value) -> {
              if (!said.contains(key)) {
                values.put(key, value);
              }
              defaults.put(key, value);
            });
  }

  /** Whether nobody said any setting at all. */
  boolean isSilent() {
    return said.isEmpty() && values.keySet().equals(defaults.keySet());
  }

  private static Map<String, String> packed(String file) {
    Properties packed = new Properties();
    try (InputStream in =
        SettingSources.class.getResourceAsStream("/leonardo-routes/config/" + file)) {
      packed.load(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Map<String, String> map = new TreeMap<>();
    packed.stringPropertyNames().forEach(key -> map.put(key, packed.getProperty(key)));
    return map;
  }

  /** The value as it was said, or null where there is no such key. */
  String get(String key) {
    return values.get(key);
  }

  Set<String> keys() {
    return values.keySet();
  }

  /** Gives a value to a key that no operator sets. */
  void derived(String key, String value) {
    values.put(key, value);
  }

  /** Whether somebody gave the key, be it as its default. */
  boolean isSaid(String key) {
    return said.contains(key);
  }

  /** What the key is where nobody says it. */
  String byDefault(String key) {
    return defaults.get(key);
  }

  /** A function of Camel that the value names and nobody here has. */
  Optional<String> missingFunction(String key) {
    return Stream.of(
            System.getProperty(key), System.getenv(NamedSettings.variable(key)), values.get(key))
        .filter(Objects::nonNull)
        .flatMap(value -> FUNCTION.matcher(value).results())
        .map(named -> named.group(1))
        .filter(name -> properties.getPropertiesFunction(name) == null)
        .findFirst();
  }
}
