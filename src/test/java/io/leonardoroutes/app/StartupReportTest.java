package io.leonardoroutes.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.leonardoroutes.fixture.App;
import io.leonardoroutes.fixture.FlowFixture;
import io.leonardoroutes.fixture.LogCapture;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the log says of a start: what it runs on, for whoever is called at night. */
class StartupReportTest {
  private static final String RUNS_ON = "unfinished jobs";

  @TempDir Path folder;

  private App app() {
    // Nobody is there.
    return App.in(folder).with("leonardo.base-url", "http://127.0.0.1:1/api/rest");
  }

  @Test
  void itSaysWhichConfigurationAndLedgerItHasAndHowManyJobsAreUnfinished() throws Exception {
    Path file = Files.writeString(folder.resolve("application.properties"), "leonardo.tick=30ms\n");
    String runsOn =
        "INFO leonardo-routes, configuration %s; ledger %s, unfinished jobs: "
            .formatted(file, folder.resolve("data/ledger.db"));
    try (LogCapture log = LogCapture.open()) {
      try (App app = app()) {
        app.main().setPropertyPlaceholderLocations("file:" + file);
        app.start();
        app.template().sendBody("direct:leonardo-accept", FlowFixture.REQUEST);
      }
      assertThat(log.with(RUNS_ON)).containsExactly(runsOn + 0);
    }
    try (LogCapture log = LogCapture.open();
        App app = app()) {
      app.main().setPropertyPlaceholderLocations("file:" + file);
      app.start();
      assertThat(log.with(RUNS_ON)).containsExactly(runsOn + 1);
    }
  }

  @Test
  void withoutAConfigurationFileItSaysWhereItWasStarted() throws Exception {
    String relative = Path.of("").toAbsolutePath().relativize(folder).toString();
    try (LogCapture log = LogCapture.open();
        App app =
            app().with("leonardo.ledger.url", "jdbc:sqlite:" + relative + "/x.db?busy_timeout=1")) {
      app.start();

      assertThat(log.with(RUNS_ON))
          .containsExactly(
              "INFO leonardo-routes, no configuration file, started in %s: the defaults; ledger %s, unfinished jobs: 0"
                  .formatted(Path.of("").toAbsolutePath(), folder.resolve("x.db")));
    }
  }

  private App sandbox() {
    return App.in(folder)
        .with("leonardo.sandbox", "true")
        .with("leonardo.sandbox.port", String.valueOf(App.freePort()));
  }

  @Test
  void theSandboxHasALedgerOfItsOwn() throws Exception {
    try (LogCapture log = LogCapture.open();
        App app = sandbox().start()) {
      assertThat(app.data().resolve("sandbox.db")).exists();
      assertThat(app.data().resolve("ledger.db")).doesNotExist();
      assertThat(log.warnings()).isEmpty();
    }
  }

  @Test
  void aLedgerThatIsNamedIsTheSandboxsTooAndTheLogWarnsOfIt() throws Exception {
    try (LogCapture log = LogCapture.open();
        App app =
            sandbox()
                .with("leonardo.ledger.url", "jdbc:sqlite:" + folder.resolve("own.db"))
                .start()) {
      assertThat(app.data().resolve("sandbox.db")).doesNotExist();
      assertThat(log.warnings())
          .containsExactly(
              "WARN the sandbox is on and leonardo.ledger.url is set: jobs that wait in that ledger"
                  + " go to the sandbox, with invented costs");
    }
  }

  @Test
  void aStartThatFailsLeavesNoSamplesForTheNextOneToPayFor() {
    App app =
        sandbox()
            .with("leonardo.file.enabled", "true")
            .with("leonardo.sinks.archive.uri", "file:x?nonsense=1");

    assertThat(SettingsTest.refusal(app))
        .startsWith("leonardo.sinks.archive.uri: is not a valid endpoint");
    assertThat(app.inbox().toFile().list()).isEmpty();
  }
}
