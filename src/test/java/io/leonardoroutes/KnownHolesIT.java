package io.leonardoroutes;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * What is known to be broken in the libraries beside the jar, by the committed list; and what of
 * them an application gets that has the jar.
 */
@Tag("long")
class KnownHolesIT {
  private static final Path SHIPPED = Path.of("target/lib");

  /** What Maven resolves for an application that has the jar and nothing else of ours. */
  private static final Path RESOLVED = Path.of("target/it/camel-main/target/lib");

  private static final int MOST_JARS = 70;

  /** These switch something on in an application that has them, or are the program's alone. */
  private static final Pattern NOT_FOR_OTHERS =
      Pattern.compile(
          "activemq-.*|artemis-.*|camel-core|camel-jms|camel-micrometer|camel-platform-http.*|flyway-.*"
              + "|jakarta.jms-api|jgroups|junit-.*|micrometer-.*|netty-.*|picocli|pooled-jms|postgresql"
              + "|prometheus-.*|spring-.*|vertx-.*");

  private static final Path LIST = Path.of("src/test/resources/known-holes.txt");
  private static final Pattern JAR =
      Pattern.compile("(.+?)-(\\d[\\w.]*?)(\\.Final)?(-[\\w-]+)?\\.jar");

  private record Hole(String id, String jar, String affected, String reason) {
    static Hole of(String line) {
      String[] parts = line.split("\\|", -1);
      assertThat(parts).as(line).hasSize(4);
      return new Hole(parts[0].strip(), parts[1].strip(), parts[2].strip(), parts[3].strip());
    }

    boolean isIn(String version) {
      return affected.equals("all")
          || Arrays.stream(affected.split(",")).allMatch(bound -> holds(version, bound.strip()));
    }

    private static boolean holds(String version, String bound) {
      int order = compare(version, bound.replaceFirst("^\\D+", ""));
      assertThat(bound).matches("(<|>=) \\d+(\\.\\d+)*");
      return bound.startsWith("<") ? order < 0 : order >= 0;
    }

    /** Null if all is said as it is. */
    String wrong(String version) {
      if (version == null) {
        return id + ": " + jar + " is no longer shipped, take the line out";
      }
      String shipped = id + ": " + jar + " " + version;
      if (isIn(version) && reason.isEmpty()) {
        return shipped + " is affected (" + affected + "): take a newer one, or say why not";
      }
      return isIn(version) || reason.isEmpty()
          ? null
          : shipped + " is not affected (" + affected + "): take the reason out";
    }
  }

  private static int compare(String one, String other) {
    List<Integer> a = numbers(one);
    List<Integer> b = numbers(other);
    for (int i = 0; i < Math.max(a.size(), b.size()); i++) {
      int order = Integer.compare(i < a.size() ? a.get(i) : 0, i < b.size() ? b.get(i) : 0);
      if (order != 0) {
        return order;
      }
    }
    return 0;
  }

  private static List<Integer> numbers(String version) {
    return Pattern.compile("\\d+")
        .matcher(version)
        .results()
        .map(n -> Integer.valueOf(n.group()))
        .toList();
  }

  /** The version of each jar in a folder. */
  private static Map<String, String> jars(Path folder) throws IOException {
    Map<String, String> versions = new TreeMap<>();
    try (Stream<Path> jars = Files.list(folder)) {
      for (Path jar : jars.toList()) {
        Matcher name = JAR.matcher(jar.getFileName().toString());
        assertThat(name.matches()).as(jar.toString()).isTrue();
        versions.put(name.group(1), name.group(2));
      }
    }
    return versions;
  }

  private static List<Hole> known() throws IOException {
    return Files.readAllLines(LIST).stream()
        .filter(line -> !line.isBlank() && !line.startsWith("#"))
        .map(Hole::of)
        .toList();
  }

  @Test
  void noLibraryWithAKnownHoleIsShippedWithoutAReason() throws IOException {
    Map<String, String> shipped = jars(SHIPPED);

    assertThat(known().stream().map(hole -> hole.wrong(shipped.get(hole.jar()))))
        .containsOnlyNulls();
  }

  @Test
  void anApplicationThatHasTheJarGetsTheSameVersionsAndNoMoreThanItNeeds() throws IOException {
    Map<String, String> shipped = jars(SHIPPED);
    Map<String, String> resolved = jars(RESOLVED);
    resolved.keySet().retainAll(shipped.keySet());

    assertThat(resolved)
        .isNotEmpty()
        .allSatisfy((jar, version) -> assertThat(version).as(jar).isEqualTo(shipped.get(jar)));
    assertThat(resolved.keySet()).noneMatch(jar -> NOT_FOR_OTHERS.matcher(jar).matches());
    assertThat(jars(RESOLVED)).hasSizeLessThan(MOST_JARS);
  }

  @Test
  void everyTestThatAReasonNamesIsThere() throws IOException {
    List<String> named =
        known().stream()
            .flatMap(hole -> Pattern.compile("\\w+(Test|IT)\\b").matcher(hole.reason()).results())
            .map(found -> found.group() + ".java")
            .toList();
    try (Stream<Path> tests = Files.walk(Path.of("src/test/java"))) {
      List<String> there = tests.map(test -> test.getFileName().toString()).toList();
      assertThat(named).isNotEmpty().isSubsetOf(there);
    }
  }

  @Test
  void theListIsReadAsItIsMeant() {
    Hole old = new Hole("CVE-1", "a", "< 4.1.132", "");

    assertThat(old.wrong("4.1.130"))
        .isEqualTo("CVE-1: a 4.1.130 is affected (< 4.1.132): take a newer one, or say why not");
    assertThat(old.wrong("4.1.132")).isNull();
    assertThat(old.wrong(null)).isEqualTo("CVE-1: a is no longer shipped, take the line out");
    Hole excused = new Hole("CVE-1", "a", ">= 2.11, < 2.52", "it is not used");
    assertThat(excused.wrong("2.44.0")).isNull();
    assertThat(excused.wrong("2.52.0"))
        .isEqualTo("CVE-1: a 2.52.0 is not affected (>= 2.11, < 2.52): take the reason out");
    assertThat(excused.wrong("2.9")).contains("take the reason out");
  }
}
