package io.leonardoroutes.app;

import io.leonardoroutes.database.LedgerConnection;
import io.leonardoroutes.flow.FlowContext;
import io.leonardoroutes.flow.LeonardoSettings;
import io.leonardoroutes.limits.PriceTable;
import io.leonardoroutes.models.BadModel;
import io.leonardoroutes.settings.BadSetting;
import io.leonardoroutes.settings.SettingReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import org.apache.camel.CamelContext;
import org.apache.camel.main.Main;
import org.apache.camel.main.SimpleMainShutdownStrategy;

/** What the commands need of the program: its settings, its ledger, and how it fails. */
public final class ProgramSetup {
  private static final Path CONFIG = Path.of("config", "application.properties");
  private static final Path ROUTES = Path.of("routes");
  private static final int SHORTEST_DRAIN_SECONDS = 90;

  private ProgramSetup() {}

  /** Camel's main with the settings and the route files of the current folder, not started. */
  public static Main program() {
    Main main = new Main();
    main.setShutdownStrategy(new SimpleMainShutdownStrategy());
    main.configure().withName("leonardo-routes").withShutdownTimeout(SHORTEST_DRAIN_SECONDS);
    main.bind(SettingReader.PROGRAM, true);
    if (Files.isRegularFile(CONFIG)) {
      main.setPropertyPlaceholderLocations("file:" + CONFIG);
    }
    if (Files.isDirectory(ROUTES)) {
      main.bind(RouteLoader.ROUTE_FILES, "file:" + ROUTES + "/*.camel.yaml");
    }
    return main;
  }

  /** How long a stop may wait for calls under way; zero if nothing was started. */
  public static Duration longestDrain(Main main) {
    return main.getCamelContext() == null
        ? Duration.ZERO
        : ShutdownTimeout.current(main.getCamelContext());
  }

  /**
   * Opens the ledger as the program does, for a command that runs in its place. The caller closes
   * it.
   *
   * @throws BadSetting for a setting that cannot work, or a ledger that cannot be opened
   */
  public static FlowContext openLedger(CamelContext context, LeonardoSettings settings) {
    Clock clock = context.getRegistry().findSingleByType(Clock.class);
    return RouteLoader.flow(settings, PriceTable.NONE, clock);
  }

  /** Why a ledger could not be opened, in one line without its secrets. */
  public static String ledgerFault(Throwable failure, LedgerConnection access) {
    return RouteLoader.oneLine(reason(failure), access);
  }

  /**
   * The reason in one line: the setting or model at fault if there is one, else the innermost
   * cause.
   */
  public static String reason(Throwable failure) {
    Throwable cause = failure;
    while (!(cause instanceof BadSetting)
        && !(cause instanceof BadModel)
        && cause.getCause() != null) {
      cause = cause.getCause();
    }
    return String.valueOf(cause.getMessage()).replaceAll("\\s+", " ");
  }
}
