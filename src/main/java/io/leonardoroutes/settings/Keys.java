package io.leonardoroutes.settings;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.camel.CamelContext;
import org.apache.camel.ExtendedCamelContext;
import org.apache.camel.spi.PropertiesComponent;
import org.apache.camel.spi.PropertiesSource;
import org.apache.camel.util.TimeUtils;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The {@code leonardo.*} keys as they are in force: what the operator says (system property,
 * environment, property files, in Camel's order), else what the sandbox changes, else the default
 * of {@code config/application.properties}, which is packed into the jar.
 *
 * <p>The result is also a properties source of the Camel context, so that <code>{{leonardo.inbox}}
 * </code> in a route is the same value.
 */
public final class Keys implements PropertiesSource {
  private static final Logger LOG = LoggerFactory.getLogger(Keys.class);
  private static final String PREFIX = "leonardo.";
  private static final Pattern FUNCTION = Pattern.compile("\\{\\{\\??([\\w-]+):");
  private static final String MILLIS = ".millis";

  /** How keys end whose values a password can be in, as in leonardo.ledger.url. */
  private static final String MAY_HOLD_SECRETS = "key,url,uri";

  private static final String SINKS = "leonardo.sinks.";

  /** What the settings of further accounts begin with. */
  public static final String ACCOUNTS = "leonardo.accounts.";

  /** What may follow the name of an account. */
  private static final List<String> OF_AN_ACCOUNT =
      List.of(
          "api-key",
          "limits.concurrent",
          "limits.creates-per-minute",
          "limits.requests-per-minute",
          "budget.per-day",
          "budget.currency",
          "budget.price-unknown",
          "webhook.key",
          "callers");

  private final PropertiesComponent properties;
  private final Set<String> said = new TreeSet<>();
  private final Map<String, String> inForce = new TreeMap<>();

  public Keys(CamelContext context) {
    properties = context.getPropertiesComponent();
    Map<String, String> defaults = packed("application.properties");
    inForce.putAll(defaults);
    Properties loaded = properties.loadProperties(key -> key.startsWith(PREFIX));
    loaded.stringPropertyNames().forEach(key -> add(key, loaded.getProperty(key)));
    // Looked up one by one, as only so does Camel ask the environment and system properties first.
    inForce.replaceAll(
        (key, value) ->
            resolved(key).map(v -> said(key, isFixed(value) ? v : value)).orElse(value));
    System.getProperties().stringPropertyNames().stream()
        .filter(key -> key.startsWith(PREFIX) && !inForce.containsKey(key))
        .forEach(key -> add(key, System.getProperty(key)));
    System.getenv().forEach(this::sinkFromEnvironment);
    System.getenv().forEach(this::accountFromEnvironment);
    hideFromSummaries(context.getCamelContextExtension());
    properties.addPropertiesSource(this);
    if (flag("leonardo.sandbox")) {
      packed("application-sandbox.properties")
          .forEach((key, value) -> inForce.replace(key, defaults.get(key), value));
    }
  }

  /** Camel logs, at INFO, every placeholder that routes and settings have asked for. */
  private static void hideFromSummaries(ExtendedCamelContext context) {
    String words = context.getAdditionalSensitiveKeywords();
    context.setAdditionalSensitiveKeywords((words == null ? "" : words + ",") + MAY_HOLD_SECRETS);
  }

  /** Its value, unless there is none; what cannot be resolved is told once it is asked for. */
  private Optional<String> resolved(String key) {
    try {
      return properties.resolveProperty(key);
    } catch (RuntimeException e) {
      return Optional.empty();
    }
  }

  /** Whether it is the value itself. What a function of Camel stands for may change. */
  private static boolean isFixed(String value) {
    return !value.contains(PropertiesComponent.PREFIX_TOKEN);
  }

  private String said(String key, String value) {
    said.add(key);
    return value;
  }

  /** Stops the start if nobody gave the key: its default is not meant for this. */
  public void mustBeSaid(String key, String why) {
    if (!isSaid(key)) {
      throw new BadSetting(key, why);
    }
  }

  /** A key that no operator sets: a route may read what follows from others. */
  public void derived(String key, int value) {
    inForce.put(key, String.valueOf(value));
  }

  /** Whether somebody gave the key, be it as its default. */
  public boolean isSaid(String key) {
    return said.contains(key);
  }

  private void add(String key, String value) {
    if (!inForce.containsKey(key) && !key.startsWith(SINKS) && !isOfAnAccount(key)) {
      LOG.warn("{} is not a setting of leonardo-routes and does nothing", key);
    }
    inForce.put(key, value);
  }

  /**
   * {@code LEONARDO_SINKS_ARCHIVE_URI}; the known keys' variables are looked up by Camel itself.
   */
  private void sinkFromEnvironment(String name, String value) {
    String key = name.toLowerCase(Locale.ROOT).replace('_', '.');
    if (key.startsWith(SINKS) && !inForce.containsKey(key)) {
      add(key, value);
    }
  }

  /**
   * {@code LEONARDO_ACCOUNTS_STUDIO_B_API_KEY} for account {@code studio-b}: as a name there has no
   * other signs than these, the keys that may follow it tell where it ends.
   */
  private void accountFromEnvironment(String name, String value) {
    String prefix = environment(ACCOUNTS);
    for (String last : OF_AN_ACCOUNT) {
      String end = "_" + environment(last);
      if (name.startsWith(prefix)
          && name.endsWith(end)
          && name.length() > prefix.length() + end.length()) {
        String account = name.substring(prefix.length(), name.length() - end.length());
        String key = ACCOUNTS + account.toLowerCase(Locale.ROOT).replace('_', '-') + "." + last;
        // One that stands elsewhere too was looked up by Camel.
        inForce.putIfAbsent(key, value);
      }
    }
  }

  private static String environment(String key) {
    return key.toUpperCase(Locale.ROOT).replaceAll("[.-]", "_");
  }

  private static boolean isOfAnAccount(String key) {
    return key.startsWith(ACCOUNTS)
        && OF_AN_ACCOUNT.contains(key.substring(ACCOUNTS.length()).replaceFirst("^[^.]*\\.", ""));
  }

  private static Map<String, String> packed(String file) {
    Properties packed = new Properties();
    try (InputStream in = Keys.class.getResourceAsStream("/leonardo-routes/config/" + file)) {
      packed.load(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Map<String, String> map = new TreeMap<>();
    packed.stringPropertyNames().forEach(key -> map.put(key, packed.getProperty(key)));
    return map;
  }

  @Override
  public String getName() {
    return "leonardo-routes";
  }

  @Override
  public String getProperty(String name) {
    // Camel's http component takes its times as plain milliseconds only.
    return name.startsWith(PREFIX) && name.endsWith(MILLIS)
        ? "" + duration(name.substring(0, name.length() - MILLIS.length())).toMillis()
        : inForce.get(name);
  }

  public String text(String key) {
    try {
      return properties.parseUri("{{" + key + "}}").trim();
    } catch (IllegalArgumentException e) {
      throw new BadSetting(key, e.getMessage());
    }
  }

  /** An address as it may be shown: what a password could be in is left out. */
  public static String withoutSecrets(String address) {
    return address.replaceFirst("(?s)[?#].*", "").replaceFirst("//[^/]*@", "//");
  }

  /**
   * A function of Camel that the value names and nobody here has: what follows its colon would be
   * taken for the value.
   */
  Optional<String> missingFunction(String key) {
    return Stream.of(System.getProperty(key), System.getenv(environment(key)), inForce.get(key))
        .filter(Objects::nonNull)
        .flatMap(value -> FUNCTION.matcher(value).results())
        .map(named -> named.group(1))
        .filter(name -> properties.getPropertiesFunction(name) == null)
        .findFirst();
  }

  /** The text, or null where it is empty. */
  public String optional(String key) {
    String text = text(key);
    return text.isEmpty() ? null : text;
  }

  public boolean flag(String key) {
    String text = text(key);
    if (!text.equals("true") && !text.equals("false")) {
      throw new BadSetting(key, "'" + text + "' is neither true nor false");
    }
    return text.equals("true");
  }

  public long number(String key, long min, long max) {
    String text = text(key);
    try {
      long number = Long.parseLong(text);
      if (number >= min && number <= max) {
        return number;
      }
    } catch (NumberFormatException e) {
      // told below
    }
    throw new BadSetting(key, "'%s' is not a whole number from %d to %d".formatted(text, min, max));
  }

  public int integer(String key, int min, int max) {
    return (int) number(key, min, max);
  }

  /** A decimal number, or null where it is empty. */
  public BigDecimal amount(String key) {
    String text = optional(key);
    if (text != null && !text.matches("\\d{1,12}(\\.\\d{1,9})?")) {
      throw new BadSetting(key, "'" + text + "' is not a decimal number such as 25.50");
    }
    return text == null ? null : new BigDecimal(text);
  }

  public Duration duration(String key) {
    String text = text(key);
    try {
      long millis = TimeUtils.toMilliSeconds(text);
      if (millis > 0) {
        return Duration.ofMillis(millis);
      }
    } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
      // told below
    }
    throw new BadSetting(key, "'" + text + "' is not a time such as 500ms, 20s, 10m, 2h or 7d");
  }

  public List<String> names(String key) {
    return Arrays.stream(text(key).split(",")).map(String::trim).filter(s -> !s.isEmpty()).toList();
  }

  /** A folder that exists and can be written, made if need be. */
  public Path folder(String key) {
    Path folder = Path.of(text(key));
    try {
      Files.createDirectories(folder);
      Files.delete(Files.createTempFile(folder, ".leonardo", ".probe"));
      return folder;
    } catch (IOException e) {
      throw new BadSetting(key, "cannot write in " + folder + " (" + e + ")");
    }
  }

  /** A folder that somebody else makes, once it is needed. */
  public void folderToBe(String key) {
    Path folder = Path.of(text(key)).toAbsolutePath();
    Path there = folder;
    while (Files.notExists(there)) {
      there = there.getParent();
    }
    if (!Files.isDirectory(there) || !Files.isWritable(there)) {
      throw new BadSetting(
          key, "cannot write in " + folder + " (" + there + " is no folder that can be written)");
    }
  }

  /** The names that follow a prefix, as {@code outbox} in {@code leonardo.sinks.outbox.uri}. */
  public TreeSet<String> namesUnder(String prefix) {
    TreeSet<String> names = new TreeSet<>();
    for (String key : inForce.keySet()) {
      if (key.startsWith(prefix)) {
        names.add(key.substring(prefix.length()).replaceFirst("\\..*", ""));
      }
    }
    return names;
  }

  public boolean isSet(String key) {
    return inForce.containsKey(key) && !inForce.get(key).isBlank();
  }
}
