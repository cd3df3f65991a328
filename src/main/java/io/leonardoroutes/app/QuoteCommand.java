package io.leonardoroutes.app;

import io.leonardoroutes.database.LedgerReader;
import io.leonardoroutes.flow.PriceQuotes;
import io.leonardoroutes.flow.PriceSettings;
import io.leonardoroutes.flow.QuoteSettings;
import io.leonardoroutes.limits.PriceTable;
import io.leonardoroutes.limits.QuoteQueries;
import io.leonardoroutes.models.ModelRegistry;
import io.leonardoroutes.settings.SettingReader;
import jakarta.validation.ValidatorFactory;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Clock;
import org.apache.camel.CamelContext;
import org.apache.camel.main.Main;

/**
 * The command {@code quote}: says what the requests in a file or folder will cost. It only reads:
 * whether the program is running does not matter.
 */
final class QuoteCommand {
  private static final int FAILED = 1;

  private QuoteCommand() {}

  /**
   * Runs the command with the settings of the program.
   *
   * @param main the program, not started
   * @return the exit status: 0 if every request has a price
   */
  static int run(Main main, Path target, PrintStream out, PrintStream err) {
    try {
      // Reads the settings but loads no routes, so that nothing runs.
      main.configure().withRoutesCollectorEnabled(false);
      main.init();
      return quote(main.getCamelContext(), target, out, err) ? 0 : FAILED;
    } catch (Exception e) {
      err.println("quote: " + StartCommand.reason(e));
      return FAILED;
    } finally {
      main.stop();
    }
  }

  private static boolean quote(CamelContext context, Path target, PrintStream out, PrintStream err)
      throws Exception {
    SettingReader keys = new SettingReader(context);
    QuoteSettings settings = QuoteSettings.read(context, keys);
    ConstraintMapping mapping = new ConstraintMapping(settings.rulesMapping(), settings.sinks());
    try (ValidatorFactory rules = mapping.rules()) {
      ModelRegistry models = mapping.models(rules);
      PriceTable table = PriceSettings.read(keys, models.ids());
      PriceQuotes quotes = new PriceQuotes(learned(settings, err), table, settings.accounts());
      return new QuoteReport(quotes, models, settings.maxBytes(), out).print(target);
    }
  }

  /** Without a ledger to read, the table has to do. */
  private static QuoteQueries learned(QuoteSettings settings, PrintStream err) {
    try {
      return LedgerReader.open(settings.ledger())
          .map(ledger -> new QuoteQueries(ledger, Clock.systemUTC()))
          .orElse(QuoteQueries.NONE);
    } catch (RuntimeException e) {
      err.println(
          "quote: all prices are those of the table, as the ledger cannot be read: "
              + RouteLoader.oneLine(StartCommand.reason(e), settings.ledger()));
      return QuoteQueries.NONE;
    }
  }
}
