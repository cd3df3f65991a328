package io.leonardoroutes.settings;

import io.leonardoroutes.files.FolderPolicy;
import io.leonardoroutes.files.OthersAccess;
import io.leonardoroutes.files.PartFiles;
import io.leonardoroutes.files.SafeFolder;
import io.leonardoroutes.files.UnsafeFolder;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.UUID;
import org.apache.camel.CamelContext;
import org.apache.camel.ExtendedCamelContext;
import org.apache.camel.spi.PropertiesComponent;
import org.apache.camel.spi.PropertiesSource;
import org.apache.camel.util.TimeUtils;

/**
 * Reads the effective values of {@linkplain SettingSources all sources} by type, or throws a {@link
 * BadSetting} that says in one line what is wrong.
 *
 * <p>It is also a properties source of the Camel context, so that <code>{{leonardo.inbox}}</code>
 * in a route gives the same value.
 */
public final class SettingReader implements PropertiesSource {
  private static final String MILLIS = ".millis";

  /** Prefix of the settings of sinks. */
  public static final String SINKS = "leonardo.sinks.";

  /** Prefix of the settings of further accounts. */
  public static final String ACCOUNTS = "leonardo.accounts.";

  /** Prefix of the settings of budgets of callers and tags. */
  public static final String BUDGETS = "leonardo.budgets.";

  /**
   * Registry name that is bound by the program itself, and not if this is a library in another
   * application.
   */
  public static final String PROGRAM = "leonardoProgram";

  /** Endings of keys whose values may contain a password, as that of leonardo.ledger.url. */
  private static final String SENSITIVE_KEYS = "key,url,uri,proxy";

  private final PropertiesComponent properties;
  private final SettingSources sources;
  private final boolean library;

  public SettingReader(CamelContext context) {
    properties = context.getPropertiesComponent();
    sources = new SettingSources(context);
    maskInSummaries(context.getCamelContextExtension());
    properties.addPropertiesSource(this);
    library = context.getRegistry().lookupByName(PROGRAM) == null;
    if (library) {
      sources.useLibraryDefaults();
    }
    if (flag("leonardo.sandbox")) {
      sources.useSandboxDefaults();
    }
  }

  /** Masks these keys where Camel logs, at INFO, every property placeholder that was resolved. */
  private static void maskInSummaries(ExtendedCamelContext context) {
    String words = context.getAdditionalSensitiveKeywords();
    context.setAdditionalSensitiveKeywords((words == null ? "" : words + ",") + SENSITIVE_KEYS);
  }

  /** Whether this is an application that has the jar and sets none of its settings. */
  public boolean isOff() {
    return library && sources.hasNoExplicit();
  }

  /** Fails unless the key is set explicitly, where its default is not suitable. */
  public void requireExplicit(String key, String why) {
    if (!sources.isExplicit(key)) {
      throw new BadSetting(key, why);
    }
  }

  /** Sets a value that is derived from other settings, for use in routes. */
  public void setDerived(String key, int value) {
    sources.setDerived(key, String.valueOf(value));
  }

  /** Whether the key is set explicitly, even to its default. */
  public boolean isExplicit(String key) {
    return sources.isExplicit(key);
  }

  @Override
  public String getName() {
    return "leonardo-routes";
  }

  @Override
  public String getProperty(String name) {
    // Camel's http component takes times only as plain milliseconds.
    return name.startsWith("leonardo.") && name.endsWith(MILLIS)
        ? "" + duration(name.substring(0, name.length() - MILLIS.length())).toMillis()
        : sources.get(name);
  }

  public String text(String key) {
    try {
      return sources
          .readUnlogged(key)
          .orElseGet(() -> properties.parseUri("{{" + key + "}}"))
          .trim();
    } catch (IllegalArgumentException e) {
      throw new BadSetting(key, e.getMessage());
    }
  }

  /**
   * The name of a property function that the value uses and Camel does not have; Camel would take
   * the text after its colon for the value.
   */
  Optional<String> missingFunction(String key) {
    return sources.missingFunction(key);
  }

  /** The text, or null if it is empty. */
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
      // reported below
    }
    throw new BadSetting(key, "'%s' is not a whole number from %s to %s".formatted(text, min, max));
  }

  public int integer(String key, int min, int max) {
    return (int) number(key, min, max);
  }

  /** A decimal number, or null if it is empty. */
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
      // reported below
    }
    throw new BadSetting(key, "'" + text + "' is not a time such as 500ms, 20s, 10m, 2h or 7d");
  }

  public List<String> names(String key) {
    return Arrays.stream(text(key).split(",")).map(String::trim).filter(s -> !s.isEmpty()).toList();
  }

  /** A writable folder, created with the permissions of the policy if it does not exist. */
  public Path folder(String key, FolderPolicy policy) {
    Path folder = Path.of(text(key));
    try {
      OthersAccess.createFolder(folder, policy);
      Files.delete(Files.createFile(folder.resolve(SafeFolder.PART + UUID.randomUUID())));
      PartFiles.starting(SafeFolder.PART).sweep(folder, policy);
      return folder;
    } catch (UnsafeFolder mayStillBeUsed) {
      return folder;
    } catch (IOException e) {
      throw new BadSetting(key, "cannot write in " + folder + " (" + e + ")");
    }
  }

  /** Checks that a folder exists or could be created, but does not create it. */
  public void requireCreatableFolder(String key) {
    Path folder = Path.of(text(key)).toAbsolutePath();
    Path there = folder;
    while (Files.notExists(there)) {
      there = there.getParent();
    }
    if (!Files.isDirectory(there) || !Files.isWritable(there)) {
      throw new BadSetting(
          key, "cannot write in " + folder + " (" + there + " is not a writable folder)");
    }
  }

  /**
   * The names that follow a prefix, for example {@code outbox} in {@code
   * leonardo.sinks.outbox.uri}.
   */
  public TreeSet<String> namesUnder(String prefix) {
    TreeSet<String> names = new TreeSet<>();
    for (String key : sources.keys()) {
      if (key.startsWith(prefix)) {
        names.add(key.substring(prefix.length()).replaceFirst("\\..*", ""));
      }
    }
    return names;
  }

  /** Whether the value equals the default. */
  public boolean isDefault(String key) {
    String plain = sources.defaultOf(key);
    // Camel takes a text without a placeholder for the name of one.
    return text(key).equals(plain.contains("{{") ? properties.parseUri(plain) : plain);
  }

  /** Whether the key exists, even with an empty value. */
  public boolean exists(String key) {
    return sources.get(key) != null;
  }

  /** Whether the key exists and its value is not blank. */
  public boolean isSet(String key) {
    return exists(key) && !sources.get(key).isBlank();
  }
}
