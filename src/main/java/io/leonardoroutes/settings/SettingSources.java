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
 * The sources of the {@code leonardo.*} keys: the operator's settings (system property,
 * environment, property files, in Camel's order), else the defaults of the sandbox, else those of
 * {@code config/application.properties}, which is packaged in the jar. Logs a warning for each
 * unknown setting.
 *
 * <p>One file, because which source a value comes from decides what is warned of.
 */
final class SettingSources {
  private static final Logger LOG = LoggerFactory.getLogger(SettingSources.class);
  private static final String PREFIX = "leonardo.";
  private static final Pattern SECRET =
      Pattern.compile("leonardo\\..*(key|password|ledger\\.url|http\\.proxy)");
  private static final Pattern ONE_FUNCTION = Pattern.compile("\\{\\{([\\w-]+):([^{}]*)}}");
  private static final Pattern FUNCTION = Pattern.compile("\\{\\{\\??([\\w-]+):");

  /**
   * Variables, as NAME=VALUE, that Kubernetes adds for a service whose name begins with leonardo.
   */
  private static final Pattern KUBERNETES_VARIABLE =
      Pattern.compile(
          "(?s)\\w+(_SERVICE_(HOST|PORT(_\\w+)?)=.*|_PORT(_\\d+_(TCP|UDP|SCTP)\\w*=.*|=\\w+://.*))");

  /** Variables of the commands that speak to a running program. */
  private static final Set<String> OF_COMMANDS = Set.of("LEONARDO_REST_KEY", "LEONARDO_REST_URL");

  private final PropertiesComponent properties;
  private final Map<String, String> defaults = packaged("application.properties");
  private final Set<String> loaded;
  private final Set<String> explicit = new TreeSet<>();
  private final Map<String, String> values = new TreeMap<>(defaults);

  SettingSources(CamelContext context) {
    properties = context.getPropertiesComponent();
    Properties all = properties.loadProperties(key -> key.startsWith(PREFIX));
    loaded = all.stringPropertyNames();
    loaded.forEach(key -> add(key, all.getProperty(key)));
    // One by one: only then does Camel look at environment and system properties first.
    values.replaceAll(
        (key, value) ->
            resolve(key)
                .map(
                    v ->
                        explicit(
                            key, v.isBlank() || isFixed(value) || isFromRuntime(key) ? v : value))
                .orElse(value));
    System.getProperties().stringPropertyNames().stream()
        .filter(key -> key.startsWith(PREFIX) && !values.containsKey(key))
        .forEach(key -> add(key, System.getProperty(key)));
    addFromEnvironment(System.getenv());
    addFromSpring(SpringNames.of(context));
  }

  /** Whether the value comes from the runtime around Camel, such as Spring. */
  private boolean isFromRuntime(String key) {
    return !loaded.contains(key) && fromEnvironment(key).isEmpty();
  }

  private void addFromSpring(Set<String> names) {
    names.stream()
        .filter(key -> key.startsWith(PREFIX) && !values.containsKey(key))
        .forEach(key -> add(key, properties.resolveProperty(key).orElse("")));
    if (names.stream().anyMatch(key -> key.startsWith("camel.route-template["))) {
      LOG.warn(
          "camel.route-template[...] makes no route here, as Spring Boot has another name for it:"
              + " write camel.routetemplate.config[0] and its route-id");
    }
  }

  /**
   * The value, if there is one. A value that cannot be resolved is reported when it is first read.
   */
  private Optional<String> resolve(String key) {
    try {
      if (loaded.contains(key) || fromEnvironment(key).isPresent()) {
        Optional<String> unlogged = readUnlogged(key);
        if (unlogged.isPresent()) {
          return unlogged;
        }
      }
      return properties.resolveProperty(key);
    } catch (RuntimeException e) {
      return Optional.empty();
    }
  }

  /**
   * The value of a secret key, read without Camel, which logs each value that it looks up at DEBUG.
   * Empty for other keys, and for a value that only Camel can resolve.
   */
  Optional<String> readUnlogged(String key) {
    if (!SECRET.matcher(key).matches()) {
      return Optional.empty();
    }
    return fromEnvironment(key)
        .or(() -> Optional.ofNullable(values.get(key)))
        .flatMap(value -> isFixed(value) ? Optional.of(value) : fromFunction(value));
  }

  /** The value in the environment or a system property; these take precedence in Camel too. */
  private static Optional<String> fromEnvironment(String key) {
    return Optional.ofNullable(IOHelper.lookupEnvironmentVariable(key))
        .or(() -> Optional.ofNullable(System.getProperty(key)));
  }

  /** The result of the property function, such as a vault lookup, that is the whole value. */
  private Optional<String> fromFunction(String value) {
    Matcher whole = ONE_FUNCTION.matcher(value.strip());
    PropertiesFunction function =
        whole.matches() ? properties.getPropertiesFunction(whole.group(1)) : null;
    return function == null || function.lookupFirst(whole.group(2))
        ? Optional.empty()
        : Optional.ofNullable(function.apply(whole.group(2))).filter(SettingSources::isFixed);
  }

  /** Whether the value contains no placeholder; the result of a property function may change. */
  private static boolean isFixed(String value) {
    return !value.contains(PropertiesComponent.PREFIX_TOKEN);
  }

  private String explicit(String key, String value) {
    explicit.add(key);
    return value;
  }

  private void add(String key, String value) {
    if (!values.containsKey(key) && !NamedSettings.has(key)) {
      warnUnknown(key);
    }
    values.put(key, value);
  }

  /**
   * Adds named settings and warns of unknown variables; those of known keys are read by Camel
   * itself.
   */
  private void addFromEnvironment(Map<String, String> environment) {
    environment.forEach(
        (name, value) -> NamedSettings.of(name).ifPresent(key -> values.putIfAbsent(key, value)));
    Set<String> known =
        values.keySet().stream().map(NamedSettings::variable).collect(Collectors.toSet());
    environment.forEach(
        (name, value) -> {
          if (name.startsWith(NamedSettings.variable(PREFIX))
              && !known.contains(name)
              && !OF_COMMANDS.contains(name)
              && !KUBERNETES_VARIABLE.matcher(name + "=" + value).matches()) {
            warnUnknown(name);
          }
        });
  }

  /** Logs only the name, since the value may be a secret. */
  private static void warnUnknown(String name) {
    LOG.warn("{} is not a setting of leonardo-routes and is ignored", name);
  }

  /** Applies the defaults of the sandbox. */
  void useSandboxDefaults() {
    packaged("application-sandbox.properties")
        .forEach(
            (key, value) -> {
              values.replace(key, defaults.get(key), value);
              defaults.put(key, value);
            });
  }

  /** Applies the defaults for use as a library, in place of the program's. */
  void useLibraryDefaults() {
    packaged("application-library.properties")
        .forEach(
            (key, value) -> {
              if (!explicit.contains(key)) {
                values.put(key, value);
                if (value.equals("false")) {
                  warnOfIdle(key);
                }
              }
              defaults.put(key, value);
            });
  }

  /** An application may have been written when this was on by default, or expect it. */
  private void warnOfIdle(String switchedOff) {
    String group = switchedOff.substring(0, switchedOff.lastIndexOf('.') + 1);
    explicit.stream()
        .filter(
            key ->
                group.equals("leonardo.file.")
                    ? key.equals("leonardo.inbox")
                    : key.startsWith(group))
        .findFirst()
        .ifPresent(
            key ->
                LOG.warn(
                    "{} is set, but the default of {} is false in an application: set it to true or"
                        + " false",
                    key,
                    switchedOff));
  }

  /** Whether no setting is set explicitly. */
  boolean hasNoExplicit() {
    return explicit.isEmpty() && values.keySet().equals(defaults.keySet());
  }

  private static Map<String, String> packaged(String file) {
    Properties packaged = new Properties();
    try (InputStream in =
        SettingSources.class.getResourceAsStream("/leonardo-routes/config/" + file)) {
      packaged.load(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Map<String, String> map = new TreeMap<>();
    packaged.stringPropertyNames().forEach(key -> map.put(key, packaged.getProperty(key)));
    return map;
  }

  /** The value as it was written, with its placeholders, or null if there is no such key. */
  String get(String key) {
    return values.get(key);
  }

  Set<String> keys() {
    return values.keySet();
  }

  /** Sets a value that is derived from other settings. */
  void setDerived(String key, String value) {
    values.put(key, value);
  }

  /** Whether the key is set explicitly, even to its default. */
  boolean isExplicit(String key) {
    return explicit.contains(key);
  }

  /** The default value. */
  String defaultOf(String key) {
    return defaults.get(key);
  }

  /** The name of a property function that the value uses and Camel does not have. */
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
