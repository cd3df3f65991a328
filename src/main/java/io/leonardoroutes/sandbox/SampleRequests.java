package io.leonardoroutes.sandbox;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.UUID;
import java.util.regex.Pattern;

/** The sample requests from the provider's model pages, ready for an inbox. */
public final class SampleRequests {

  private SampleRequests() {}

  /** The sample for a model; null if its page shows none. */
  public static String of(String model) throws IOException {
    try (var sample = SampleRequests.class.getResourceAsStream(model + ".json")) {
      return sample == null ? null : new String(sample.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  /**
   * Writes the samples of these models into the folder as {@code <model>.json}, except those that
   * are there already or were accepted before. Each file appears complete.
   *
   * @return the files that were written
   */
  public static List<Path> writeInto(Path folder, Collection<String> models) throws IOException {
    Files.createDirectories(folder);
    var written = new ArrayList<Path>();
    for (String model : models) {
      String sample = of(model);
      String name = model + ".json";
      Path file = folder.resolve(name);
      sweep(folder, name);
      if (sample != null && isFree(file) && isFree(folder.resolve(".accepted").resolve(name))) {
        Path unfinished = folder.resolve("." + name + "." + UUID.randomUUID() + ".part");
        try {
          Files.writeString(
              unfinished, sample); // a name of its own, because others may write to this folder
          written.add(Files.move(unfinished, file));
        } catch (FileAlreadyExistsException somebodyWasFirst) {
          Files.deleteIfExists(unfinished);
        }
      }
    }
    return List.copyOf(written);
  }

  /** Deletes what a program that died while it wrote this sample has left. */
  private static void sweep(Path folder, String name) throws IOException {
    Pattern ours = Pattern.compile(Pattern.quote("." + name + ".") + "[0-9a-f-]{36}\\.part");
    FileTime anHourAgo = FileTime.from(Instant.now().minus(Duration.ofHours(1)));
    try (DirectoryStream<Path> parts =
        Files.newDirectoryStream(
            folder, part -> ours.matcher(part.getFileName().toString()).matches())) {
      for (Path part : parts) {
        if (Files.isRegularFile(part, LinkOption.NOFOLLOW_LINKS)
            && Files.getLastModifiedTime(part).compareTo(anHourAgo) < 0) {
          Files.delete(part);
        }
      }
    }
  }

  private static boolean isFree(Path file) {
    return Files.notExists(file, LinkOption.NOFOLLOW_LINKS);
  }
}
