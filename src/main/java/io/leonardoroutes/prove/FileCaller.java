package io.leonardoroutes.prove;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;

/** Drops requests into the inbox, alive or dead as the program may be. */
final class FileCaller implements Callers.Caller {
  private final Path inbox;

  FileCaller(Room room) {
    this.inbox = room.inbox();
  }

  @Override
  public String name() {
    return "file";
  }

  @Override
  public Answer hand(Request request) {
    try {
      Path unfinished = inbox.resolve("." + request.number() + ".part");
      Files.writeString(unfinished, request.json());
      Files.move(
          unfinished, inbox.resolve(request.number() + ".json"), StandardCopyOption.ATOMIC_MOVE);
      return Answer.LATER;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public Map<Integer, Boolean> later() {
    Map<Integer, Boolean> answers = new HashMap<>();
    taken(inbox.resolve(".rejected"), false, answers);
    taken(inbox.resolve(".accepted"), true, answers);
    return answers;
  }

  private static void taken(Path place, boolean accepted, Map<Integer, Boolean> answers) {
    if (!Files.isDirectory(place)) {
      return;
    }
    try (Stream<Path> files = Files.list(place)) {
      files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.matches("\\d+\\.json"))
          .forEach(name -> answers.put(Integer.valueOf(name.replace(".json", "")), accepted));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
