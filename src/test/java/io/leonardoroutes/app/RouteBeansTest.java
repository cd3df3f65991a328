package io.leonardoroutes.app;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import io.leonardoroutes.fixture.App;
import io.leonardoroutes.fixture.TestBroker;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.camel.spi.Registry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The table of beans in flow.md, and the map in package-info, are those of the route files. */
class RouteBeansTest {
  private static final String OURS = "io.leonardoroutes.";
  private static final Path ROUTES = Path.of("routes");
  private static final Pattern USED =
      Pattern.compile("(?:[rR]ef|Mapper): \"?#?(leonardo[A-Z]\\w*)|\"#(leonardo[A-Z]\\w*)\"");
  private static final Pattern ROW =
      Pattern.compile("^\\| `(leonardo\\w+)` \\| `([\\w.]+)` \\| (.+) \\|$", Pattern.MULTILINE);

  @TempDir Path folder;

  private static List<Path> routeFiles() throws IOException {
    try (Stream<Path> files = Files.list(ROUTES)) {
      return files.sorted().toList();
    }
  }

  private static String name(Path routeFile) {
    return routeFile.getFileName().toString().replace(".camel.yaml", "");
  }

  /** Each bean that a route file names, and the files that do. */
  private static Map<String, String> used() throws IOException {
    Map<String, TreeSet<String>> used = new TreeMap<>();
    for (Path file : routeFiles()) {
      USED.matcher(Files.readString(file))
          .results()
          .map(found -> found.group(1) == null ? found.group(2) : found.group(1))
          .forEach(bean -> used.computeIfAbsent(bean, first -> new TreeSet<>()).add(name(file)));
    }
    Map<String, String> rows = new TreeMap<>();
    used.forEach(
        (bean, files) ->
            rows.put(bean, files.stream().map("`%s`"::formatted).collect(joining(", "))));
    return rows;
  }

  private static Map<String, String> column(int group) throws IOException {
    Map<String, String> rows = new TreeMap<>();
    ROW.matcher(Files.readString(Path.of("src/site/markdown/flow.md")))
        .results()
        .forEach(row -> rows.put(row.group(1), row.group(group)));
    return rows;
  }

  @Test
  void theTableOfBeansHasEveryBeanThatARouteFileNames() throws Exception {
    assertThat(column(3)).isEqualTo(used());
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
        column(2)
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

  @Test
  void theMapNamesEveryShippedRouteFile() throws Exception {
    String map =
        Files.readString(Path.of("src/main/java/io/leonardoroutes/package-info.java"))
            .replaceAll("\\R \\*", "");
    assertThat(routeFiles())
        .allSatisfy(
            file ->
                assertThat(map)
                    .containsAnyOf(
                        "{@code " + name(file) + "}",
                        name(file) + ".camel.yaml",
                        name(file).replaceFirst("-.*", "-*") + ".camel.yaml"));
  }
}
