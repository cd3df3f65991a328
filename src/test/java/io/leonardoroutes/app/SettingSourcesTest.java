package io.leonardoroutes.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.leonardoroutes.fixture.ChildProcess;
import io.leonardoroutes.fixture.LogCapture;
import io.leonardoroutes.settings.SettingReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which of the places that say a setting is believed. */
class SettingSourcesTest {
  @TempDir Path folder;

  private static DefaultCamelContext context(Path file) {
    DefaultCamelContext context = new DefaultCamelContext();
    context.getPropertiesComponent().addLocation("file:" + file);
    return context;
  }

  private Path config(String text) throws Exception {
    return Files.writeString(folder.resolve("application.properties"), text);
  }

  private static void with(String property, String value, Checks checks) throws Exception {
    System.setProperty(property, value);
    try {
      checks.run();
    } finally {
      System.clearProperty(property);
    }
  }

  private interface Checks {
    void run() throws Exception;
  }

  @Test
  void aFileWinsOverTheDefaultAndASystemPropertyOverTheFile() throws Exception {
    Path file = config("leonardo.limits.concurrent=3\nleonardo.sinks.archive.uri=log:file\n");
    assertThat(new SettingReader(context(file)).text("leonardo.limits.concurrent")).isEqualTo("3");
    assertThat(new SettingReader(context(file)).text("leonardo.rest.port")).isEqualTo("8080");
    with(
        "leonardo.limits.concurrent",
        "7",
        () ->
            assertThat(new SettingReader(context(file)).text("leonardo.limits.concurrent"))
                .isEqualTo("7"));
    with(
        "leonardo.sinks.archive.uri",
        "log:system",
        () ->
            assertThat(new SettingReader(context(file)).text("leonardo.sinks.archive.uri"))
                .isEqualTo("log:system"));
  }

  @Test
  void aSinkCanBeDefinedByASystemPropertyAlone() throws Exception {
    with(
        "leonardo.sinks.archive.uri",
        "log:archive",
        () -> {
          SettingReader keys = new SettingReader(context(config("")));
          assertThat(keys.namesUnder("leonardo.sinks.")).containsExactly("archive", "outbox");
          assertThat(keys.text("leonardo.sinks.archive.uri")).isEqualTo("log:archive");
        });
  }

  @Test
  void theSandboxChangesDefaultsAndNothingThatIsSaid() throws Exception {
    SettingReader keys =
        new SettingReader(context(config("leonardo.sandbox=true\nleonardo.track.every=9s\n")));

    assertThat(keys.text("leonardo.base-url")).isEqualTo("http://127.0.0.1:8089/api/rest");
    assertThat(keys.text("leonardo.api-key")).isEqualTo("sandbox");
    assertThat(keys.duration("leonardo.track.first")).isEqualTo(Duration.ofSeconds(2));
    assertThat(keys.duration("leonardo.track.every")).isEqualTo(Duration.ofSeconds(9));
  }

  @Test
  void aKeyThatIsNoSettingIsWarnedOf() throws Exception {
    try (LogCapture log = LogCapture.open()) {
      with("leonardo.intakes", "x", () -> new SettingReader(context(config("leonardo.inbx=x\n"))));

      assertThat(log.with("is not a setting"))
          .containsExactlyInAnyOrder(
              "WARN leonardo.inbx is not a setting of leonardo-routes and is ignored",
              "WARN leonardo.intakes is not a setting of leonardo-routes and is ignored");
    }
  }

  /** The last that the program says, in a process of its own, when its environment is this. */
  private String start(Map<String, String> environment) throws Exception {
    List<String> said = said(environment);
    return said.isEmpty() ? "" : said.get(said.size() - 1);
  }

  private List<String> said(Map<String, String> environment) throws Exception {
    ChildProcess.Ended ended = ChildProcess.in(folder).with(environment).run();
    assertThat(ended.status()).isEqualTo(1);
    return ended.said();
  }

  @Test
  void theEnvironmentWinsOverTheConfigurationFileOfTheProgram() throws Exception {
    Files.createDirectories(folder.resolve("config"));
    Files.writeString(
        folder.resolve("config/application.properties"),
        "leonardo.api-key=\nleonardo.rest.port=8080\nleonardo.sinks.outbox.uri=log:x\n");

    assertThat(start(Map.of("LEONARDO_API_KEY", "key", "LEONARDO_REST_PORT", "none")))
        .isEqualTo(
            "leonardo-routes did not start: leonardo.rest.port: 'none' is not a whole number from 1"
                + " to 65535");
    assertThat(start(Map.of("LEONARDO_API_KEY", "key", "LEONARDO_SINKS_ARCHIVE_URI", "ftpx:x")))
        .isEqualTo(
            "leonardo-routes did not start: leonardo.sinks.archive.uri: there is no Camel component"
                + " 'ftpx' on the class path");
  }

  @Test
  void anAccountCanBeDefinedInTheEnvironmentAlone() throws Exception {
    assertThat(
            start(
                Map.of(
                    "LEONARDO_ACCOUNTS_STUDIO_B_API_KEY", "studio-key",
                    "LEONARDO_ACCOUNTS_STUDIO_B_LIMITS_CREATES_PER_MINUTE", "many")))
        .isEqualTo(
            "leonardo-routes did not start: leonardo.accounts.studio-b.limits.creates-per-minute:"
                + " 'many' is not a whole number from 1 to 1000000");
    Files.createDirectories(folder.resolve("config"));
    Files.writeString(
        folder.resolve("config/application.properties"),
        "leonardo.accounts.studio.api-key=\nleonardo.rest.port=none\n");
    assertThat(start(Map.of("LEONARDO_ACCOUNTS_STUDIO_API_KEY", "studio-key")))
        .isEqualTo(
            "leonardo-routes did not start: leonardo.rest.port: 'none' is not a whole number from 1"
                + " to 65535");
  }

  @Test
  void aKeyThatNoAccountHasIsWarnedOf() throws Exception {
    try (LogCapture log = LogCapture.open()) {
      new SettingReader(
          context(config("leonardo.accounts.a.limit=1\nleonardo.accounts.a.callers=erp\n")));

      assertThat(log.with("is not a setting"))
          .containsExactly(
              "WARN leonardo.accounts.a.limit is not a setting of leonardo-routes and is ignored");
    }
  }

  @Test
  void aKeyThatNoSinkHasIsWarnedOf() throws Exception {
    try (LogCapture log = LogCapture.open()) {
      new SettingReader(
          context(
              config(
                  """
                  leonardo.sinks.erp.url=log:x
                  leonardo.sinks.erp.event=completed
                  leonardo.sinks.erp.uri=log:x
                  leonardo.sinks.my.erp.uri=log:x
                  """)));

      assertThat(log.with("is not a setting"))
          .containsExactlyInAnyOrder(
              "WARN leonardo.sinks.erp.url is not a setting of leonardo-routes and is ignored",
              "WARN leonardo.sinks.erp.event is not a setting of leonardo-routes and is ignored",
              "WARN leonardo.sinks.my.erp.uri is not a setting of leonardo-routes and is ignored");
    }
  }

  @Test
  void aVariableThatLeadsToNoKeyIsWarnedOfWithoutItsValue() throws Exception {
    List<String> said =
        said(
            Map.of(
                "LEONARDO_BUDGET_PERDAY", "canary",
                "LEONARDO_SINKS_MY_ERP_URL", "https://canary",
                "LEONARDO_SINKS_MY_ERP_URI", "log:x",
                "LEONARDO_PORT", "tcp://10.0.0.1:8080",
                "LEONARDO_PORT_8080_TCP_ADDR", "10.0.0.1",
                "LEONARDO_SERVICE_PORT_HTTP", "8080",
                "LEONARDO_API_KEY", "key",
                "LEONARDO_REST_PORT", "none"));

    assertThat(said)
        .filteredOn(line -> line.contains("WARN"))
        .map(line -> line.replaceFirst(".* - ", ""))
        .containsExactlyInAnyOrder(
            "LEONARDO_BUDGET_PERDAY is not a setting of leonardo-routes and is ignored",
            "LEONARDO_SINKS_MY_ERP_URL is not a setting of leonardo-routes and is ignored");
    assertThat(String.join("", said)).doesNotContain("canary");
  }

  @Test
  void aSinkOfTwoWordsCanBeDefinedInTheEnvironment() throws Exception {
    assertThat(start(Map.of("LEONARDO_API_KEY", "key", "LEONARDO_SINKS_MY_ERP_URI", "ftpx:x")))
        .isEqualTo(
            "leonardo-routes did not start: leonardo.sinks.my-erp.uri: there is no Camel component"
                + " 'ftpx' on the class path");
  }
}
