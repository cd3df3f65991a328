package io.leonardoroutes.app;

import io.leonardoroutes.event.Sink;
import io.leonardoroutes.files.OthersAccess;
import io.leonardoroutes.http.AddressSecrets;
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
import org.apache.camel.model.ModelCamelContext;
import org.apache.camel.spi.Resource;
import org.apache.camel.support.CamelContextHelper;
import org.apache.camel.support.PluginHelper;
import org.apache.hc.core5.util.VersionInfo;

/** Checks at the start, while a failure can still be traced to its setting. */
final class StartChecks {
  private static final Pattern PARAMETER = Pattern.compile("(\\w+)=[^,&}\\s]+");

  private static final Pattern SECRET =
      Pattern.compile("leonardo\\..*(api-key|password|webhook\\.key)");

  /** Settings whose values are addresses, and may have a password in them. */
  private static final Pattern ADDRESS =
      Pattern.compile(
          "leonardo\\.(ledger\\.url|jms\\.url|http\\.proxy|base-url|sinks\\.[^.]+\\.uri)");

  private static final String FILE = "file:";

  private StartChecks() {}

  /** Checks the version of httpclient5, which an application may manage itself. */
  static void checkHttpClient() {
    VersionInfo found =
        VersionInfo.loadVersionInfo("org.apache.hc.client5", StartChecks.class.getClassLoader());
    checkHttpClient(found == null ? VersionInfo.UNAVAILABLE : found.getRelease());
  }

  /**
   * @throws IllegalStateException for a version in which calls would have no deadline, so that
   *     creates would end in doubt
   */
  static void checkHttpClient(String version) {
    if (!version.startsWith("5.5.") && !version.equals(VersionInfo.UNAVAILABLE)) {
      throw new IllegalStateException(
          "httpclient5 is %s here, but leonardo-routes can end its calls in time only with 5.5: add the dependency org.apache.httpcomponents.client5:httpclient5:5.5.1"
              .formatted(version));
    }
  }

  static void requireFreePort(String key, String host, int port) {
    try (ServerSocket probe = new ServerSocket(port, 1, InetAddress.getByName(host))) {
      probe.setReuseAddress(true);
    } catch (IOException e) {
      throw new BadSetting(
          key, "port " + port + " of " + host + " cannot be opened: " + e.getMessage());
    }
  }

  /** Warns of configuration files with secrets in them that every user can read. */
  static void warnOfReadableSecrets(CamelContext context) {
    for (String location : context.getPropertiesComponent().getLocations()) {
      String name = location.replaceFirst(";.*", "");
      Path file = name.startsWith(FILE) ? Path.of(name.substring(FILE.length())) : null;
      if (file != null && Files.isReadable(file)) {
        secretIn(file).ifPresent(key -> OthersAccess.warnOfSecret(key, file));
      }
    }
  }

  private static Optional<String> secretIn(Path file) {
    Properties properties = new Properties();
    try (Reader text = Files.newBufferedReader(file)) {
      properties.load(text);
    } catch (IOException | IllegalArgumentException e) {
      return Optional.empty(); // Camel reports it
    }
    return properties.stringPropertyNames().stream()
        .filter(key -> isSecret(key, properties.getProperty(key).strip()))
        .sorted()
        .findFirst();
  }

  private static boolean isSecret(String key, String value) {
    return SECRET.matcher(key).matches() && !value.matches("|file:.*|.*\\{\\{.*")
        || ADDRESS.matcher(key).matches() && AddressSecrets.isIn(value);
  }

  static Collection<Resource> routeFiles(CamelContext context, String pattern) throws Exception {
    Collection<Resource> found = List.of();
    try {
      found =
          PluginHelper.getPackageScanResourceResolver(context)
              .findResources(withRealFolder(pattern));
    } catch (NoSuchFileException e) {
      // reported below
    }
    if (found.isEmpty() || !found.stream().allMatch(Resource::exists)) {
      throw new BadSetting("leonardo.routes", "there is no route file at " + pattern);
    }
    return found;
  }

  /** Resolves a folder that is a symbolic link: Camel does not look into those. */
  private static String withRealFolder(String pattern) throws IOException {
    int end = pattern.lastIndexOf('/');
    if (pattern.startsWith(FILE) && end > FILE.length()) {
      Path folder = Path.of(pattern.substring(FILE.length(), end));
      if (Files.isSymbolicLink(folder) && Files.isDirectory(folder)) {
        return FILE + folder.toRealPath() + pattern.substring(end);
      }
    }
    return pattern;
  }

  /** Of two routes with the same id, Camel would drop the first. */
  static void requireFreeRouteId(CamelContext context, String id, String sink) {
    if (((ModelCamelContext) context).getRouteDefinition(id) != null) {
      throw new BadSetting(
          "leonardo.sinks." + sink + ".uri",
          "the route files have a route " + id + ": give the sink another name");
    }
  }

  static void checkEndpoint(CamelContext context, Sink sink) {
    try {
      context.getEndpoint(sink.uri());
    } catch (ResolveEndpointFailedException e) {
      String why = e.getMessage().replaceFirst("(?s).* due to: ", "");
      throw new BadSetting(
          "leonardo.sinks." + sink.name() + ".uri",
          "is not a valid endpoint: " + withoutSecrets(context, why));
    }
  }

  /** Camel masks secrets in the address at the start of its message, but not in what follows. */
  private static String withoutSecrets(CamelContext context, String why) {
    String anonymous = why.replaceAll("//[^\\s]*@", "//***@");
    return PARAMETER
        .matcher(anonymous)
        .replaceAll(
            found ->
                CamelContextHelper.containsSensitive(context, found.group(1))
                    ? found.group(1) + "=***"
                    : Matcher.quoteReplacement(found.group()));
  }
}
