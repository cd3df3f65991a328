package io.leonardoroutes.app;

import io.leonardoroutes.database.LedgerConnection;
import io.leonardoroutes.flow.FlowContext;
import io.leonardoroutes.flow.LedgerSettings;
import io.leonardoroutes.flow.LeonardoSettings;
import io.leonardoroutes.http.HttpProxy;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.camel.CamelContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The two log lines of a successful start: version, settings and ledger, then the addresses. */
final class StartupReport {
  private static final Logger LOG = LoggerFactory.getLogger(StartupReport.class);
  private static final String FILE = "file:";

  private StartupReport() {}

  /**
   * @param foreign whether the application has an HTTP server of its own, which serves the REST
   *     routes
   */
  static void log(CamelContext context, FlowContext flow, boolean foreign) {
    String version = StartupReport.class.getPackage().getImplementationVersion();
    LOG.info(
        "leonardo-routes{}, {}; ledger {}, unfinished jobs: {}",
        version == null ? "" : " " + version,
        configuration(context),
        ledger(flow.settings().ledger()),
        flow.ledger().unfinished());
    LOG.info("{}", addresses(flow.settings(), foreign));
  }

  private static String configuration(CamelContext context) {
    List<String> files =
        context.getPropertiesComponent().getLocations().stream()
            .map(location -> location.replaceFirst(";.*", ""))
            .filter(location -> isThere(context, location))
            .map(StartupReport::absolute)
            .toList();
    return files.isEmpty()
        ? "no configuration file, started in " + Path.of("").toAbsolutePath() + ": the defaults"
        : "configuration " + String.join(", ", files);
  }

  private static boolean isThere(CamelContext context, String location) {
    if (location.startsWith(FILE)) {
      return Files.exists(Path.of(location.substring(FILE.length())));
    }
    String resource = location.replaceFirst("^classpath:", "");
    return context.getClassResolver().loadResourceAsURL(resource) != null;
  }

  private static String absolute(String location) {
    return location.startsWith(FILE)
        ? Path.of(location.substring(FILE.length())).toAbsolutePath().normalize().toString()
        : location;
  }

  private static String ledger(LedgerConnection access) {
    return access.file() == null
        ? LedgerSettings.address(access)
        : access.file().toAbsolutePath().normalize().toString();
  }

  private static String addresses(LeonardoSettings settings, boolean foreign) {
    StringBuilder line = new StringBuilder("leonardo-routes ready");
    if (settings.intakes().file()) {
      Path inbox = settings.intakes().inbox();
      line.append(", drop requests into ").append(inbox);
    }
    if (settings.rest().enabled()) {
      line.append(", POST them to ")
          .append(
              foreign
                  ? "/generations of the application's own HTTP server, which has to authenticate"
                      + " callers"
                  : settings.rest().address() + "/generations");
    }
    if (settings.intakes().jms()) {
      line.append(
          ", send them to queue %s %s"
              .formatted(settings.jms().requests(), settings.jms().accessDescription()));
    }
    URI provider = settings.provider().baseUrl();
    line.append("; provider ").append(provider);
    HttpProxy proxy = settings.routes().proxyOf(provider);
    return proxy == null ? line.toString() : line + ", through the proxy " + proxy;
  }
}
