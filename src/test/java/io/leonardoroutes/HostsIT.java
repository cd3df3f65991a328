package io.leonardoroutes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.leonardoroutes.fixture.App;
import io.leonardoroutes.fixture.Patience;
import io.leonardoroutes.ledger.Engine;
import io.leonardoroutes.sandbox.Sandbox;
import io.leonardoroutes.sandbox.SandboxOptions;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The applications of {@code src/it}, which have the jar and what Maven resolves with it, each in a
 * process of its own.
 */
@Tag("long")
class HostsIT {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String CAT =
      """
      {"model":"kling-3.0-turbo","parameters":{"prompt":"A cat"}}\
      """;
  private static final String TOO_LONG =
      """
      {"model":"kling-3.0-turbo","parameters":{"prompt":"A cat","duration":20}}\
      """;
  private static final String WHY =
      "422 invalid: /parameters/duration 20 is too long for kling-3.0-turbo: 3 to 15 seconds";

  private final Sandbox provider =
      Sandbox.start(
          SandboxOptions.defaults()
              .withPort(App.freePort())
              .withJobDuration(Duration.ofSeconds(1)));
  private final int port = App.freePort();

  @TempDir Path folder;
  private Process application;

  @AfterEach
  void stop() throws InterruptedException {
    if (application != null) {
      application.destroyForcibly().waitFor();
    }
    provider.close();
  }

  @ParameterizedTest
  @CsvSource({
    "camel-main,      org.apache.camel.main.Main",
    "camel-main-4.18, org.apache.camel.main.Main",
    "quarkus,         io.quarkus.bootstrap.runner.QuarkusEntryPoint",
  })
  void anApplicationHasItsRoutesBesideOurs(String name, String main) throws Exception {
    start(name, main);
    drop("orders/cat.json", CAT);
    drop("orders/long.json", TOO_LONG);
    drop("urgent/second.json", CAT.replace("cat", "koala"));

    await().atMost(Patience.LONG).until(() -> Files.exists(folder.resolve("answers/cat.json")));
    assertThat(folder.resolve("answers/cat.json")).content().contains("\"ACCEPTED\"");
    await().atMost(Patience.LONG).until(() -> files("told").size() == 4);
    assertThat(folder.resolve("refused/long.json")).hasContent(WHY);
    assertThat(folder.resolve("out.log")).content().contains("Started urgent (file://urgent)");
    assertThat(listening()).isEmpty();
    assertThat(files(""))
        .containsExactlyInAnyOrder(
            "answers", "data", "orders", "out.log", "refused", "told", "urgent");
    stops();
  }

  @ParameterizedTest
  @ValueSource(strings = {"spring-boot-3", "spring-boot-4"})
  @DisabledForJreRange(
      min = JRE.JAVA_24,
      disabledReason = "the Artemis of Spring Boot 3.5 and 4.0 asks for a security manager")
  void aSpringBootApplicationKeepsItsPortsItsDatabaseItsBrokerAndItsHealth(String name)
      throws Exception {
    start(name, "com.example.orders.OrderApplication", "-Dserver.port=" + port);
    await().atMost(Patience.LONG).until(() -> health("").equals("UP"));

    assertThat(health("/components/jms")).isEqualTo("UP");
    assertThat(health("/components/db")).isEqualTo("UP");
    assertThat(health("")).isEqualTo("UP");
    assertThat(call("POST", "/orders/1/video", CAT)).contains("\"ACCEPTED\"");
    assertThat(call("POST", "/orders/2/video", TOO_LONG)).isEqualTo(WHY);
    assertThat(call("POST", "/queue", CAT)).contains("\"ACCEPTED\"");
    assertThat(call("POST", "/queue", TOO_LONG)).contains("20 is too long");
    drop("urgent/second.json", CAT.replace("cat", "koala"));
    await().atMost(Patience.LONG).until(() -> call("GET", "/told", "").equals("6"));
    String complete = "/actuator/metrics/leonardo.jobs?tag=state:COMPLETE";
    await().atMost(Patience.LONG).until(() -> call("GET", complete, "").contains("\"value\":3.0"));
    assertThat(listening()).containsExactly(port);
    assertThat(files("")).containsExactlyInAnyOrder("data", "orders.mv.db", "out.log", "urgent");
    assertThat(files("data")).doesNotContain("outbox", "inbox", "broker");
    stops();
  }

  @Test
  @DisabledForJreRange(
      min = JRE.JAVA_24,
      disabledReason = "the Artemis 2.40 of Spring Boot 3.5 asks for a security manager")
  void aSpringBootApplicationWhoseDatabaseHasTheLedgerRollsNoJobBack() throws Exception {
    start(
        "spring-boot-3",
        "com.example.orders.OrderApplication",
        "-Dserver.port=" + port,
        "-Dspring.datasource.url=" + Engine.POSTGRES.emptyDatabase(folder),
        "-Dleonardo.ledger.data-source=#dataSource");
    await().atMost(Patience.LONG).until(() -> health("").equals("UP"));

    String undone = call("POST", "/orders/1/undone", CAT);
    assertThat(undone).contains("\"ACCEPTED\"");
    String id = undone.replaceAll("(?s).*?\"id\":(\"[^\"]+\").*", "$1");
    assertThat(call("POST", "/orders/1/video", CAT)).as("the same job").contains(id);
    await().atMost(Patience.LONG).until(() -> call("GET", "/told", "").equals("2"));
    String complete = "/actuator/metrics/leonardo.jobs?tag=state:COMPLETE";
    await().atMost(Patience.LONG).until(() -> call("GET", complete, "").contains("\"value\":1.0"));
    assertThat(folder.resolve("out.log"))
        .content()
        .contains("ledger schema leonardo of the DataSource dataSource");
    assertThat(files("data")).containsExactly("videos");
    stops();
  }

  @ParameterizedTest
  @ValueSource(strings = {"spring-boot-3", "spring-boot-4"})
  @DisabledForJreRange(
      min = JRE.JAVA_24,
      disabledReason = "the Artemis of Spring Boot 3.5 and 4.0 asks for a security manager")
  void aSpringBootApplicationServesTheRestRoutesOnItsOwnServerAndNoOther(String name)
      throws Exception {
    start(
        name,
        "com.example.orders.OrderApplication",
        "-Dserver.port=" + port,
        "-Dleonardo.rest.enabled=true");
    await()
        .atMost(Patience.LONG)
        .until(() -> call("GET", "/generations", "").contains("\"items\""));

    String job = call("POST", "/generations", CAT);
    String id = job.replaceAll("(?s).*?\"id\":\"([^\"]+)\".*", "$1");
    await()
        .atMost(Patience.LONG)
        .until(() -> call("GET", "/generations/" + id, "").contains("\"COMPLETE\""));
    assertThat(call("POST", "/generations", TOO_LONG)).contains("20 is too long");
    assertThat(listening()).containsExactly(port);
    assertThat(folder.resolve("out.log"))
        .content()
        .contains("ready, POST them to /generations of the application's own HTTP server, which");
    stops();
  }

  private void start(String name, String main, String... options) throws IOException {
    Path target = Path.of("target/it", name, "target").toAbsolutePath();
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"));
    command.add("-Dleonardo.api-key=key");
    command.add("-Dleonardo.base-url=" + provider.baseUrl());
    command.add("-Dleonardo.download.hosts=" + provider.host());
    command.add("-Dleonardo.track.first=1s");
    command.add("-Dleonardo.track.every=1s");
    command.addAll(List.of(options));
    Path quarkus = target.resolve("quarkus-app/quarkus-run.jar");
    String classPath =
        Files.exists(quarkus)
            ? quarkus.toString()
            : target.resolve("classes") + File.pathSeparator + target.resolve("lib") + "/*";
    command.addAll(List.of("-cp", classPath, main));
    application =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("out.log").toFile())
            .start();
  }

  private void stops() throws InterruptedException {
    application.destroy();
    assertThat(application.waitFor(Patience.LONG.toSeconds(), TimeUnit.SECONDS)).isTrue();
  }

  private void drop(String name, String text) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    Path part = Files.writeString(folder.resolve("part"), text);
    Files.move(part, file);
  }

  private List<String> files(String name) throws IOException {
    Path place = folder.resolve(name);
    if (!Files.isDirectory(place)) {
      return List.of();
    }
    try (Stream<Path> all = Files.list(place)) {
      return all.map(file -> file.getFileName().toString())
          // Half written as yet.
          .filter(file -> !file.startsWith(".part-"))
          .toList();
    }
  }

  private String call(String method, String path, String body) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
            .header("Content-Type", "application/json")
            .method(method, BodyPublishers.ofString(body))
            .timeout(Duration.ofMinutes(1))
            .build();
    try {
      return HttpClient.newHttpClient().send(request, BodyHandlers.ofString()).body();
    } catch (HttpTimeoutException e) {
      throw new AssertionError(method + " " + path + " was never answered:\n" + threads(), e);
    } catch (IOException e) {
      return "not there yet";
    }
  }

  /** The application's log, and what its threads do. */
  private String threads() throws IOException {
    String jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();
    Process dump =
        new ProcessBuilder(jcmd, "" + application.pid(), "Thread.print")
            .redirectErrorStream(true)
            .start();
    return Files.readString(folder.resolve("out.log"))
        + new String(dump.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
  }

  /** The status in the application's health, of all or of one part. */
  private String health(String part) throws Exception {
    String health = call("GET", "/actuator/health", "");
    return health.startsWith("{") ? JSON.readTree(health).at(part + "/status").asText() : health;
  }

  /** The ports that the application has opened. */
  private List<Integer> listening() throws IOException {
    List<String> sockets = new ArrayList<>();
    try (Stream<Path> open = Files.list(Path.of("/proc/" + application.pid() + "/fd"))) {
      for (Path file : open.toList()) {
        try {
          sockets.add(Files.readSymbolicLink(file).toString());
        } catch (IOException closed) {
          // since it was listed
        }
      }
    }
    List<Integer> ports = new ArrayList<>();
    for (String table : List.of("tcp", "tcp6")) {
      for (String line : Files.readAllLines(Path.of("/proc/net", table))) {
        String[] columns = line.strip().split("\\s+");
        // State 0A is LISTEN; the tenth column is the socket's inode.
        if (columns[3].equals("0A") && sockets.contains("socket:[" + columns[9] + "]")) {
          ports.add(Integer.parseInt(columns[1].replaceFirst(".*:", ""), 16));
        }
      }
    }
    return ports;
  }
}
