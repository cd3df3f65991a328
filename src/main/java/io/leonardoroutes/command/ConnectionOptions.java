package io.leonardoroutes.command;

import io.leonardoroutes.files.OthersAccess;
import java.io.IOException;
import java.io.InputStream;
import java.io.Reader;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.Properties;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Where the running program is that a command speaks to, and with which key. */
final class ConnectionOptions {
  private static final Path CONFIG = Path.of("config", "application.properties");
  private static final int LONGEST_KEY = 8 * 1024;

  @Spec(Spec.Target.MIXEE)
  private CommandSpec command;

  @Option(
      names = "--url",
      paramLabel = "URL",
      description =
          "address of the running program; default: LEONARDO_REST_URL, else that of the settings")
  private String url;

  @Option(
      names = "--key-file",
      paramLabel = "FILE",
      description =
          "file with the key or token to call with; default: the variable LEONARDO_REST_KEY")
  private Path keyFile;

  /**
   * @throws CommandFailure if the address or the key cannot be used
   */
  RunningProgram open(CommandContext context) {
    URI address = address(context);
    String key = key(context);
    if (key != null && address.getScheme().equals("http") && !isHere(address.getHost())) {
      command
          .commandLine()
          .getErr()
          .println("the key goes to " + address + " unencrypted: use https:// where you can");
    }
    return new RunningProgram(address, key);
  }

  private static boolean isHere(String host) {
    return host.matches("localhost|127\\.[0-9.]+|\\[::1]");
  }

  private URI address(CommandContext context) {
    String given =
        Optional.ofNullable(url)
            .or(() -> Optional.ofNullable(context.variables().get("LEONARDO_REST_URL")))
            .orElseGet(() -> ofSettings(context, "rest"));
    try {
      URI address = URI.create(given.replaceFirst("/+$", ""));
      boolean web = "http".equals(address.getScheme()) || "https".equals(address.getScheme());
      boolean plain = address.getRawUserInfo() == null && address.getRawQuery() == null;
      if (web && plain && address.getHost() != null && address.getRawFragment() == null) {
        return address;
      }
    } catch (IllegalArgumentException e) {
      // told below, without what may be a password in it
    }
    throw new CommandFailure("the address is none such as http://127.0.0.1:8080");
  }

  /** The port for health checks, by the settings. */
  static URI management(CommandContext context) {
    return URI.create(ofSettings(context, "management"));
  }

  /** Read without Camel, which would take longer than the call. */
  private static String ofSettings(CommandContext context, String server) {
    Properties file = new Properties();
    try (Reader text = Files.isReadable(CONFIG) ? Files.newBufferedReader(CONFIG) : null) {
      if (text != null) {
        file.load(text);
      }
    } catch (IOException | IllegalArgumentException e) {
      throw new CommandFailure(CONFIG + " cannot be read: say with --url where the program runs");
    }
    String prefix = "leonardo." + server + ".";
    String host = setting(context, file, prefix + "host", "127.0.0.1");
    String port = setting(context, file, prefix + "port", server.equals("rest") ? "8080" : "9876");
    boolean tls = !setting(context, file, prefix + "tls.keystore", "").isEmpty();
    return address(host, port, tls).toString();
  }

  /** Where a server with these settings answers. */
  static URI address(String host, String port, boolean tls) {
    // A server that listens on every address is on this one too.
    String name = host.matches("0\\.0\\.0\\.0|\\[?::]?") ? "127.0.0.1" : host;
    String bracketed = name.contains(":") && !name.startsWith("[") ? "[" + name + "]" : name;
    return URI.create((tls ? "https://" : "http://") + bracketed + ":" + port);
  }

  private static String setting(
      CommandContext context, Properties file, String key, String otherwise) {
    String variable = key.toUpperCase(Locale.ROOT).replaceAll("[.-]", "_");
    String value =
        Optional.ofNullable(context.variables().get(variable))
            .or(() -> Optional.ofNullable(System.getProperty(key)))
            .orElseGet(() -> file.getProperty(key, otherwise))
            .strip();
    if (value.contains("{{")) {
      throw new CommandFailure(key + " is a placeholder: say with --url where the program runs");
    }
    return value;
  }

  private String key(CommandContext context) {
    String key = keyFile == null ? context.variables().get("LEONARDO_REST_KEY") : keyOfFile();
    if (key == null || key.isBlank()) {
      return null;
    }
    if (!key.strip().matches("[!-~]+")) {
      throw new CommandFailure(
          "the key in "
              + (keyFile == null ? "LEONARDO_REST_KEY" : keyFile)
              + " is not one word of printable characters");
    }
    return key.strip();
  }

  private String keyOfFile() {
    OthersAccess.warnOfSecret("--key-file", keyFile);
    try (InputStream in = Files.newInputStream(keyFile)) {
      return new String(in.readNBytes(LONGEST_KEY), StandardCharsets.US_ASCII);
    } catch (IOException e) {
      throw new CommandFailure("the file " + keyFile + " of --key-file cannot be read");
    }
  }
}
