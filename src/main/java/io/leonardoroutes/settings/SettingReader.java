package io.leonardoroutes.settings;

import io.leonardoroutes.files.FolderPolicy;
import io.leonardoroutes.files.OthersAccess;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import org.apache.camel.CamelContext;
import org.apache.camel.ExtendedCamelContext;
import org.apache.camel.spi.PropertiesComponent;
import org.apache.camel.spi.PropertiesSource;
import org.apache.camel.util.TimeUtils;

/**
 * Reads the values that are {@linkplain SettingSources in force} as what they stand for, or says in
 * one line why they cannot be it.
 *
 * <p>It is also a properties source of the Camel context, so that <code>{{leonardo.inbox}}</code>
 * in a route is the same value.
 */
public final class SettingReader implements PropertiesSource {
  private static final String MILLIS = ".millis";

  /** What the settings of sinks begin with. */
  public static final String SINKS = "leonardo.sinks.";

  /** What the settings of further accounts begin with. */
  public static final String ACCOUNTS = "leonardo.accounts.";

  /** The name under which the program says that it is no guest in the application of another. */
  public static final String PROGRAM = "leonardoProgram";

  /** How keys end whose values a password can be in, as in leonardo.ledger.url. */
  private static final String MAY_HOLD_SECRETS = "key,url,uri,proxy";

  private final PropertiesComponent properties;
  private final SettingSources sources;
  private final boolean library;

  public SettingReader(CamelContext context) {
    properties = context.getPropertiesComponent();
    sources = new SettingSources(context);
    hideFromSummaries(context.getCamelContextExtension());
    properties.addPropertiesSource(this);
    library = context.getRegistry().lookupByName(PROGRAM) == null;
    if (library) {
      sources.library();
    }
    if (flag("leonardo.sandbox")) {
      sources.sandbox();
    }
  }

  /** Camel logs, at INFO, every placeholder that routes and settings have asked for. */
  private static void hideFromSummaries(ExtendedCamelContext context) {
    String words = context.getAdditionalSensitiveKeywords();
    context.setAdditionalSensitiveKeywords((words == null ? "" : words + ",") + MAY_HOLD_SECRETS);
  }

  /** Whether this is an application that has the jar and says nothing to it. */
  public boolean isOff() {
    return library && sources.isSilent();
  }

  /** Stops the start if nobody gave the key: its default is not meant for this. */
  public void mustBeSaid(String key, String why) {
    if (!sources.isSaid(key)) {
      throw new BadSetting(key, why);
    }
  }

  /** A key that no operator sets: a route may read what follows from others. */
  public void derived(String key, int value) {
    sources.derived(key, String.valueOf(value));
  }

  /** Whether somebody gave the key, be it as its default. */
  public boolean isSaid(String key) {
    return sources.isSaid(key);
  }

  @Override
  public String getName() {
    return "leonardo-routes";
  }

  @Override
  public String getProperty(String name) {
    // Camel's http component takes its times as plain milliseconds only.
    return name.startsWith("leonardo.") && name.endsWith(MILLIS)
        ? "" + duration(name.substring(0, name.length() - MILLIS.length())).toMillis()
        : sources.get(name);
  }

  public String text(String key) {
    try {
      return sources.silently(key).orElseGet(() -> properties.parseUri("{{" + key + "}}")).trim();
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
    return sources.missingFunction(key);
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
    throw new BadSetting(key, "'%s' is not a whole number from %s to %s".formatted(text, min, max));
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

  /** A folder that exists and can be written, made for those of the policy if need be. */
  public Path folder(String key, FolderPolicy policy) {
    Path folder = Path.of(text(key));
    try {
      OthersAccess.folder(folder, policy);
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
    for (String key : sources.keys()) {
      if (key.startsWith(prefix)) {
        names.add(key.substring(prefix.length()).replaceFirst("\\..*", ""));
      }
    }
    return names;
  }

  /** Whether its value is what it would be if nobody gave it. */
  public boolean isDefault(String key) {
    return text(key).equals(properties.parseUri(sources.byDefault(key)));
  }

  /** Whether there is such a key, be its value empty. */
  public boolean isThere(String key) {
    return sources.get(key) != null;
  }

  public boolean isSet(String key) {
    return isThere(key) && !sources.get(key).isBlank();
  }
}
