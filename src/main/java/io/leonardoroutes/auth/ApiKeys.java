package io.leonardoroutes.auth;

import io.leonardoroutes.files.OthersAccess;
import io.leonardoroutes.settings.BadSetting;
import io.leonardoroutes.settings.FileVersion;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The keys of REST callers, one line each in a file: name, role, salt and hash. A name may have two
 * keys, so that one can replace the other. The file is read again as soon as it changes.
 *
 * <p>The hash is SHA-256, not one that is slow on purpose: a key is 256 random bits and no password
 * that could be guessed, and each call is asked for one.
 */
public final class ApiKeys implements CallerLookup {
  private static final Logger LOG = LoggerFactory.getLogger(ApiKeys.class);
  private static final HexFormat HEX = HexFormat.of();
  private static final Pattern LINE =
      Pattern.compile(
          "(" + Caller.NAME + ")\\s+(user|operator)\\s+sha256\\s+([0-9a-f]{32})\\s+([0-9a-f]{64})");
  private static final Pattern KEY = Pattern.compile("lr_[\\w-]{43}");

  private final Path file;
  private volatile Reading reading;

  private record Line(Caller caller, byte[] salt, byte[] hash) {}

  /**
   * What the file said.
   *
   * @param unread numbers of the lines that say nothing; they open nothing
   */
  private record Reading(FileVersion version, List<Line> lines, List<Integer> unread) {}

  private ApiKeys(Path file, Reading reading) {
    this.file = file;
    this.reading = reading;
  }

  /**
   * Reads the file.
   *
   * @throws BadSetting if it cannot be read, or one of its lines
   */
  static ApiKeys in(Path file) {
    try {
      Reading reading = read(file);
      if (!reading.unread().isEmpty()) {
        throw new BadSetting(RestSettings.KEYS, unread(file, reading));
      }
      OthersAccess.warnOfSecret(RestSettings.KEYS, file);
      return new ApiKeys(file, reading);
    } catch (IOException e) {
      throw new BadSetting(
          RestSettings.KEYS,
          "cannot read "
              + file
              + ": make a key with java -jar leonardo-routes.jar key NAME >> "
              + file);
    }
  }

  /** A new key, and the line that stands for it in the file. */
  public record Made(String key, String line) {
    @Override
    public String toString() {
      return line;
    }
  }

  public static Made make(Caller caller) {
    SecureRandom random = new SecureRandom();
    byte[] secret = new byte[32];
    byte[] salt = new byte[16];
    random.nextBytes(secret);
    random.nextBytes(salt);
    String key = "lr_" + Base64.getUrlEncoder().withoutPadding().encodeToString(secret);
    String role = caller.operator() ? "operator" : "user";
    return new Made(
        key,
        "%s %s sha256 %s %s"
            .formatted(caller.name(), role, HEX.formatHex(salt), HEX.formatHex(hash(salt, key))));
  }

  @Override
  public Optional<Caller> who(String key) throws IOException {
    List<Line> lines = current().lines();
    Caller found = null;
    if (KEY.matcher(key).matches()) {
      // All of them, so that the time it takes says nothing of which one it was.
      for (Line line : lines) {
        if (MessageDigest.isEqual(line.hash(), hash(line.salt(), key))) {
          found = line.caller();
        }
      }
    }
    return Optional.ofNullable(found);
  }

  private Reading current() throws IOException {
    Reading last = reading;
    if (FileVersion.of(file).equals(last.version())) {
      return last;
    }
    Reading now = read(file);
    reading = now;
    LOG.info("{} read again: {} keys", file, now.lines().size());
    if (!now.unread().isEmpty()) {
      LOG.warn("{}: {}", RestSettings.KEYS, unread(file, now));
    }
    return now;
  }

  private static Reading read(Path file) throws IOException {
    FileVersion version = FileVersion.of(file);
    List<Line> lines = new ArrayList<>();
    List<Integer> unread = new ArrayList<>();
    int number = 0;
    for (String text : Files.readString(file, StandardCharsets.ISO_8859_1).lines().toList()) {
      number++;
      Matcher line = LINE.matcher(text.strip());
      if (line.matches()) {
        Caller caller = new Caller(line.group(1), line.group(2).equals("operator"));
        lines.add(new Line(caller, HEX.parseHex(line.group(3)), HEX.parseHex(line.group(4))));
      } else if (!text.isBlank() && !text.startsWith("#")) {
        unread.add(number);
      }
    }
    return new Reading(version, List.copyOf(lines), List.copyOf(unread));
  }

  private static String unread(Path file, Reading reading) {
    return "line %s of %s is not NAME user|operator sha256 SALT HASH, as the command key makes it"
        .formatted(reading.unread().get(0), file);
  }

  private static byte[] hash(byte[] salt, String key) {
    try {
      MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
      sha256.update(salt);
      return sha256.digest(key.getBytes(StandardCharsets.US_ASCII));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
