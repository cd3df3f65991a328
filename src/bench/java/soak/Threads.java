package soak;

import java.io.IOException;
import java.util.concurrent.TimeUnit;

/** Daemon threads that end quietly, as connections do. */
final class Threads {
  private Threads() {}

  interface Work {
    void run() throws IOException, InterruptedException;
  }

  static Thread start(String name, Work work) {
    Thread thread =
        new Thread(
            null,
            () -> {
              try {
                work.run();
              } catch (IOException | InterruptedException ended) {
                // closed, or told to stop
              }
            },
            name,
            256 * 1024);
    thread.setDaemon(true);
    thread.start();
    return thread;
  }

  static void pause(long millis) throws InterruptedException {
    TimeUnit.MILLISECONDS.sleep(millis);
  }
}
