package io.leonardoroutes;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.leonardoroutes.fixture.App;
import io.leonardoroutes.health.HealthEndpoints;
import io.leonardoroutes.health.Readiness;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Properties;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the archive for servers has for systemd, containers and Kubernetes. */
class ServerFilesTest {
  private static final Path SERVER = Path.of("src/server");
  private static final int GRACE_SECONDS = 240;
  private static final int MARGIN_SECONDS = 30;

  private static String file(String name) throws IOException {
    return Files.readString(SERVER.resolve(name));
  }

  private static Properties config() throws IOException {
    Properties config = new Properties();
    try (var in = Files.newBufferedReader(Path.of("config/application.properties"))) {
      config.load(in);
    }
    return config;
  }

  private static int seconds(String key) throws IOException {
    return Integer.parseInt(config().getProperty(key).replace("s", ""));
  }

  /** As in operating.md. */
  private static int longestDrain() throws IOException {
    return seconds("leonardo.http.connect-timeout")
        + 2 * seconds("leonardo.http.response-timeout")
        + 60;
  }

  private static List<JsonNode> manifests(String name) throws IOException {
    try (var documents =
        new YAMLMapper()
            .readerFor(JsonNode.class)
            .<JsonNode>readValues(file("kubernetes/" + name))) {
      return documents.readAll();
    }
  }

  private static JsonNode of(String kind, String name) throws IOException {
    return manifests(name).stream()
        .filter(manifest -> manifest.path("kind").asText().equals(kind))
        .findFirst()
        .orElseThrow();
  }

  private static JsonNode pod(String name) throws IOException {
    return of("Deployment", name).at("/spec/template/spec");
  }

  @Test
  void theGraceIsLongerThanTheLongestDrain() throws IOException {
    assertThat(GRACE_SECONDS).isGreaterThanOrEqualTo(longestDrain() + MARGIN_SECONDS);
    assertThat(file("systemd/leonardo-routes.service")).contains("\nTimeoutStopSec=240\n");
    assertThat(file("Containerfile")).contains("--stop-timeout 240");
    for (String manifest : List.of("sqlite.yaml", "postgresql.yaml")) {
      assertThat(pod(manifest).path("terminationGracePeriodSeconds").asInt())
          .isEqualTo(GRACE_SECONDS);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"sqlite.yaml", "postgresql.yaml"})
  void theProbesAskForWhatTheManagementPortServes(String manifest) throws Exception {
    JsonNode container = pod(manifest).path("containers").path(0);
    JsonNode management = container.path("ports").path(1);
    assertThat(management.path("name").asText()).isEqualTo("management");
    assertThat(management.path("containerPort").asText())
        .isEqualTo(config().getProperty("leonardo.management.port"));
    assertThat(container.at("/livenessProbe/httpGet/path").asText()).isEqualTo("/health/live");
    assertThat(container.at("/readinessProbe/httpGet/path").asText()).isEqualTo("/health/ready");
    int port = App.freePort();
    try (HealthEndpoints served =
        HealthEndpoints.start(
            "127.0.0.1",
            port,
            call -> true,
            () -> new Readiness(Readiness.Status.UP, List.of()),
            () -> "")) {
      for (String probe : List.of("startupProbe", "livenessProbe", "readinessProbe")) {
        JsonNode asked = container.path(probe).path("httpGet");
        assertThat(asked.path("port").asText()).isEqualTo("management");
        assertThat(status(port, asked.path("path").asText())).as(probe).isEqualTo(200);
      }
    }
  }

  private static int status(int port, String path) throws Exception {
    return HttpClient.newHttpClient()
        .send(
            HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path)).build(),
            HttpResponse.BodyHandlers.discarding())
        .statusCode();
  }

  @Test
  void oneLedgerInAFileHasOneInstanceAndNoneOverlapsWithTheNextVersion() throws IOException {
    JsonNode one = of("Deployment", "sqlite.yaml");
    JsonNode several = of("Deployment", "postgresql.yaml");

    assertThat(one.at("/spec/replicas").asInt()).isEqualTo(1);
    assertThat(one.at("/spec/strategy/type").asText()).isEqualTo("Recreate");
    assertThat(of("PersistentVolumeClaim", "sqlite.yaml").at("/spec/accessModes/0").asText())
        .isEqualTo("ReadWriteOnce");
    assertThat(several.at("/spec/replicas").asInt()).isGreaterThan(1);
    assertThat(several.at("/spec/strategy/type").asText()).isEqualTo("Recreate");
    assertThat(of("PersistentVolumeClaim", "postgresql.yaml").at("/spec/accessModes/0").asText())
        .isEqualTo("ReadWriteMany");
    assertThat(file("kubernetes/postgresql.yaml")).contains("\"jdbc:postgresql://");
  }

  @ParameterizedTest
  @ValueSource(strings = {"sqlite.yaml", "postgresql.yaml"})
  void thePodHasNoRightThatItDoesNotNeedAndWritesOnlyToItsVolumes(String manifest)
      throws IOException {
    JsonNode pod = pod(manifest);
    JsonNode container = pod.path("containers").path(0);

    assertThat(pod.at("/securityContext/runAsNonRoot").asBoolean()).isTrue();
    assertThat(pod.path("automountServiceAccountToken").asBoolean(true)).isFalse();
    // LEONARDO_ROUTES_PORT=tcp://... is no setting, and the program would not start
    assertThat(pod.path("enableServiceLinks").asBoolean(true)).isFalse();
    assertThat(container.at("/securityContext/readOnlyRootFilesystem").asBoolean()).isTrue();
    assertThat(container.at("/securityContext/allowPrivilegeEscalation").asBoolean(true)).isFalse();
    assertThat(container.at("/securityContext/capabilities/drop/0").asText()).isEqualTo("ALL");
    assertThat(container.path("volumeMounts").findValuesAsText("mountPath"))
        .contains("/data", "/tmp");
  }

  @Test
  void everySettingExistsAndEverySecretIsAFile() throws IOException {
    List<String[]> settings = new ArrayList<>();
    for (String manifest : List.of("sqlite.yaml", "postgresql.yaml")) {
      for (JsonNode variable : pod(manifest).path("containers").path(0).path("env")) {
        settings.add(
            new String[] {variable.path("name").asText(), variable.path("value").asText()});
      }
    }
    Pattern variable = Pattern.compile("(?m)(LEONARDO_[A-Z_]+)=(\\S+)");
    for (String name : List.of("systemd/leonardo-routes.service", "Containerfile")) {
      for (MatchResult found :
          variable.matcher(file(name).replaceAll("(?m)^#.*$", "")).results().toList()) {
        settings.add(new String[] {found.group(1), found.group(2)});
      }
    }

    List<String> keys =
        config().stringPropertyNames().stream().map(ServerFilesTest::variable).toList();
    assertThat(settings).hasSizeGreaterThan(15);
    for (String[] setting : settings) {
      if (setting[0].startsWith("LEONARDO_") && !setting[0].equals("LEONARDO_CDS")) {
        assertThat(keys).contains(setting[0]);
      }
      if (setting[0].matches(".*(API_KEY|PASSWORD|WEBHOOK_KEY|PROXY)")) {
        assertThat(setting[1]).as(setting[0]).startsWith("file:");
      }
    }
    assertThat(file("kubernetes/sqlite.yaml") + file("kubernetes/postgresql.yaml"))
        .doesNotContain("kind: Secret", "stringData")
        .contains("defaultMode: 0400");
  }

  private static String variable(String key) {
    return key.toUpperCase(Locale.ROOT).replaceAll("[^A-Z0-9]", "_");
  }

  @Test
  void theImageIsMadeOfNamedPartsAndRunsAsItsOwnUser() throws IOException {
    List<String> lines = file("Containerfile").lines().toList();

    assertThat(lines.stream().filter(line -> line.startsWith("FROM "))).hasSize(2);
    // never COPY . : a key or a ledger in that folder would be in the image
    assertThat(lines.stream().filter(line -> line.startsWith("COPY ")))
        .noneMatch(line -> line.startsWith("COPY . "));
    assertThat(lines).contains("USER 10001:10001", "STOPSIGNAL SIGTERM");
    assertThat(file("Containerfile")).contains("GET /health/live ", "--read-only");
  }

  @Test
  void theUnitHasAUserAndFoldersOfItsOwn() throws IOException {
    assertThat(file("systemd/leonardo-routes.service").lines())
        .contains(
            "User=leonardo",
            "StateDirectory=leonardo-routes",
            "Environment=LEONARDO_DATA=/var/lib/leonardo-routes",
            "CacheDirectory=leonardo-routes",
            "ProtectSystem=strict",
            "NoNewPrivileges=true",
            "LoadCredential=api-key:/etc/leonardo-routes/api-key")
        .doesNotContain("MemoryDenyWriteExecute=true");
  }

  @Test
  void everyShellThatMayBeShCanReadTheScript() throws Exception {
    Path script = SERVER.resolve("bin/leonardo-routes");
    assertThat(script).isExecutable();
    for (String shell : List.of("/bin/sh", "/bin/dash", "/bin/bash", "/bin/busybox")) {
      if (Files.isExecutable(Path.of(shell))) {
        String[] command =
            shell.endsWith("busybox")
                ? new String[] {shell, "sh", "-n", script.toString()}
                : new String[] {shell, "-n", script.toString()};
        assertThat(run(command)).as(shell).isZero();
      }
    }
    for (String folder : List.of("/usr/bin", "/usr/local/bin")) {
      Path check = Path.of(folder, "shellcheck");
      if (Files.isExecutable(check)) {
        assertThat(run(check.toString(), script.toString())).isZero();
      }
    }
  }

  private static int run(String... command) throws Exception {
    return new ProcessBuilder(command).inheritIO().start().waitFor();
  }

  @Test
  void theArchiveHasWhatTheGuideNames() throws IOException {
    try (Stream<Path> files = Files.list(SERVER)) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .containsExactlyInAnyOrder("bin", "systemd", "kubernetes", "Containerfile", "README.md");
    }
  }
}
