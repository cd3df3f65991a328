package io.leonardoroutes.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The notation of the YAML files. */
class RouteNotationTest {
  /** A step, or the text of a language, that is written as a value of its own. */
  private static final Pattern COMPACT =
      Pattern.compile(
          "(- (to|toD|log): [^{]|(- )?(simple|constant|header|exchangeProperty): [^{]"
              + "|.*\\{.*\\b(simple|constant): ).*");

  @ParameterizedTest
  @ValueSource(
      strings = {
        "routes",
        "src/main/resources/kamelets",
        "src/site/resources",
        "src/it/camel-main/src/main/resources/camel"
      })
  void noFileHasTheCompactNotationThatCamelWarnsOf(String folder) throws IOException {
    try (Stream<Path> files = Files.list(Path.of(folder))) {
      List<Path> routes = files.filter(file -> file.toString().endsWith(".yaml")).toList();
      assertThat(routes).isNotEmpty();
      for (Path file : routes) {
        assertThat(Files.readAllLines(file).stream().map(String::strip))
            .as(file.toString())
            .noneMatch(line -> COMPACT.matcher(line).matches());
      }
    }
  }
}
