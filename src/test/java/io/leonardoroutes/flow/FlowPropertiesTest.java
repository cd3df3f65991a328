package io.leonardoroutes.flow;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.Field;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The seam between route files and Java: properties of an exchange, all in one class. */
class FlowPropertiesTest {
  private static final Path JAVA = Path.of("src/main/java");
  private static final Path CLASS = JAVA.resolve("io/leonardoroutes/flow/FlowProperties.java");

  /** Reads all of what an intake says by the name that it is given. */
  private static final String READER = "IntakeProperties.java";

  /** Binds beans by their earlier names too, which are those of properties. */
  private static final String BEANS = "RouteBeans.java";

  private static Map<String, String> declared() throws IllegalAccessException {
    Map<String, String> all = new TreeMap<>();
    for (Field field : FlowProperties.class.getFields()) {
      all.put(field.getName(), (String) field.get(null));
    }
    return all;
  }

  private static Map<String, String> texts(String ending, Path... roots) throws IOException {
    Map<String, String> all = new TreeMap<>();
    for (Path root : roots) {
      try (Stream<Path> files = Files.walk(root)) {
        for (Path file : files.filter(path -> path.toString().endsWith(ending)).toList()) {
          all.put(file.toString(), Files.readString(file));
        }
      }
    }
    return all;
  }

  private static Map<String, String> routes() throws IOException {
    Map<String, String> all = texts(".camel.yaml", Path.of("routes"), Path.of("src/site"));
    all.putAll(texts(".kamelet.yaml", Path.of("src/main/resources/kamelets")));
    return all;
  }

  private static Set<String> found(String text, String pattern) {
    return Pattern.compile(pattern, Pattern.DOTALL)
        .matcher(text)
        .results()
        .map((MatchResult one) -> one.group(1))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /** What a route file sets, removes or reads, but for what is Camel's own. */
  private static Set<String> usedByRoutes(String text) {
    Set<String> used = found(text, "exchangeProperty[.\\[]([A-Za-z]+)");
    used.addAll(found(text, "(?:set|remove)Property:.*?\\bname: \"?([\\w.]+)"));
    used.removeIf(name -> name.startsWith("Camel"));
    return used;
  }

  @Test
  void everyPropertyThatARouteFileUsesIsDeclared() throws Exception {
    Map<String, String> declared = declared();
    for (Map.Entry<String, String> route : routes().entrySet()) {
      assertThat(usedByRoutes(route.getValue()))
          .as("properties that %s uses", route.getKey())
          .isSubsetOf(declared.values());
    }
  }

  @Test
  void javaUsesEveryPropertyByItsConstant() throws Exception {
    Set<String> names = declared().keySet();
    for (Map.Entry<String, String> file : texts(".java", JAVA).entrySet()) {
      if (file.getKey().endsWith(READER)) {
        continue;
      }
      Set<String> used = found(file.getValue(), "\\bexchange\\s*\\.\\w+Property\\(\\s*([\\w.\"]+)");
      used.addAll(found(file.getValue(), "@ExchangeProperty\\(\\s*([\\w.\"]+)"));
      used.removeIf(name -> name.matches("Exchange\\.\\w+|\"Camel\\w+\""));
      assertThat(used)
          .as("properties that %s uses", file.getKey())
          .isSubsetOf(names.stream().map(name -> "FlowProperties." + name).toList());
    }
  }

  @Test
  void noNameOfAPropertyIsWrittenOutInJava() throws Exception {
    Map<String, String> declared = declared();
    for (Map.Entry<String, String> file : texts(".java", JAVA).entrySet()) {
      if (!file.getKey().equals(CLASS.toString()) && !file.getKey().endsWith(BEANS)) {
        assertThat(found(file.getValue(), "\"(leonardo[A-Z]\\w*)\""))
            .as("names of properties in %s", file.getKey())
            .doesNotContainAnyElementsOf(declared.values());
      }
    }
  }

  @Test
  void oneNameStandsForOneThing() throws Exception {
    Map<String, String> declared = declared();
    Set<String> beans = new TreeSet<>();
    for (String text : routes().values()) {
      beans.addAll(found(text, "\\b(?:ref|retryWhileRef|objectMapper): (leonardo\\w+)"));
      beans.addAll(found(text, "\"#(leonardo\\w+)\""));
    }
    for (String text : texts(".java", JAVA).values()) {
      beans.addAll(found(text, "\\.bind\\(\\s*\"(leonardo\\w+)\""));
    }

    assertThat(declared.values()).doesNotHaveDuplicates();
    assertThat(beans).hasSizeGreaterThan(30).doesNotContainAnyElementsOf(declared.values());
  }

  @Test
  void everyPropertySaysWhoSetsItWhoReadsItAndItsDefaultAndIsUsed() throws Exception {
    Map<String, String> said = new TreeMap<>();
    Pattern.compile(
            "/\\*\\*((?:(?!\\*/).)*)\\*/\\s*public static final String (\\w+)", Pattern.DOTALL)
        .matcher(Files.readString(CLASS))
        .results()
        .forEach(one -> said.put(one.group(2), one.group(1).replaceAll("\\s*\\*\\s+", " ")));
    String java = String.join("\n", texts(".java", JAVA).values());
    Set<String> inRoutes = new TreeSet<>();
    routes().values().forEach(text -> inRoutes.addAll(usedByRoutes(text)));

    assertThat(said.keySet()).isEqualTo(declared().keySet());
    said.forEach(
        (name, text) ->
            assertThat(text)
                .as("what FlowProperties says of %s", name)
                .containsPattern("<p>Set (by|and read by) .*Default: .*\\.")
                .containsPattern("[Rr]ead by|for a rejection"));
    declared()
        .forEach(
            (name, value) ->
                assertThat(java.contains("FlowProperties." + name) || inRoutes.contains(value))
                    .as("whether %s is used", name)
                    .isTrue());
  }

  @Test
  void thePageForIntakesNamesWhatTheyMaySet() throws Exception {
    String page = Files.readString(Path.of("src/site/markdown/intakes.md"));
    String source = Files.readString(CLASS);
    String ofIntakes = source.substring(0, source.indexOf("// --- of our own intakes"));

    assertThat(found(page, "(?m)^\\| `(leonardo[A-Z]\\w*)` \\|"))
        .isEqualTo(found(ofIntakes, "String \\w+ = \"(\\w+)\""));
  }
}
