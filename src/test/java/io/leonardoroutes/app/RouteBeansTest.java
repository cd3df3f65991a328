package io.leonardoroutes.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.leonardoroutes.fixture.App;
import io.leonardoroutes.fixture.TestBroker;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.camel.spi.Registry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The classes in the table of beans in flow.md. ReadmeTest reads which beans are in it. */
class RouteBeansTest {
  private static final String OURS = "io.leonardoroutes.";
  private static final Pattern ROW =
      Pattern.compile("^\\| `(leonardo\\w+)` \\| `([\\w.]+)` \\|", Pattern.MULTILINE);

  @TempDir Path folder;

  private static Map<String, String> classes() throws IOException {
    Map<String, String> rows = new TreeMap<>();
    ROW.matcher(Files.readString(Path.of("src/site/markdown/flow.md")))
        .results()
        .forEach(row -> rows.put(row.group(1), row.group(2)));
    return rows;
  }

  @Test
  void theTableOfBeansNamesTheClassOfEach() throws Exception {
    try (TestBroker broker = new TestBroker(folder.resolve("broker"), App.freePort())) {
      broker.start();
      try (App app =
          App.onlyRest(folder)
              .with("leonardo.jms.enabled", "true")
              .with("leonardo.jms.url", broker.url())
              .start()) {
        Registry registry = app.context().getRegistry();
        classes()
            .forEach(
                (bean, type) ->
                    assertThat(types(registry.lookupByName(bean))).as(bean).contains(type));
      }
    }
  }

  /** A lambda counts as the class that it is written in, and a type of others by its own name. */
  private static List<String> types(Object bean) {
    return supertypes(bean.getClass())
        .map(type -> type.getName().replaceFirst("\\$.*", ""))
        .map(
            type ->
                type.startsWith(OURS)
                    ? type.substring(OURS.length())
                    : type.substring(type.lastIndexOf('.') + 1))
        .toList();
  }

  private static Stream<Class<?>> supertypes(Class<?> type) {
    Stream<Class<?>> above =
        Stream.concat(Stream.of(type.getInterfaces()), Stream.ofNullable(type.getSuperclass()));
    return Stream.concat(Stream.of(type), above.flatMap(RouteBeansTest::supertypes));
  }
}
