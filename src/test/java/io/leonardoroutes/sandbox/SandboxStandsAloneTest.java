package io.leonardoroutes.sandbox;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.type;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

class SandboxStandsAloneTest {

  private static final JavaClasses SANDBOX =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackagesOf(Sandbox.class);

  @Test
  void itKnowsNeitherCamelNorTheRestOfTheLibrary() {
    noClasses()
        .should()
        .dependOnClassesThat(
            resideInAPackage("io.leonardoroutes..")
                .and(resideOutsideOfPackage("io.leonardoroutes.sandbox"))
                .or(resideInAPackage("org.apache.camel..")))
        .check(SANDBOX);
  }

  @Test
  void onlyItsExtensionNeedsJUnit() {
    noClasses()
        .that()
        .haveNameNotMatching(".*\\.SandboxExtension(\\$.*)?")
        .should()
        .dependOnClassesThat(resideInAPackage("org.junit..").or(type(SandboxExtension.class)))
        .check(SANDBOX);
  }
}
