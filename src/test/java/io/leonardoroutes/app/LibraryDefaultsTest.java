package io.leonardoroutes.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.leonardoroutes.fixture.LogCapture;
import io.leonardoroutes.settings.SettingReader;
import io.micrometer.core.instrument.Clock;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.apache.camel.Route;
import org.apache.camel.component.platform.http.vertx.VertxPlatformHttpServer;
import org.apache.camel.main.Main;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An application that has the jar, and says little or nothing to it. */
class LibraryDefaultsTest {
  @TempDir Path folder;
  private final Main main = new Main();

  @AfterEach
  void stop() {
    main.stop();
  }

  @Test
  void anApplicationThatSetsNothingIsLeftAlone() throws Exception {
    try (LogCapture log = LogCapture.open()) {
      main.start();

      assertThat(main.getCamelContext().getRoutes()).isEmpty();
      assertThat(log.warnings())
          .containsExactly(
              "WARN leonardo-routes is off, as this application sets none of its settings: set"
                  + " leonardo.api-key, or leonardo.sandbox=true");
    }
  }

  @Test
  void withAKeyAloneNothingIsWatchedOrOpened() throws Exception {
    main.addInitialProperty("leonardo.api-key", "test-key");
    main.addInitialProperty("leonardo.data", folder.toString());
    main.start();

    assertThat(main.getCamelContext().getRoutes())
        .extracting(Route::getId)
        .contains("accept", "submit", "track")
        .noneMatch(id -> id.startsWith("intake-"));
    assertThat(main.getCamelContext().getRegistry().lookupByName("leonardoConnectionFactory"))
        .isNull();
    assertThat(main.getCamelContext().hasService(VertxPlatformHttpServer.class)).isNull();
    assertThat(made())
        .isSubsetOf("ledger.db", "ledger.db-wal", "ledger.db-shm", "ledger.db.lock", "videos");
  }

  @Test
  void whatItSwitchesOnIsOn() throws Exception {
    main.addInitialProperty("leonardo.api-key", "test-key");
    main.addInitialProperty("leonardo.data", folder.toString());
    main.addInitialProperty("leonardo.file.enabled", "true");
    main.start();

    assertThat(main.getCamelContext().getRoute("intake-file")).isNotNull();
    assertThat(made()).contains("inbox");
  }

  @Test
  void settingsOfWhatIsOffAreToldOf() throws Exception {
    main.addInitialProperty("leonardo.api-key", "test-key");
    main.addInitialProperty("leonardo.data", folder.toString());
    main.addInitialProperty("leonardo.inbox", folder.resolve("requests").toString());
    main.addInitialProperty("leonardo.rest.port", "8081");
    main.addInitialProperty("leonardo.management.enabled", "false");
    main.addInitialProperty("leonardo.management.port", "9877");
    try (LogCapture log = LogCapture.open()) {
      main.start();

      assertThat(log.warnings())
          .contains(
              "WARN leonardo.inbox is set, but the default of leonardo.file.enabled is false in an"
                  + " application: set it to true or false",
              "WARN leonardo.rest.port is set, but the default of leonardo.rest.enabled is false in"
                  + " an application: set it to true or false")
          .noneMatch(line -> line.contains("management"));
    }
  }

  @Test
  void theMeterRegistryOfTheApplicationHasTheMetersWhileTheFlowRuns() throws Exception {
    MeterRegistry simple = new SimpleMeterRegistry();
    main.bind("simple", simple);
    main.bind("composite", new CompositeMeterRegistry(Clock.SYSTEM, List.of(simple)));
    main.addInitialProperty("leonardo.api-key", "test-key");
    main.addInitialProperty("leonardo.data", folder.toString());
    main.start();

    assertThat(simple.get("leonardo.jobs").tag("state", "ACCEPTED").gauge().value()).isZero();
    assertThat(
            simple.get("leonardo.provider.call.duration").tag("step", "create-generation").timers())
        .hasSize(4);

    main.stop();
    assertThat(simple.find("leonardo.jobs").gauges()).isEmpty();
  }

  @Test
  void anHttpClientWithoutDeadlinesIsRefusedBeforeItPays() {
    StartChecks.checkHttpClient();

    assertThatThrownBy(() -> StartChecks.checkHttpClient("5.6.3"))
        .hasMessage(
            "httpclient5 is 5.6.3 here, but leonardo-routes can end its calls in time only with"
                + " 5.5: add the dependency org.apache.httpcomponents.client5:httpclient5:5.5.1");
  }

  @Test
  void theProgramKeepsItsOwnDefaults() throws Exception {
    Main program = ProgramSetup.program();
    // As in a folder without config/.
    program.setPropertyPlaceholderLocations("classpath:none.properties;optional=true");
    try {
      program.configure().withRoutesCollectorEnabled(false);
      program.init();
      SettingReader keys = new SettingReader(program.getCamelContext());
      for (String on : List.of("file", "rest", "jms", "management")) {
        assertThat(keys.flag("leonardo." + on + ".enabled")).as(on).isTrue();
      }
    } finally {
      program.stop();
    }
  }

  private List<String> made() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).toList();
    }
  }
}
