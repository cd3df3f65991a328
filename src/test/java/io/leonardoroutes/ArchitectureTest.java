package io.leonardoroutes;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.mapping;
import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import io.leonardoroutes.job.Job;
import io.leonardoroutes.provider.ProviderClient;
import io.leonardoroutes.request.Model;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Holds the map of {@code package-info.java} in five rules: a room knows only the rooms that the
 * map shows, nothing goes round in a circle, the ledger and the provider's language need no Camel,
 * only submit can pay, and no room is crowded.
 */
@AnalyzeClasses(
    packages = "io.leonardoroutes",
    importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
  private static final String ROOT = "io.leonardoroutes";

  /** Each room, from the top of the house to its cellar, and the rooms that it knows. */
  private static final Map<String, String> MAP =
      Map.ofEntries(
          Map.entry("", "command"),
          Map.entry(
              "command",
              "app auth database doctor event files flow job json ledger limits lines models openapi"
                  + " problem prove receipt request settings"),
          Map.entry("doctor", "auth database event flow http jms json provider settings"),
          Map.entry(
              "app",
              "api auth board database delivery drift event files flow health http intake jms job json ledger"
                  + " limits lines metrics models openapi picture problem provider request rest"
                  + " sandbox settings steer submit track upload video"),
          Map.entry("steer", "auth event flow health job json ledger limits problem rest settings"),
          Map.entry(
              "api",
              "auth batch event flow health intake job ledger limits lines problem rest video"),
          Map.entry(
              "board", "auth event flow health job ledger limits picture problem rest steer video"),
          Map.entry(
              "submit",
              "auth batch event flow health job json ledger leonardo limits picture problem"
                  + " provider settings track"),
          Map.entry(
              "delivery",
              "archive auth event files flow health http jms job ledger leonardo problem provider"
                  + " receipt track video"),
          Map.entry("track", "auth event flow health job ledger leonardo provider settings"),
          Map.entry(
              "intake",
              "auth batch event files flow health jms job json ledger lines picture problem request"
                  + " rest settings upload"),
          Map.entry("lines", "files json problem"),
          Map.entry("drift", "flow health ledger limits provider"),
          Map.entry("metrics", "auth drift event flow health job ledger limits"),
          Map.entry(
              "upload",
              "flow health http job json ledger leonardo picture problem provider request rest"
                  + " video"),
          Map.entry("provider", "flow http job settings video"),
          Map.entry(
              "flow",
              "auth database event files health http jms job ledger limits problem settings video"),
          Map.entry("ledger", "archive batch database job limits picture receipt"),
          Map.entry("archive", "database files job"),
          Map.entry("batch", "database job"),
          Map.entry("receipt", "database job"),
          Map.entry("picture", "database files job"),
          Map.entry("limits", "database job"),
          Map.entry("database", "files"),
          Map.entry("job", ""),
          Map.entry("leonardo", ""),
          Map.entry("openapi", "models problem sandbox"),
          Map.entry("models", "json problem request"),
          Map.entry("problem", "json request"),
          Map.entry("request", "json"),
          Map.entry("json", ""),
          Map.entry("rest", "auth flow health problem settings"),
          Map.entry("auth", "files health problem settings"),
          Map.entry("jms", "health problem settings"),
          Map.entry("settings", "files health"),
          Map.entry("event", ""),
          Map.entry("video", "files"),
          Map.entry("http", ""),
          Map.entry("health", ""),
          Map.entry("files", ""),
          Map.entry("prove", "sandbox"),
          Map.entry("sandbox", ""));

  private static final int MOST_FILES = 25;
  private static final int MOST_LINES = 250;

  /**
   * Files of a room that know each other in a circle, and no more: a record and its constraint, as
   * Bean Validation has a record bear its constraint, and the validator of that take the record.
   */
  private static final Map<String, String> CIRCLES = Map.of("request", "VideoRequest WellFormed");

  @ArchTest
  static void aRoomKnowsOnlyTheRoomsThatTheMapShows(JavaClasses main) {
    Map<String, Set<String>> knows = new TreeMap<>();
    for (JavaClass one : main) {
      Set<String> rooms = knows.computeIfAbsent(room(one), name -> new TreeSet<>());
      one.getDirectDependenciesFromSelf().stream()
          .map(dependency -> dependency.getTargetClass().getBaseComponentType())
          .filter(target -> target.getPackageName().startsWith(ROOT))
          .map(ArchitectureTest::room)
          .filter(other -> !other.equals(room(one)))
          .forEach(rooms::add);
    }
    knows.forEach(
        (room, others) ->
            assertThat(MAP.containsKey(room) ? Set.of(MAP.get(room).split(" ")) : Set.<String>of())
                .as("rooms that the map shows %s to know", room)
                .containsAll(others));
  }

  @ArchTest
  static final ArchRule noRoomsGoRoundInACircle =
      slices().matching(ROOT + ".(*)..").should().beFreeOfCycles();

  @ArchTest
  static void noFilesOfARoomGoRoundInACircle(JavaClasses main) {
    Map<String, Set<String>> knows = new TreeMap<>();
    for (JavaClass one : main) {
      Set<String> files = knows.computeIfAbsent(file(one), name -> new TreeSet<>());
      one.getDirectDependenciesFromSelf().stream()
          .map(dependency -> dependency.getTargetClass().getBaseComponentType())
          .filter(target -> target.getPackageName().equals(one.getPackageName()))
          .map(ArchitectureTest::file)
          .filter(other -> !other.equals(file(one)))
          .forEach(files::add);
    }
    Map<String, Set<String>> circles = new TreeMap<>();
    for (String file : knows.keySet()) {
      if (reached(file, knows).contains(file)) {
        String name = file.substring(file.lastIndexOf('.') + 1);
        String room = file.substring(ROOT.length() + 1, file.lastIndexOf('.'));
        circles.computeIfAbsent(room, none -> new TreeSet<>()).add(name);
      }
    }
    Map<String, String> found = new TreeMap<>();
    circles.forEach((room, files) -> found.put(room, String.join(" ", files)));
    assertThat(found).as("files that know each other").isEqualTo(CIRCLES);
  }

  private static Set<String> reached(String from, Map<String, Set<String>> knows) {
    Set<String> reached = new TreeSet<>();
    Deque<String> open = new ArrayDeque<>(knows.get(from));
    while (!open.isEmpty()) {
      String file = open.pop();
      if (reached.add(file)) {
        open.addAll(knows.getOrDefault(file, Set.of()));
      }
    }
    return reached;
  }

  @ArchTest
  static void theMapNamesEveryRouteFile(JavaClasses main) throws IOException {
    String map =
        Files.readString(Path.of("src/main/java/io/leonardoroutes/package-info.java"))
            .replaceAll("\\R \\*", "");
    try (Stream<Path> files = Files.list(Path.of("routes"))) {
      for (Path file : files.toList()) {
        String name = file.getFileName().toString();
        assertThat(map)
            .containsAnyOf(
                name, name.replaceFirst("-.*?\\.", "-*."), "{@code " + name.split("\\.")[0] + "}");
      }
    }
  }

  @ArchTest
  static final ArchRule whatWasPaidAndHowItIsSaidNeedNoCamel =
      noClasses()
          .that()
          .resideInAnyPackage(
              ROOT + ".ledger",
              ROOT + ".limits",
              ROOT + ".picture",
              ROOT + ".database",
              ROOT + ".job",
              ROOT + ".leonardo",
              ROOT + ".http",
              ROOT + ".sandbox")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("org.apache.camel..");

  @ArchTest
  static final ArchRule onlySubmitCanPay =
      noClasses()
          .that()
          .resideOutsideOfPackage(ROOT + ".submit")
          .should()
          .callMethod(ProviderClient.class, "permit", Job.class, Instant.class);

  /** An application that has the jar has no picocli: only who gives commands needs it. */
  @ArchTest
  static final ArchRule onlyCommandsNeedTheirParser =
      noClasses()
          .that()
          .resideOutsideOfPackages(ROOT + ".command", ROOT + ".prove")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("picocli..");

  /** Models are not counted: each is a file, and adding one is to change no other. */
  @ArchTest
  static void noRoomIsCrowded(JavaClasses main) {
    Set<String> models =
        main.stream()
            .filter(one -> one.isAssignableTo(Model.class) && !one.isInterface())
            .map(ArchitectureTest::file)
            .collect(toSet());
    Map<String, Set<String>> files =
        main.stream()
            .filter(one -> !one.getSimpleName().equals("package-info"))
            .filter(one -> !models.contains(file(one)))
            .collect(groupingBy(ArchitectureTest::room, mapping(ArchitectureTest::file, toSet())));
    files.forEach(
        (room, names) -> assertThat(names).as("files of %s", room).hasSizeLessThan(MOST_FILES + 1));
  }

  @ArchTest
  static void aLongFileSaysWhyItIsOne(JavaClasses main) throws IOException {
    try (Stream<Path> files = Files.walk(Path.of("src/main/java"))) {
      for (Path file : files.filter(one -> one.toString().endsWith(".java")).toList()) {
        String text = Files.readString(file);
        assertThat(text.lines().count() <= MOST_LINES || text.contains("<p>One file, because "))
            .as("%s is short, or says why it is one file", file)
            .isTrue();
      }
    }
  }

  @ArchTest
  static final ArchRule lettersAreTheSameInEveryCountry =
      noClasses()
          .should()
          .callMethod(String.class, "toLowerCase")
          .orShould()
          .callMethod(String.class, "toUpperCase")
          .orShould()
          .callMethod(DateTimeFormatter.class, "ofPattern", String.class)
          .orShould()
          .dependOnClassesThat()
          .areAssignableTo(java.text.Format.class)
          .because("a machine reads it: say Locale.ROOT");

  /** A number that is written by %s is so in every country; by %d only by those with our digits. */
  @ArchTest
  static void numbersAreTheSameInEveryCountry(JavaClasses main) throws IOException {
    Pattern localized = Pattern.compile("%[-#+ 0,(\\d.$]*[dfegatEGTS](?![%\\w])");
    try (Stream<Path> files = Files.walk(Path.of("src/main/java"))) {
      for (Path file : files.filter(file -> file.toString().endsWith(".java")).toList()) {
        for (String line : Files.readAllLines(file)) {
          assertThat(localized.matcher(line).find() && !line.contains("Locale.ROOT"))
              .as("%s: write numbers by %%s, or format by Locale.ROOT on that line: %s", file, line)
              .isFalse();
        }
      }
    }
  }

  private static String room(JavaClass one) {
    String name = one.getPackageName();
    return name.equals(ROOT) ? "" : name.substring(ROOT.length() + 1);
  }

  private static String file(JavaClass one) {
    return one.getName().replaceFirst("\\$.*", "");
  }
}
