package io.leonardoroutes;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.format.DateTimeFormatter;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Who may know whom: the map of {@code package-info.java}, held. */
@AnalyzeClasses(
    packages = "io.leonardoroutes",
    importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
  private static final String ROOT = "io.leonardoroutes";

  @ArchTest
  static final ArchRule onlyTheRootKnowsTheRooms =
      noClasses()
          .that()
          .resideOutsideOfPackage(ROOT)
          .should()
          .dependOnClassesThat()
          .resideInAPackage(ROOT);

  @ArchTest static final ArchRule requestStandsAlone = standsAlone("request");
  @ArchTest static final ArchRule ledgerCreatesFiles = knowsOnly("ledger", "files");
  @ArchTest static final ArchRule leonardoStandsAlone = standsAlone("leonardo");
  @ArchTest static final ArchRule deliveryCreatesFiles = knowsOnly("delivery", "files");
  @ArchTest static final ArchRule filesStandAlone = standsAlone("files");
  @ArchTest static final ArchRule sandboxStandsAlone = standsAlone("sandbox");
  @ArchTest static final ArchRule providerStandsAlone = standsAlone("provider");

  @ArchTest static final ArchRule settingsTellWhatIsAway = knowsOnly("settings", "health", "files");
  @ArchTest static final ArchRule healthStandsAlone = standsAlone("health");

  @ArchTest
  static final ArchRule theServerKnowsNoJobs =
      knowsOnly("rest", "request", "settings", "health", "files");

  @ArchTest
  static final ArchRule theBrokerKnowsNoJobs = knowsOnly("jms", "request", "settings", "health");

  @ArchTest
  static final ArchRule theApiIsDescribedByItsRequestsAndRoutes =
      knowsOnly("openapi", "request", "sandbox");

  @ArchTest
  static final ArchRule theProofSeesTheProgramFromOutsideOnly =
      classes()
          .that()
          .resideInAPackage(ROOT + ".prove")
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage(
              ROOT + ".prove", ROOT + ".sandbox", "java..", "jakarta..", "org..", "com..");

  @ArchTest
  static final ArchRule whatWasPaidAndHowItIsSaidNeedNoCamel =
      noClasses()
          .that()
          .resideInAnyPackage(
              ROOT + ".ledger", ROOT + ".leonardo", ROOT + ".provider", ROOT + ".sandbox")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("org.apache.camel..");

  @ArchTest
  static final ArchRule thereAreNoOtherRooms =
      classes()
          .should()
          .resideInAnyPackage(
              ROOT,
              ROOT + ".request",
              ROOT + ".ledger",
              ROOT + ".leonardo",
              ROOT + ".delivery",
              ROOT + ".files",
              ROOT + ".sandbox",
              ROOT + ".rest",
              ROOT + ".jms",
              ROOT + ".openapi",
              ROOT + ".settings",
              ROOT + ".health",
              ROOT + ".prove",
              ROOT + ".provider");

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

  private static ArchRule standsAlone(String room) {
    return knowsOnly(room);
  }

  private static ArchRule knowsOnly(String room, String... others) {
    String[] may =
        Stream.of(
                Stream.of(room).map(name -> ROOT + "." + name),
                Stream.of(others).map(name -> ROOT + "." + name),
                Stream.of(
                    "java..",
                    "javax..",
                    "jakarta..",
                    "org..",
                    "com..",
                    "io.vertx..",
                    "io.netty..",
                    "io.cloudevents.."))
            .flatMap(names -> names)
            .toArray(String[]::new);
    return classes()
        .that()
        .resideInAPackage(ROOT + "." + room)
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage(may);
  }
}
