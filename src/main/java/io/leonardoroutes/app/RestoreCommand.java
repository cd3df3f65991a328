package io.leonardoroutes.app;

import io.leonardoroutes.event.EventType;
import io.leonardoroutes.flow.FlowContext;
import io.leonardoroutes.flow.JobProblems;
import io.leonardoroutes.flow.LedgerSettings;
import io.leonardoroutes.flow.LeonardoSettings;
import io.leonardoroutes.ledger.Ledger;
import io.leonardoroutes.limits.PriceTable;
import io.leonardoroutes.settings.SettingReader;
import java.io.PrintStream;
import java.time.Clock;
import java.time.Instant;
import org.apache.camel.CamelContext;
import org.apache.camel.main.Main;

/**
 * The command {@code restored}: makes a ledger that was restored from a backup safe to start on.
 * Jobs that it shows as not submitted may have been submitted and paid since the backup, so they
 * are put in doubt and settled like any other doubt.
 */
final class RestoreCommand {
  private static final String WHY =
      "the ledger was restored from a backup, and the job may have been submitted since";
  private static final String BY_LIST =
      "adopts what the provider's list shows, and submits the others once the list shows a job that"
          + " is submitted from now on: send one if none arrives";
  private static final String BY_PERSON = "leaves them to a person: leonardo.reconcile=hold";
  private static final int FAILED = 1;

  private RestoreCommand() {}

  /**
   * Runs the command with the settings of the program.
   *
   * @param main the program, not started
   * @param at when the backup was made, or any time before
   * @return the exit status
   */
  static int run(Main main, PrintStream out, PrintStream err, Instant at) {
    try {
      // Reads the settings but loads no routes, so that nothing runs.
      main.configure().withRoutesCollectorEnabled(false);
      main.init();
      out.println(putInDoubt(main.getCamelContext(), at));
      return 0;
    } catch (Exception e) {
      err.println("restored: " + StartCommand.reason(e));
      return FAILED;
    } finally {
      main.stop();
    }
  }

  private static String putInDoubt(CamelContext context, Instant at) {
    LeonardoSettings settings = LeonardoSettings.read(context, new SettingReader(context));
    Clock clock = context.getRegistry().findSingleByType(Clock.class);
    FlowContext flow = RouteLoader.flow(settings, PriceTable.NONE, clock);
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
      return "%s: %s jobs may have been submitted since %s, and are in doubt; the next start %s"
          .formatted(
              name,
              doubts.jobs(),
              doubts.since(),
              settings.reconcile().list() ? BY_LIST : BY_PERSON);
    }
  }
}
