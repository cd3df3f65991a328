package io.leonardoroutes.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.leonardoroutes.fixture.FlowFixture;
import io.leonardoroutes.fixture.ScriptedProvider;
import io.leonardoroutes.job.JobLog;
import io.leonardoroutes.job.TraceContext;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.core.Layout;
import org.apache.logging.log4j.core.LogEvent;
import org.apache.logging.log4j.core.Logger;
import org.apache.logging.log4j.core.LoggerContext;
import org.apache.logging.log4j.core.appender.AbstractAppender;
import org.apache.logging.log4j.core.config.Configuration;
import org.apache.logging.log4j.core.config.ConfigurationFactory;
import org.apache.logging.log4j.core.config.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.MDC;

/** The lines of the log as JSON, by the configuration that we ship. */
class JsonLogTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path folder;

  @Test
  void everyLineAboutAJobHasItsIdAccountAndCaller() throws Exception {
    try (ScriptedProvider provider = ScriptedProvider.start();
        Lines lines = new Lines();
        FlowFixture story = FlowFixture.in(folder, provider)) {
      story.start();
      String id = story.accept(FlowFixture.REQUEST);
      String name = story.job(id).path("id").asText().substring(0, 8);
      story.told(id, "completed");

      List<JsonNode> about = lines.about(name);
      assertThat(about)
          .extracting(line -> line.get("message").asText().replaceFirst("^\\S+ ", ""))
          .contains("accepted", "complete at the provider")
          .anyMatch(line -> line.startsWith("submitted, generation "))
          .anyMatch(line -> line.endsWith("delivered to told"));
      assertThat(about)
          .allSatisfy(
              line -> {
                assertThat(line.get("job").asText()).isEqualTo(id);
                assertThat(line.get("account").asText()).isEqualTo("default");
                assertThat(line.get("level").asText()).isEqualTo("INFO");
                assertThat(line.get("time").asText()).endsWith("Z");
              });
    }
  }

  @Test
  void aLineAboutATracedJobHasTheIdOfItsTrace() {
    TraceContext trace =
        TraceContext.of("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", null);
    JobLog.about(
        "a",
        null,
        null,
        trace,
        () -> assertThat(MDC.get("trace")).isEqualTo("4bf92f3577b34da6a3ce929d0e0e4736"));

    assertThat(MDC.get("trace")).isNull();
  }

  @Test
  void noLineNamesAJobBesideTheLogOfJobs() throws IOException {
    try (Stream<Path> files = Files.walk(Path.of("src/main/java"))) {
      for (Path file : files.filter(one -> one.toString().endsWith(".java")).toList()) {
        assertThat(
                Pattern.compile("\\bLOG\\.\\w+\\([^;]*\\b[jJ]ob\\(?\\)?\\s*\\.name\\(\\)")
                    .matcher(Files.readString(file))
                    .results()
                    .map(line -> line.group()))
            .as("lines about jobs in %s that should be JOBS", file)
            .isEmpty();
      }
    }
  }

  @Test
  void itLogsWhatTheOtherConfigurationLogs() throws IOException {
    assertThat(loggers("config/log4j2-json.properties"))
        .isEqualTo(loggers("config/log4j2.properties"));
  }

  private static List<String> loggers(String file) throws IOException {
    return Files.readAllLines(Path.of(file)).stream()
        .filter(line -> line.matches("#?(rootLogger|logger|appender\\.audit).*"))
        .toList();
  }

  /** What is logged meanwhile, as the console would show it. */
  private static final class Lines extends AbstractAppender implements AutoCloseable {
    private final List<JsonNode> lines = new CopyOnWriteArrayList<>();
    private final Logger logger = (Logger) LogManager.getLogger("io.leonardoroutes");
    private final Layout<?> json;

    Lines() {
      super("json", null, null, true, Property.EMPTY_ARRAY);
      Configuration shipped =
          ConfigurationFactory.getInstance()
              .getConfiguration(
                  new LoggerContext("json"),
                  "json",
                  Path.of("config/log4j2-json.properties").toUri());
      shipped.initialize();
      json = shipped.getAppender("console").getLayout();
      start();
      logger.addAppender(this);
    }

    @Override
    public void append(LogEvent event) {
      try {
        String line = new String(json.toByteArray(event), StandardCharsets.UTF_8);
        lines.add(JSON.readTree(line));
      } catch (IOException e) {
        throw new IllegalStateException(e);
      }
    }

    List<JsonNode> about(String name) {
      return lines.stream().filter(line -> line.get("message").asText().contains(name)).toList();
    }

    @Override
    public void close() {
      logger.removeAppender(this);
      stop();
    }
  }
}
