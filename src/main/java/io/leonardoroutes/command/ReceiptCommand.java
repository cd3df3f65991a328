package io.leonardoroutes.command;

import io.leonardoroutes.receipt.ReceiptFolder;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The command {@code receipt}: what to do with the receipts of delivered videos. */
@Command(
    name = "receipt",
    mixinStandardHelpOptions = true,
    subcommands = ReceiptCommand.Verify.class,
    description = "Checks the receipts of delivered videos (leonardo.receipts).")
final class ReceiptCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    throw new ParameterException(spec.commandLine(), "say verify FOLDER");
  }

  /** Checks the receipts in a folder. */
  @Command(
      name = "verify",
      mixinStandardHelpOptions = true,
      description = {
        "Checks that no receipt in a folder is missing or was changed, and that each video is the",
        "one that was delivered. If the last receipts are missing, the folder cannot show it:",
        "compare the last number and its SHA-256 with what was noted before.",
        "Exits with 0 if all is well, else with 1."
      })
  static final class Verify implements Callable<Integer> {
    @Mixin private CommandOutput output;

    @Parameters(paramLabel = "FOLDER", description = "where a sink has put videos and receipts")
    private Path folder;

    @Override
    public Integer call() throws Exception {
      ReceiptFolder.Report report = ReceiptFolder.verify(folder);
      output.print(CommandOutput.tree(report), () -> print(report));
      return report.problems().isEmpty() && !report.chains().isEmpty()
          ? CommandContext.DONE
          : CommandContext.FAILED;
    }

    private void print(ReceiptFolder.Report report) {
      report.problems().forEach(problem -> output.line(CommandOutput.plain(problem)));
      for (ReceiptFolder.Chain chain : report.chains()) {
        output.line(
            "%s receipts of sink %s; the last is number %s with SHA-256 %s"
                .formatted(
                    chain.receipts(),
                    CommandOutput.plain(chain.sink()),
                    chain.last(),
                    chain.sha256()));
      }
      if (report.chains().isEmpty()) {
        output.line("there are no receipts in " + folder);
      }
    }
  }
}
