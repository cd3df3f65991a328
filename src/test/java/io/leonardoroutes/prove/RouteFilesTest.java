package io.leonardoroutes.prove;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RouteFilesTest {
  @Test
  void thePointsAreWhereRequestsAndJobsComeAlong() throws Exception {
    List<String> names = RouteFiles.packed(10).points().stream().map(CrashPoint::name).toList();

    assertThat(names)
        .contains(
            "accept: before commit",
            "approve: before approve",
            "create: after begin",
            "deliver: before delivered",
            "retry: before one")
        .noneMatch(
            name ->
                name.matches(
                    "(generation|history|picture|resolve|resolve-all|retry-all|reject): .*"))
        .noneMatch(name -> name.endsWith(" unavailable"));
  }

  @Test
  void oneFileAloneHalts(@TempDir Path folder) throws Exception {
    RouteFiles files = RouteFiles.packed(10);
    CrashPoint commit =
        files.points().stream()
            .filter(point -> point.name().equals("accept: before commit"))
            .findFirst()
            .orElseThrow();
    files.write(folder.resolve("routes"), Optional.empty());
    files.write(folder.resolve("halting"), Optional.of(commit));

    try (var shipped = Files.list(folder.resolve("routes"))) {
      assertThat(shipped.filter(file -> !same(file, folder.resolve("halting"))))
          .containsExactly(folder.resolve("routes/accept.camel.yaml"));
    }
  }

  private static boolean same(Path file, Path other) {
    try {
      return Files.mismatch(file, other.resolve(file.getFileName())) < 0;
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }
}
