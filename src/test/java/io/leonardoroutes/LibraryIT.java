package io.leonardoroutes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.leonardoroutes.fixture.App;
import io.leonardoroutes.fixture.Patience;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A camel-main application without a line of code, in a JVM and with a class path of its own: the
 * packaged jar, its libraries, and a folder with settings and one route.
 */
class LibraryIT {
  private static final Path TARGET = Path.of("target").toAbsolutePath();

  @TempDir Path folder;
  private Process application;

  @AfterEach
  void kill() throws InterruptedException {
    if (application != null) {
      application.destroyForcibly().waitFor();
    }
  }

  @Test
  void anApplicationGetsTheRoutesByHavingTheJarAndTheSettings() throws Exception {
    write(
        "application.properties",
        """
        leonardo.sandbox=true
        leonardo.sandbox.port=%d
        leonardo.rest.port=%d
        leonardo.management.enabled=false
        leonardo.file.settle=1ms
        leonardo.jms.enabled=false
        leonardo.sandbox.samples=false
        leonardo.sinks.films.uri=file:films
        leonardo.sinks.films.content=video
        leonardo.sinks.films.events=completed
        camel.route-template[urgent].template-id=leonardo-intake-file
        camel.route-template[urgent].inbox=urgent
        camel.route-template[urgent].sinks=films
        camel.route-template[urgent].priority=9
        """
            .formatted(App.freePort(), App.freePort()));
    write(
        "camel/own.camel.yaml",
        """
        - route:
            id: own
            from:
              uri: timer:once?repeatCount=1
              steps:
                - setBody:
                    constant: '{"model":"kling-3.0-turbo","parameters":{"prompt":"A koala"}}'
                - to: direct:leonardo-accept
                - to: file:answers?fileName=answer.json&tempPrefix=.part-
        """);
    Path urgent = Files.createDirectories(folder.resolve("urgent"));
    Files.writeString(
        urgent.resolve("cat.json"),
        """
        {"model":"kling-3.0-turbo","parameters":{"prompt":"A cat"}}\
        """);

    start();

    Path answer = folder.resolve("answers/answer.json");
    await().atMost(Patience.LONG).until(() -> Files.exists(answer));
    JsonNode job = new ObjectMapper().readTree(answer.toFile());
    String name = "kling-3.0-turbo-" + job.get("id").asText().substring(0, 8);
    assertThat(job.get("state").asText()).isEqualTo("ACCEPTED");
    await()
        .atMost(Patience.LONG)
        .until(
            () ->
                Files.exists(folder.resolve("data/outbox/" + name + ".completed.json"))
                    && files("films").count() == 2);
    assertThat(files("films")).anyMatch(film -> film.startsWith("cat-"));
    assertThat(files("data/outbox")).noneMatch(file -> file.startsWith("cat-"));
  }

  private void start() throws IOException {
    String classPath =
        String.join(
            File.pathSeparator,
            TARGET.resolve("leonardo-routes.jar").toString(),
            TARGET.resolve("lib").toString() + "/*",
            folder.resolve("classes").toString());
    application =
        new ProcessBuilder(
                List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-XX:TieredStopAtLevel=1",
                    "-XX:+UseSerialGC",
                    "-cp",
                    classPath,
                    "org.apache.camel.main.Main"))
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("out.log").toFile())
            .start();
  }

  private void write(String name, String text) throws IOException {
    Path file = folder.resolve("classes").resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }

  private Stream<String> files(String name) throws IOException {
    Path place = folder.resolve(name);
    if (!Files.isDirectory(place)) {
      return Stream.empty();
    }
    try (Stream<Path> all = Files.list(place)) {
      return all
          .map(file -> file.getFileName().toString())
          // Half written as yet.
          .filter(file -> !file.startsWith(".part-"))
          .toList()
          .stream();
    }
  }
}
