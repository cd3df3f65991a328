package io.leonardoroutes.command;

import io.leonardoroutes.app.ProgramSetup;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.camel.main.Main;
import picocli.CommandLine.Command;

/** The command {@code start}: runs until SIGTERM or SIGINT, then drains. */
@Command(
    name = "start",
    mixinStandardHelpOptions = true,
    description = "Runs until SIGTERM, then drains. The default without a command.",
    exitCodeListHeading = CommandContext.EXIT_STATUS,
    exitCodeList = {"0:it drained", "1:it could not start, or not drain in time", "2:wrong usage"})
final class StartCommand implements Callable<Integer> {
  private static final Duration MARGIN = Duration.ofSeconds(30);
  private static final int FAILED = 1;

  @Override
  public Integer call() {
    return run();
  }

  /** Returns 0 after a drain; ends the process with status 1 if it could not start. */
  static int run() {
    Main main = ProgramSetup.program();
    CountDownLatch drained = new CountDownLatch(1);
    // After a signal the JVM would exit with 143 even if it drained: this hook sets the exit
    // status.
    Thread onSignal =
        new Thread(
            () -> {
              main.completed();
              Runtime.getRuntime().halt(isDrained(drained, main) ? 0 : FAILED);
            });
    Runtime.getRuntime().addShutdownHook(onSignal);
    try {
      main.run();
      drained.countDown();
    } catch (Exception e) {
      System.err.println("leonardo-routes did not start: " + ProgramSetup.reason(e));
      Runtime.getRuntime().halt(FAILED);
    }
    return 0;
  }

  /** True even if the drain timed out and cut something off: the ledger knows about it. */
  private static boolean isDrained(CountDownLatch drained, Main main) {
    try {
      return drained.await(
          ProgramSetup.longestDrain(main).plus(MARGIN).toSeconds(), TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      return false;
    }
  }
}
