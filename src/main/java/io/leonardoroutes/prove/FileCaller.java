package io.leonardoroutes.prove;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Drops requests into the inbox, whether or not the program is alive. Some are half written for a
 * while, and some cannot be moved to {@code .accepted} at first, because a folder has their name
 * there.
 */
final class FileCaller implements ProofCallers.Caller {
  private static final int HALF_EVERY = 10;
  private static final int BLOCKED_EVERY = 20;
  private static final long HALF_MILLIS = 300;

  private final Path inbox;
  private final Set<Path> obstacles = ConcurrentHashMap.newKeySet();

  FileCaller(ProofFolder proofFolder) {
    this.inbox = proofFolder.inbox();
  }

  @Override
  public String name() {
    return "file";
  }

  @Override
  public Answer send(ProofRequest request) throws InterruptedException {
    try {
      if (request.number() % BLOCKED_EVERY == 1) {
        obstacles.add(Files.createDirectories(accepted().resolve(request.number() + ".json")));
      }
      Path file = inbox.resolve(request.number() + ".json");
      if (request.number() % HALF_EVERY == 2) {
        int half = request.json().length() / 2;
        Files.writeString(file, request.json().substring(0, half));
        TimeUnit.MILLISECONDS.sleep(HALF_MILLIS);
        Files.writeString(file, request.json().substring(half), StandardOpenOption.APPEND);
      } else {
        Path unfinished = inbox.resolve("." + request.number() + ".part");
        Files.writeString(unfinished, request.json());
        Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE);
      }
      return Answer.LATER;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Path accepted() {
    return inbox.resolve(".accepted");
  }

  /** Also removes the obstacles. */
  @Override
  public Set<Integer> laterAnswers() {
    Set<Integer> answered = new HashSet<>();
    try {
      for (Path obstacle : Set.copyOf(obstacles)) {
        Files.deleteIfExists(obstacle);
        obstacles.remove(obstacle);
      }
      addAnswered(inbox.resolve(".rejected"), answered);
      addAnswered(accepted(), answered);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return answered;
  }

  private static void addAnswered(Path place, Set<Integer> answered) throws IOException {
    if (!Files.isDirectory(place)) {
      return;
    }
    try (Stream<Path> files = Files.list(place)) {
      files
          .filter(Files::isRegularFile)
          .map(file -> file.getFileName().toString())
          .filter(name -> name.matches("\\d+\\.json"))
          .forEach(name -> answered.add(Integer.valueOf(name.replace(".json", ""))));
    }
  }
}
