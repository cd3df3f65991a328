package io.leonardoroutes.sandbox;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.UUID;

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

  private static boolean isFree(Path file) {
    return Files.notExists(file, LinkOption.NOFOLLOW_LINKS);
  }
}
