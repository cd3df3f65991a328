package soak;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import soak.RawServer.Request;
import soak.RawServer.Response;
import soak.RequestTally.Entry;

/** The systems behind both sinks: one takes events over HTTP, one takes files and deletes them. */
final class Deliveries implements AutoCloseable {
  private final RequestTally tally;
  private final RawServer server;
  private final Path outbox;
  private final Path accepted;
  private volatile Mood mood = Mood.WELL;

  /** How the sink over HTTP takes what it gets. */
  enum Mood {
    WELL,
    AWAY,
    ERRORS,
    HANGING
  }

  Deliveries(RequestTally tally, Path data) throws IOException {
    this.tally = tally;
    outbox = data.resolve("outbox");
    accepted = data.resolve("inbox/.accepted");
    server = RawServer.start(this::handle);
    Threads.start("outbox", this::consume);
  }

  String address() {
    return "http://" + server.host() + "/events";
  }

  void turn(Mood next) throws IOException {
    mood = next;
    if (next == Mood.AWAY) {
      server.goDown();
    } else {
      server.comeBack();
    }
  }

  private void handle(Request request, Response response) throws IOException, InterruptedException {
    if (mood == Mood.ERRORS) {
      response.send(500, "text/plain", new byte[0]);
      return;
    }
    if (mood == Mood.HANGING) {
      Threads.pause(5_000);
      response.reset();
      return;
    }
    Entry entry = tally.in(request.body());
    if (entry != null && !request.body().contains("leonardo.generation.submitted")) {
      entry.events.incrementAndGet();
    }
    response.send(204, "text/plain", new byte[0]);
  }

  private void consume() throws InterruptedException {
    while (true) {
      Threads.pause(500);
      try {
        take();
      } catch (IOException e) {
        System.out.println("the outbox: " + e);
      }
    }
  }

  private void take() throws IOException {
    for (Path file : files(outbox)) {
      String name = file.getFileName().toString();
      Entry entry = tally.in(name);
      if (entry == null || name.startsWith(".")) {
        continue;
      }
      if (name.endsWith(".completed.json") || name.endsWith(".failed.json")) {
        entry.files.incrementAndGet();
      } else if (name.endsWith(".mp4")) {
        entry.videos.incrementAndGet();
      }
      Files.deleteIfExists(file);
    }
    // As operators do, with what was taken.
    for (Path file : files(accepted)) {
      Files.deleteIfExists(file);
    }
  }

  static Iterable<Path> files(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    List<Path> files = new ArrayList<>();
    try (DirectoryStream<Path> stream = Files.newDirectoryStream(folder)) {
      stream.forEach(files::add);
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
    return files;
  }

  @Override
  public void close() throws IOException {
    server.close();
  }
}
