package speed;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** What both sides of a comparison need around them. */
final class Surroundings {
  private Surroundings() {}

  /** A provider that answers at once. */
  static JavaProcess provider(Path folder) throws Exception {
    List<String> command = new ArrayList<>(InstantProvider.OPTIONS);
    command.addAll(JavaProcess.main(InstantProvider.class));
    return JavaProcess.start(folder.resolve("provider.log"), InstantProvider.READY, false, command);
  }

  /** The host and port of a provider. */
  static String host(JavaProcess provider) {
    return "127.0.0.1:" + provider.readyLine().replaceFirst(".* ", "");
  }

  /** A broker that keeps its messages on disk. */
  static JavaProcess broker(Path folder, String url) throws Exception {
    List<String> command = new ArrayList<>(JavaProcess.main(DurableBroker.class));
    command.addAll(List.of(folder.resolve("broker").toString(), url));
    return JavaProcess.start(folder.resolve("broker.log"), DurableBroker.READY, false, command);
  }

  static void delete(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    }
  }
}
