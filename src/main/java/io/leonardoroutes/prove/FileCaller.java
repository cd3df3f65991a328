package io.leonardoroutes.prove;

import java.awt.image.BufferedImage;
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
import javax.imageio.ImageIO;

/**
 * Drops requests into the inbox, whether or not the program is alive. Half of them come as batches,
 * in which the request is there twice, with a wrong one in between. Some are half written for a
 * while, and some cannot be moved to {@code .accepted} at first, because a folder has their name
 * there. One in five has a picture.
 */
final class FileCaller implements ProofCallers.Caller {
  private static final int BATCH_EVERY = 2;
  private static final int PICTURE_EVERY = 5;
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
      boolean batch = request.number() % BATCH_EVERY == 0;
      String name = request.number() + ".json";
      String one = batch ? request.jsonWithReference() : request.json();
      if (request.number() % PICTURE_EVERY == 0) {
        one = ProofRequest.withPicture(one, picture(request.number()));
      }
      // Both elements with the request are one job, by its reference.
      String text = batch ? "[%s, {}, %s]".formatted(one, one) : one;
      if (request.number() % BLOCKED_EVERY < BATCH_EVERY) {
        obstacles.add(Files.createDirectories(accepted().resolve(name)));
      }
      Path file = inbox.resolve(name);
      if (request.number() % HALF_EVERY == 2) {
        int half = text.length() / 2;
        Files.writeString(file, text.substring(0, half));
        TimeUnit.MILLISECONDS.sleep(HALF_MILLIS);
        Files.writeString(file, text.substring(half), StandardOpenOption.APPEND);
      } else {
        Path unfinished = inbox.resolve("." + request.number() + ".part");
        Files.writeString(unfinished, text);
        Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE);
      }
      return Answer.LATER;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Drops a picture of its own for a request. */
  private String picture(int number) throws IOException {
    BufferedImage picture = new BufferedImage(2, 2, BufferedImage.TYPE_INT_RGB);
    picture.setRGB(0, 0, number);
    Path unfinished = inbox.resolve("." + number + ".png.part");
    ImageIO.write(picture, "png", unfinished.toFile());
    String name = number + ".png";
    Files.move(unfinished, inbox.resolve(name), StandardCopyOption.ATOMIC_MOVE);
    return name;
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
          .forEach(name -> answered.add(Integer.valueOf(name.replaceFirst("\\..*", ""))));
    }
  }
}
