package io.leonardoroutes.settings;

import io.leonardoroutes.files.OthersAccess;
import io.leonardoroutes.health.Outages;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A secret that may change while the program runs. Call {@link #get} for each use, and do not keep
 * the value.
 *
 * <p>A setting that begins with {@code file:} names a file with the secret, which is read again as
 * soon as it changes. Any other setting may refer to a vault and is resolved again now and then by
 * {@link SecretRegistry}. While no usable new value can be read, the last one stays in use.
 */
public final class Secret implements Supplier<String> {
  private static final Logger LOG = LoggerFactory.getLogger(Secret.class);
  private static final String FILE = "file:";
  private static final int LONGEST = 8 * 1024;

  private final String key;
  private final SettingReader keys;
  private final int most;
  private final Outages outages;
  private final ReadPause pause = new ReadPause(System::nanoTime);
  private volatile Loaded loaded;
  private volatile boolean refused;

  /**
   * A value that was read.
   *
   * @param file null if the setting is the secret itself
   * @param version of the file; null if there is none
   */
  private record Loaded(Path file, FileVersion version, List<String> values) {
    @Override
    public String toString() {
      return "Loaded";
    }
  }

  /**
   * @param most how many values there may be, one per line
   * @throws BadSetting if there is no usable value
   */
  Secret(String key, int most, SettingReader keys, Outages outages) {
    this.key = key;
    this.keys = keys;
    this.most = most;
    this.outages = outages;
    this.loaded = read();
    if (loaded.file() != null) {
      OthersAccess.warnOfSecret(key, loaded.file());
    }
  }

  /** The current value. */
  @Override
  public String get() {
    return values().get(0);
  }

  /** All current values: two while a secret is being replaced. */
  public List<String> values() {
    Loaded last = loaded;
    if (last.file() == null) {
      return last.values();
    }
    FileVersion now = null;
    try {
      now = FileVersion.of(last.file());
      if (pause.isUnusable(now)) {
        return last.values();
      }
      if (!now.equals(last.version())) {
        changed(fromFile(last.file()));
      }
      outages.reportUp(key);
    } catch (IOException e) {
      keepLast("cannot read " + last.file());
    } catch (BadSetting e) {
      pause.begin(now);
      keepLast(e.why());
    }
    return loaded.values();
  }

  /** Records that the other side refused the secret, so that it is resolved again soon. */
  public void markRefused() {
    refused = true;
  }

  boolean isRefused() {
    return refused;
  }

  /** Resolves the setting again; this may call a vault. */
  void resolveAgain() {
    refused = false;
    try {
      changed(read());
      outages.reportUp(key);
    } catch (BadSetting e) {
      keepLast(e.why());
    }
  }

  private void changed(Loaded now) {
    boolean other = !now.values().equals(loaded.values());
    loaded = now;
    if (other) {
      LOG.info("{} has changed: the new one is used from now on", key);
    }
  }

  private void keepLast(String why) {
    outages.reportDown(key, why + "; the last one is used");
  }

  private Loaded read() {
    keys.missingFunction(key)
        .ifPresent(
            name -> {
              throw invalid("there is nothing that resolves {{%s:...}} on the class path", name);
            });
    String text;
    try {
      text = keys.text(key);
    } catch (RuntimeException e) {
      // The message of the exception may contain the secret.
      String cause = e instanceof BadSetting ? "" : " (" + rootCause(e) + ")";
      throw invalid("cannot be resolved%s: see whether its vault answers", cause);
    }
    return text.startsWith(FILE)
        ? fromFile(file(text.substring(FILE.length())))
        : new Loaded(null, null, parse(text, "it"));
  }

  private Path file(String name) {
    try {
      return Path.of(name);
    } catch (InvalidPathException e) {
      throw invalid("the text after file: is not a file name");
    }
  }

  private Loaded fromFile(Path file) {
    try {
      FileVersion version = FileVersion.of(file);
      try (InputStream in = Files.newInputStream(file)) {
        byte[] text = in.readNBytes(LONGEST + 1);
        if (text.length > LONGEST) {
          throw invalid("%s is longer than %s bytes", file, LONGEST);
        }
        return new Loaded(
            file, version, parse(new String(text, StandardCharsets.UTF_8), file.toString()));
      }
    } catch (IOException e) {
      throw invalid("cannot read %s", file);
    }
  }

  private List<String> parse(String text, String where) {
    List<String> lines = text.lines().map(String::strip).filter(l -> !l.isEmpty()).toList();
    if (lines.isEmpty()) {
      throw invalid("%s is empty", where);
    }
    if (lines.size() > most) {
      throw invalid("%s has more than %s lines", where, most);
    }
    if (lines.stream().anyMatch(line -> line.chars().anyMatch(Character::isISOControl))) {
      throw invalid("%s has control characters in it", where);
    }
    return lines;
  }

  private static String rootCause(Throwable failure) {
    Throwable cause = failure;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause.getClass().getSimpleName();
  }

  private BadSetting invalid(String why, Object... with) {
    return new BadSetting(key, why.formatted(with));
  }

  /** Contains no secret. */
  @Override
  public String toString() {
    return "Secret[" + key + "]";
  }
}
