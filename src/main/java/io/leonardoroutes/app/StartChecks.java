package io.leonardoroutes.app;

import io.leonardoroutes.event.Sink;
import io.leonardoroutes.files.OthersAccess;
import io.leonardoroutes.settings.BadSetting;
import java.io.IOException;
import java.io.Reader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.camel.CamelContext;
import org.apache.camel.ResolveEndpointFailedException;
import org.apache.camel.spi.Resource;
import org.apache.camel.support.CamelContextHelper;
import org.apache.camel.support.PluginHelper;
import org.apache.hc.core5.util.VersionInfo;

/** Tries what a setting names while it is still known which setting it was. */
final class StartChecks {
  private static final Pattern PARAMETER = Pattern.compile("(\\w+)=[^,&}\\s]+");

  private static final Pattern SECRET =
      Pattern.compile("leonardo\\..*(api-key|password|webhook\\.key|http\\.proxy)");
  private static final String FILE = "file:";

  private StartChecks() {}

  /** What an application has by its own choice of versions. */
  static void httpClient() {
    VersionInfo found =
        VersionInfo.loadVersionInfo("org.apache.hc.client5", StartChecks.class.getClassLoader());
    httpClient(found == null ? VersionInfo.UNAVAILABLE : found.getRelease());
  }

  /**
   * @throws IllegalStateException for a version in which calls would have no deadline: each create
   *     would be in doubt
   */
  static void httpClient(String version) {
    if (!version.startsWith("5.5.") && !version.equals(VersionInfo.UNAVAILABLE)) {
      throw new IllegalStateException(
          "httpclient5 is %s here, and leonardo-routes can end its calls in time with 5.5 alone: add the dependency org.apache.httpcomponents.client5:httpclient5:5.5.1"
              .formatted(version));
    }
  }

  static void free(String key, String host, int port) {
    try (ServerSocket probe = new ServerSocket(port, 1, InetAddress.getByName(host))) {
      probe.setReuseAddress(true);
    } catch (IOException e) {
      throw new BadSetting(
          key, "port " + port + " of " + host + " cannot be opened: " + e.getMessage());
    }
  }

  /** Warns of configuration files with secrets in them that every user can read. */
  static void secretsInOpenFiles(CamelContext context) {
    for (String location : context.getPropertiesComponent().getLocations()) {
      String name = location.replaceFirst(";.*", "");
      Path file = name.startsWith(FILE) ? Path.of(name.substring(FILE.length())) : null;
      if (file != null && Files.isReadable(file)) {
        secretIn(file).ifPresent(key -> OthersAccess.warnOfSecret(key, file));
      }
    }
  }

  private static Optional<String> secretIn(Path file) {
    Properties said = new Properties();
    try (Reader text = Files.newBufferedReader(file)) {
      said.load(text);
    } catch (IOException | IllegalArgumentException e) {
      return Optional.empty(); // told by Camel
    }
    return said.stringPropertyNames().stream()
        .filter(key -> SECRET.matcher(key).matches())
        .filter(key -> !said.getProperty(key).isBlank())
        .filter(key -> !key.endsWith(".proxy") || said.getProperty(key).contains("@"))
        .filter(key -> !said.getProperty(key).strip().matches("file:.*|.*\\{\\{.*"))
        .sorted()
        .findFirst();
  }

  static Collection<Resource> routeFiles(CamelContext context, String pattern) throws Exception {
    Collection<Resource> found = List.of();
    try {
      found = PluginHelper.getPackageScanResourceResolver(context).findResources(followed(pattern));
    } catch (NoSuchFileException e) {
      // told below
    }
    if (found.isEmpty() || !found.stream().allMatch(Resource::exists)) {
      throw new BadSetting("leonardo.routes", "there is no route file at " + pattern);
    }
    return found;
  }

  /** Camel looks into no folder that is a symbolic link. */
  private static String followed(String pattern) throws IOException {
    int end = pattern.lastIndexOf('/');
    if (pattern.startsWith(FILE) && end > FILE.length()) {
      Path folder = Path.of(pattern.substring(FILE.length(), end));
      if (Files.isSymbolicLink(folder) && Files.isDirectory(folder)) {
        return FILE + folder.toRealPath() + pattern.substring(end);
      }
    }
    return pattern;
  }

  static void endpoint(CamelContext context, Sink sink) {
    try {
      context.getEndpoint(sink.uri());
    } catch (ResolveEndpointFailedException e) {
      String why = e.getMessage().replaceFirst("(?s).* due to: ", "");
      throw new BadSetting(
          "leonardo.sinks." + sink.name() + ".uri",
          "is not a valid endpoint: " + withoutSecrets(context, why));
    }
  }

  /** Camel hides them in the address that it shows first, not in what it says then. */
  private static String withoutSecrets(CamelContext context, String why) {
    String anonymous = why.replaceAll("//[^/\\s]*@", "//***@");
    return PARAMETER
        .matcher(anonymous)
        .replaceAll(
            found ->
                CamelContextHelper.containsSensitive(context, found.group(1))
                    ? found.group(1) + "=***"
                    : Matcher.quoteReplacement(found.group()));
  }
}
