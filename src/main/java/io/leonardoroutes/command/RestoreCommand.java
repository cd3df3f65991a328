package io.leonardoroutes.command;

import io.leonardoroutes.app.ProgramSetup;
import io.leonardoroutes.event.EventType;
import io.leonardoroutes.flow.FlowContext;
import io.leonardoroutes.flow.JobProblems;
import io.leonardoroutes.flow.LedgerSettings;
import io.leonardoroutes.flow.LeonardoSettings;
import io.leonardoroutes.ledger.Ledger;
import java.time.Instant;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * The command {@code restored}: makes a ledger that was restored from a backup safe to start on.
 * Jobs that it shows as not submitted may have been submitted and paid since the backup, so they
 * are put in doubt and settled like any other doubt.
 */
@Command(
    name = "restored",
    mixinStandardHelpOptions = true,
    description = {
      "Makes a ledger that was restored from a backup safe to start on.",
      "It puts every job in doubt that may have been submitted since. Run it while no program uses",
      "the ledger."
    })
final class RestoreCommand implements Callable<Integer> {
  private static final String WHY =
      "the ledger was restored from a backup, and the job may have been submitted since";
  private static final String BY_LIST =
      "adopts what the provider's list shows, and submits the others once the list shows a job that"
          + " is submitted from now on: send one if none arrives";
  private static final String BY_PERSON = "leaves them to a person: leonardo.reconcile=hold";

  private final CommandContext context;
  @Mixin private CommandOutput output;

  @Option(
      names = "--at",
      required = true,
      paramLabel = "INSTANT",
      description =
          "when the backup was made, or any time before, for example 2026-07-01T02:00:00Z")
  private Instant at;

  RestoreCommand(CommandContext context) {
    this.context = context;
  }

  @Override
  public Integer call() throws Exception {
    try (OfflineProgram program = OfflineProgram.open(context.program())) {
      putInDoubt(program);
      return CommandContext.DONE;
    }
  }

  private void putInDoubt(OfflineProgram program) {
    LeonardoSettings settings = LeonardoSettings.read(program.context(), program.keys());
    FlowContext flow = ProgramSetup.openLedger(program.context(), settings);
    try (Ledger ledger = flow.ledger()) {
      String name = LedgerSettings.address(settings.ledger());
      Instant now = flow.clock().instant();
      if (at.isAfter(now)) {
        throw new IllegalArgumentException(at + " is in the future: it is now " + now);
      }
      if (ledger.list(null, 1, null).isEmpty()) {
        throw new IllegalArgumentException("there is no job in " + name);
      }
      // Calls of an instance that cannot reach the ledger may still be under way.
      Instant callsOver = ledger.isShared() ? now.plus(settings.longestCall()) : now;
      Ledger.Doubts doubts =
          ledger.restored(
              at,
              change ->
                  change
                      .problem(JobProblems.inDoubtAgain(change.job(), WHY, callsOver))
                      // The list may show the generation long before the call must be over.
                      .dueAt(now.plus(settings.reconcile().settle())),
              job -> flow.events().of(EventType.IN_DOUBT, job));
      boolean list = settings.reconcile().list();
      output.print(
          CommandOutput.object()
              .put("ledger", name)
              .put("jobs", doubts.jobs())
              .put("since", doubts.since().toString())
              .put("settledBy", list ? "list" : "hold"),
          () ->
              output.line(
                  "%s: %s jobs may have been submitted since %s, and are in doubt; the next start %s"
                      .formatted(name, doubts.jobs(), doubts.since(), list ? BY_LIST : BY_PERSON)));
    }
  }
}
