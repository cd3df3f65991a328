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
 * A secret that may change while the program runs: ask for it at each use, and keep it nowhere.
 *
 * <p>A setting that begins with {@code file:} names the file of the secret, which is read again as
 * soon as it changes. Any other is asked for again by {@link SecretRegistry}, as what a vault says
 * may change. While there is no new one that could be used, the last one stays.
 */
public final class Secret implements Supplier<String> {
  private static final Logger LOG = LoggerFactory.getLogger(Secret.class);
  private static final String FILE = "file:";
  private static final int LONGEST = 8 * 1024;

  private final String key;
  private final SettingReader keys;
  private final int most;
  private final Outages outages;
  private volatile Reading reading;
  private volatile boolean refused;

  /**
   * What was read.
   *
   * @param file null if the setting is the secret itself
   * @param version of the file, or null
   */
  private record Reading(Path file, FileVersion version, List<String> lines) {
    @Override
    public String toString() {
      return "Reading";
    }
  }

  /**
   * @param most lines that it may have
   * @throws BadSetting if there is none that could be used
   */
  Secret(String key, int most, SettingReader keys, Outages outages) {
    this.key = key;
    this.keys = keys;
    this.most = most;
    this.outages = outages;
    this.reading = read();
    if (reading.file() != null) {
      OthersAccess.warnOfSecret(key, reading.file());
    }
  }

  /** The secret as it is now. */
  @Override
  public String get() {
    return lines().get(0);
  }

  /** All that it may be now: while one takes the place of another, both. */
  public List<String> lines() {
    Reading last = reading;
    if (last.file() == null) {
      return last.lines();
    }
    try {
      if (!FileVersion.of(last.file()).equals(last.version())) {
        changed(inFile(last.file()));
      }
      outages.reportUp(key);
    } catch (IOException e) {
      stays("cannot read " + last.file());
    } catch (BadSetting e) {
      stays(e.why());
    }
    return reading.lines();
  }

  /** The other side does not know it (any more): it is asked for again as soon as may be. */
  public void refused() {
    refused = true;
  }

  boolean isRefused() {
    return refused;
  }

  /** Asks what the setting says now; a vault is called for it. */
  void renew() {
    refused = false;
    try {
      changed(read());
      outages.reportUp(key);
    } catch (BadSetting e) {
      stays(e.why());
    }
  }

  private void changed(Reading now) {
    boolean other = !now.lines().equals(reading.lines());
    reading = now;
    if (other) {
      LOG.info("{} has changed: the new one is used from now on", key);
    }
  }

  private void stays(String why) {
    outages.reportDown(key, why + "; the last one is used");
  }

  private Reading read() {
    keys.missingFunction(key)
        .ifPresent(
            name -> {
              throw bad("there is nothing that resolves {{%s:...}} on the class path", name);
            });
    String said;
    try {
      said = keys.text(key);
    } catch (RuntimeException e) {
      // Its message may have the value in it.
      String kind = e instanceof BadSetting ? "" : " (" + kind(e) + ")";
      throw bad("cannot be resolved%s: see whether its vault answers", kind);
    }
    return said.startsWith(FILE)
        ? inFile(file(said.substring(FILE.length())))
        : new Reading(null, null, usable(said, "it"));
  }

  private Path file(String name) {
    try {
      return Path.of(name);
    } catch (InvalidPathException e) {
      throw bad("what follows file: is no name of a file");
    }
  }

  private Reading inFile(Path file) {
    try {
      FileVersion version = FileVersion.of(file);
      try (InputStream in = Files.newInputStream(file)) {
        byte[] text = in.readNBytes(LONGEST + 1);
        if (text.length > LONGEST) {
          throw bad("%s is longer than %s bytes", file, LONGEST);
        }
        return new Reading(
            file, version, usable(new String(text, StandardCharsets.UTF_8), file.toString()));
      }
    } catch (IOException e) {
      throw bad("cannot read %s", file);
    }
  }

  private List<String> usable(String text, String where) {
    List<String> lines = text.lines().map(String::strip).filter(l -> !l.isEmpty()).toList();
    if (lines.isEmpty()) {
      throw bad("%s is empty", where);
    }
    if (lines.size() > most) {
      throw bad("%s has more than %s lines", where, most);
    }
    if (lines.stream().anyMatch(line -> line.chars().anyMatch(Character::isISOControl))) {
      throw bad("%s has control characters in it", where);
    }
    return lines;
  }

  private static String kind(Throwable failure) {
    Throwable cause = failure;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause.getClass().getSimpleName();
  }

  private BadSetting bad(String why, Object... with) {
    return new BadSetting(key, why.formatted(with));
  }

  /** Nothing that is secret. */
  @Override
  public String toString() {
    return "Secret[" + key + "]";
  }
}
