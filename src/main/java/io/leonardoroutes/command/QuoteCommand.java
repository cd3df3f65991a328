package io.leonardoroutes.command;

import io.leonardoroutes.app.ProgramSetup;
import io.leonardoroutes.database.LedgerReader;
import io.leonardoroutes.flow.PriceQuotes;
import io.leonardoroutes.flow.PriceSettings;
import io.leonardoroutes.flow.QuoteSettings;
import io.leonardoroutes.limits.PriceTable;
import io.leonardoroutes.limits.QuoteQueries;
import io.leonardoroutes.models.ModelRegistry;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/**
 * The command {@code quote}: says what the requests in a file or folder will cost. It only reads:
 * whether the program is running does not matter.
 */
@Command(
    name = "quote",
    mixinStandardHelpOptions = true,
    description = {
      "Says what the requests in a file or folder will cost.",
      "And how long they will take. It only reads .json, .jsonl and .csv, whether or not the program is",
      "running, and needs no key.",
      "Exits with 0 if every request has a price, else with 1."
    })
final class QuoteCommand implements Callable<Integer> {
  private final CommandContext context;
  @Mixin private CommandOutput output;

  @Parameters(
      paramLabel = "FILE|FOLDER",
      description = "a file with requests, or a folder with such files")
  private Path target;

  QuoteCommand(CommandContext context) {
    this.context = context;
  }

  @Override
  public Integer call() throws Exception {
    try (OfflineProgram program = OfflineProgram.open(context.program())) {
      QuoteSettings settings = program.settings();
      ModelRegistry models = program.models(settings);
      PriceTable table = PriceSettings.read(program.keys(), models.ids());
      PriceQuotes quotes = new PriceQuotes(learned(settings), table, settings.accounts());
      return new QuoteReport(quotes, models, settings.maxBytes(), output).print(target)
          ? CommandContext.DONE
          : CommandContext.FAILED;
    }
  }

  /** Without a ledger to read, the table has to do. */
  private QuoteQueries learned(QuoteSettings settings) {
    try {
      return LedgerReader.open(settings.ledger())
          .map(ledger -> new QuoteQueries(ledger, context.clock()))
          .orElse(QuoteQueries.NONE);
    } catch (RuntimeException e) {
      output
          .err()
          .println(
              "quote: all prices are those of the table, as the ledger cannot be read: "
                  + ProgramSetup.ledgerFault(e, settings.ledger()));
      return QuoteQueries.NONE;
    }
  }
}
