package io.leonardoroutes;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What the security page promises is tried by tests that are there. */
class SecurityPageTest {
  @Test
  void everyTestThatThePageNamesIsThereAndTheReadmeLeadsToThePage() throws IOException {
    Path page = Path.of("src/site/markdown/security.md");
    List<String> named =
        Pattern.compile("`(\\w+Test)`")
            .matcher(Files.readString(page))
            .results()
            .map(found -> found.group(1) + ".java")
            .toList();
    try (Stream<Path> files = Files.walk(Path.of("src/test/java"))) {
      List<String> tests = files.map(file -> file.getFileName().toString()).toList();
      assertThat(named).hasSizeGreaterThan(20).isSubsetOf(tests);
    }
    assertThat(Files.readString(Path.of("README.md"))).contains("](" + page + ")");
  }
}
