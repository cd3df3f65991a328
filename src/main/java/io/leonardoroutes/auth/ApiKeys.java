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
 * The API keys of REST callers, from a file with one line per key: name, role, salt and hash. A
 * name may have two keys, so that one can replace the other. The file is read again as soon as it
 * changes.
 *
 * <p>The hash is plain SHA-256 instead of a deliberately slow one: a key is 256 random bits, which
 * nobody can guess, and it is checked for each call.
 */
public final class ApiKeys implements CallerLookup {
  private static final Logger LOG = LoggerFactory.getLogger(ApiKeys.class);
  private static final HexFormat HEX = HexFormat.of();
  private static final Pattern LINE =
      Pattern.compile(
          "(" + Caller.NAME + ")\\s+(user|operator)\\s+sha256\\s+([0-9a-f]{32})\\s+([0-9a-f]{64})");
  private static final Pattern KEY = Pattern.compile("lr_[\\w-]{43}");

  private final Path file;
  private volatile Loaded loaded;

  private record Line(Caller caller, byte[] salt, byte[] hash) {}

  /**
   * The content of one version of the file.
   *
   * @param invalidLines numbers of the lines that are not valid; they are ignored
   */
  private record Loaded(FileVersion version, List<Line> lines, List<Integer> invalidLines) {}

  private ApiKeys(Path file, Loaded loaded) {
    this.file = file;
    this.loaded = loaded;
  }

  /**
   * Reads the file.
   *
   * @throws BadSetting if the file or one of its lines cannot be read
   */
  static ApiKeys in(Path file) {
    try {
      Loaded loaded = read(file);
      if (!loaded.invalidLines().isEmpty()) {
        throw new BadSetting(RestSettings.KEYS, invalidLine(file, loaded));
      }
      OthersAccess.warnOfSecret(RestSettings.KEYS, file);
      return new ApiKeys(file, loaded);
    } catch (IOException e) {
      throw new BadSetting(
          RestSettings.KEYS,
          "cannot read "
              + file
              + ": make a key with java -jar leonardo-routes.jar key NAME >> "
              + file);
    }
  }

  /** A new key, and its line for the file. */
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
  public Optional<Caller> identify(String key) throws IOException {
    List<Line> lines = current().lines();
    Caller found = null;
    if (KEY.matcher(key).matches()) {
      // Compare with every line, so that the time taken does not reveal which one matched.
      for (Line line : lines) {
        if (MessageDigest.isEqual(line.hash(), hash(line.salt(), key))) {
          found = line.caller();
        }
      }
    }
    return Optional.ofNullable(found);
  }

  private Loaded current() throws IOException {
    Loaded last = loaded;
    if (FileVersion.of(file).equals(last.version())) {
      return last;
    }
    Loaded now = read(file);
    loaded = now;
    LOG.info("{} read again: {} keys", file, now.lines().size());
    if (!now.invalidLines().isEmpty()) {
      LOG.warn("leonardo.rest.keys: {}", invalidLine(file, now));
    }
    return now;
  }

  private static Loaded read(Path file) throws IOException {
    FileVersion version = FileVersion.of(file);
    List<Line> lines = new ArrayList<>();
    List<Integer> invalidLines = new ArrayList<>();
    int number = 0;
    for (String text : Files.readString(file, StandardCharsets.ISO_8859_1).lines().toList()) {
      number++;
      Matcher line = LINE.matcher(text.strip());
      if (line.matches()) {
        Caller caller = new Caller(line.group(1), line.group(2).equals("operator"));
        lines.add(new Line(caller, HEX.parseHex(line.group(3)), HEX.parseHex(line.group(4))));
      } else if (!text.isBlank() && !text.startsWith("#")) {
        invalidLines.add(number);
      }
    }
    return new Loaded(version, List.copyOf(lines), List.copyOf(invalidLines));
  }

  private static String invalidLine(Path file, Loaded loaded) {
    return "line %s of %s is not NAME user|operator sha256 SALT HASH, as the command key makes it"
        .formatted(loaded.invalidLines().get(0), file);
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
