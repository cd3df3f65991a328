package speed;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * One side of a comparison, running.
 *
 * @param processes those whose processor time counts
 * @param inboxes folders that take files, in turn
 * @param generations where requests are posted, in turn
 * @param endings of the files of the outbox that a finished job has
 */
record Contestant(
    String name,
    List<JavaProcess> processes,
    List<Path> inboxes,
    List<URI> generations,
    String queue,
    Path outbox,
    List<String> endings)
    implements AutoCloseable {

  double cpuMillis() {
    return processes.stream().mapToDouble(one -> one.cpu().toNanos() / 1e6).sum();
  }

  long fsyncs() {
    return processes.stream().mapToLong(JavaProcess::fsyncs).sum();
  }

  /** Files of the outbox with the ending of which there are fewest. */
  int done() {
    String[] files = outbox.toFile().list((folder, name) -> !name.startsWith("."));
    if (files == null) {
      return 0;
    }
    int fewest = Integer.MAX_VALUE;
    for (String ending : endings) {
      int some = 0;
      for (String file : files) {
        some += file.endsWith(ending) ? 1 : 0;
      }
      fewest = Math.min(fewest, some);
    }
    return fewest;
  }

  /** When the last of those files was written, in microseconds since 1970. */
  long lastWritten() throws IOException {
    long last = 0;
    try (Stream<Path> files = Files.list(outbox)) {
      for (Path file : (Iterable<Path>) files::iterator) {
        if (endings.stream().anyMatch(file.toString()::endsWith)) {
          last = Math.max(last, Files.getLastModifiedTime(file).to(TimeUnit.MICROSECONDS));
        }
      }
    }
    return last;
  }

  void requireAlive() {
    processes.forEach(JavaProcess::requireAlive);
  }

  @Override
  public void close() throws InterruptedException {
    for (JavaProcess one : processes) {
      one.close();
    }
  }
}
