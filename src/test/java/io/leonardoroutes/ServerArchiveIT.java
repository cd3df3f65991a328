package io.leonardoroutes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.leonardoroutes.fixture.App;
import io.leonardoroutes.fixture.Patience;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The archive for servers, unpacked into a read-only folder, and started from another one. */
@Tag("long")
class ServerArchiveIT {
  private static final Path SETPRIV = Path.of("/usr/bin/setpriv");
  private static final String NOBODY = "65534";
  private static final boolean ROOT = "root".equals(System.getProperty("user.name"));

  @TempDir static Path unpacked;
  private static Path home;

  @TempDir Path folder;
  private final Map<String, String> environment = new TreeMap<>();
  private final List<String> user = new ArrayList<>();
  private Path elsewhere;
  private Path classes;
  private Process program;
  private int management;

  @BeforeAll
  static void unpack() throws Exception {
    Files.setPosixFilePermissions(unpacked, PosixFilePermissions.fromString("rwxr-xr-x"));
    Path archive = archive();
    must("tar", "-xzf", archive.toString(), "-C", unpacked.toString());
    home = unpacked.resolve(archive.getFileName().toString().replace(".tar.gz", ""));
    must("chmod", "-R", "a-w", home.toString());
    Files.createSymbolicLink(unpacked.resolve("link"), home.getFileName());
  }

  @AfterAll
  static void letJunitDeleteIt() throws Exception {
    must("chmod", "-R", "u+w", home.toString());
  }

  @BeforeEach
  void goElsewhere() throws Exception {
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
    elsewhere = Files.createDirectory(folder.resolve("elsewhere"));
    classes = elsewhere.resolve("classes");
    Files.createSymbolicLink(
        elsewhere.resolve("videos"),
        elsewhere.relativize(unpacked.resolve("link/bin/leonardo-routes")));
    environment.put("JAVA_HOME", System.getProperty("java.home"));
    environment.put("JAVA_OPTS", "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC");
    environment.put("LEONARDO_CDS", classes.toString());
    environment.put("LEONARDO_DATA", elsewhere.resolve("data").toString());
    if (ROOT && Files.isExecutable(SETPRIV)) {
      must("chown", NOBODY, elsewhere.toString());
      String[] change = {"--reuid=" + NOBODY, "--regid=" + NOBODY, "--clear-groups"};
      user.add(SETPRIV.toString());
      user.addAll(List.of(change));
    }
  }

  @AfterEach
  void end() throws Exception {
    if (program != null) {
      program.destroyForcibly().waitFor();
    }
  }

  static Path archive() throws IOException {
    try (Stream<Path> files = Files.list(Path.of("target"))) {
      return files
          .filter(file -> file.toString().endsWith(".tar.gz"))
          .max(
              (one, other) ->
                  Long.compare(one.toFile().lastModified(), other.toFile().lastModified()))
          .orElseThrow(() -> new IllegalStateException("mvn package makes target/*.tar.gz"))
          .toAbsolutePath();
    }
  }

  static void must(String... command) throws Exception {
    assertThat(new ProcessBuilder(command).inheritIO().start().waitFor())
        .as(String.join(" ", command))
        .isZero();
  }

  private Process start(String... arguments) throws IOException {
    List<String> command = new ArrayList<>(user);
    command.add(elsewhere.resolve("videos").toString());
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command).directory(elsewhere.toFile());
    builder.environment().keySet().removeIf(name -> name.matches("(LEONARDO|JAVA|JDK|XDG)_.*"));
    builder.environment().putAll(environment);
    program =
        builder
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("out.log").toFile())
            .start();
    return program;
  }

  private int run(String... arguments) throws Exception {
    start(arguments);
    assertThat(program.waitFor(Patience.LONG.toSeconds(), TimeUnit.SECONDS)).isTrue();
    return program.exitValue();
  }

  private String said() throws IOException {
    return Files.readString(folder.resolve("out.log"));
  }

  private void startInTheSandbox(String... more) throws IOException {
    List<String> arguments = new ArrayList<>(List.of("-Dleonardo.sandbox=true"));
    management = App.freePort();
    arguments.add("-Dleonardo.management.port=" + management);
    for (String port : List.of("rest", "jms", "sandbox")) {
      arguments.add("-Dleonardo." + port + ".port=" + App.freePort());
    }
    arguments.addAll(List.of(more));
    start(arguments.toArray(String[]::new));
    await()
        .atMost(Patience.LONG)
        .until(
            () -> {
              boolean ready = said().contains("leonardo-routes ready");
              assertThat(ready || program.isAlive()).as(said()).isTrue();
              return ready;
            });
  }

  private void stop() throws Exception {
    program.destroy();
    assertThat(program.waitFor(Patience.LONG.toSeconds(), TimeUnit.SECONDS)).isTrue();
    assertThat(program.exitValue()).as(said()).isZero();
  }

  private List<Path> archives() throws IOException {
    try (Stream<Path> files = Files.list(classes)) {
      return files.toList();
    }
  }

  @Test
  void theNextStartUsesTheClassDataArchiveUnlessItIsDamaged() throws Exception {
    startInTheSandbox();

    Path outbox = elsewhere.resolve("data/outbox");
    await().atMost(Patience.LONG).until(() -> endings(outbox, ".completed.json") == 2);
    assertThat(healthCheck()).isZero();
    stop();
    assertThat(healthCheck()).isEqualTo(1);
    assertThat(said()).contains("configuration " + home.toRealPath() + "/config/application");
    assertThat(said()).doesNotContain("[warning][cds");
    assertThat(archives()).hasSize(1);

    Path loaded = elsewhere.resolve("loaded.txt");
    environment.merge("JAVA_OPTS", " -Xlog:class+load:file=" + loaded, String::concat);
    startInTheSandbox("start");
    stop();
    assertThat(Files.readString(loaded))
        .containsPattern("StartupReport source: shared objects file \\(top\\)");

    Path archive = archives().get(0);
    cutInHalf(archive);
    assertThat(run("--version")).as(said()).isZero();
    startInTheSandbox();
    stop();
    assertThat(archives()).containsExactly(archive);
    assertThat(run("--version")).as(said()).isZero();
    assertThat(Files.readString(loaded)).contains("(top)");
  }

  /** The exit status of the health check in the Containerfile. */
  private int healthCheck() throws Exception {
    Matcher command =
        Pattern.compile("(?s)HEALTHCHECK .*?CMD (\\[.*?\\])\n")
            .matcher(Files.readString(home.resolve("Containerfile")));
    assertThat(command.find()).isTrue();
    ProcessBuilder check =
        new ProcessBuilder(new ObjectMapper().readValue(command.group(1), String[].class));
    check.environment().put("LEONARDO_MANAGEMENT_PORT", "" + management);
    return check.start().waitFor();
  }

  /** As a crash of the machine may leave it; the JVM that maps it dies of SIGBUS. */
  private static void cutInHalf(Path archive) throws IOException {
    archive.toFile().setWritable(true);
    try (RandomAccessFile file = new RandomAccessFile(archive.toFile(), "rw")) {
      file.setLength(file.length() / 2);
    }
  }

  @Test
  void itRunsAsAUserWhoMayWriteNothingInTheProgramsFolder() throws Exception {
    assumeThat(user).as("only root can start it as another user, with setpriv").isNotEmpty();
    environment.put("LEONARDO_DATA", "data");

    assertThat(run("-Dleonardo.sandbox=true")).isEqualTo(1);
    assertThat(said()).contains("leonardo-routes did not start: leonardo.");
  }

  @Test
  void everyCommandOfTheJarCanBeRun() throws Exception {
    assertThat(run("--help")).isZero();
    assertThat(said()).contains("Usage: leonardo-routes", "restored", "prove");
    assertThat(run("-Dleonardo.sandbox=true", "key", "erp")).isZero();
    assertThat(run("no-such-command")).isEqualTo(2);
    assertThat(said()).contains("leonardo-routes: Unmatched argument at index 0");
    assertThat(classes).isEmptyDirectory();
  }

  @Test
  void aCommandFindsTheFilesOfTheFolderThatItIsGivenIn() throws Exception {
    Path mine = elsewhere.resolve("a request.json");
    Files.writeString(
        mine, "{\"model\":\"kling-3.0-turbo\",\"parameters\":{\"prompt\":\"A cat\"}}");

    assertThat(run("validate", mine.getFileName().toString())).as(said()).isZero();
    assertThat(said()).isEqualTo("a request.json: 1 request, valid\n");
  }

  @Test
  void whatIsMissingIsSaidInOneLine() throws Exception {
    environment.put("JAVA_HOME", elsewhere.toString());
    assertThat(run()).isEqualTo(1);
    assertThat(said())
        .isEqualTo(
            "leonardo-routes did not start: JAVA_HOME is %s, but %s/bin/java cannot be run: set it to Java 17 or later\n"
                .formatted(elsewhere, elsewhere));

    for (String version : List.of("11.0.2", "1.8.0_392")) {
      Path java = Files.createDirectories(elsewhere.resolve("bin")).resolve("java");
      Files.writeString(java, "#!/bin/sh\necho 'openjdk version \"%s\"' >&2\n".formatted(version));
      java.toFile().setExecutable(true, false);
      assertThat(run()).isEqualTo(1);
      assertThat(said())
          .isEqualTo(
              "leonardo-routes did not start: %s is Java %s: set JAVA_HOME to Java 17 or later\n"
                  .formatted(java, version));
    }
    environment.remove("JAVA_HOME");
    environment.put("PATH", tools().toString());
    assertThat(run()).isEqualTo(1);
    assertThat(said())
        .isEqualTo(
            "leonardo-routes did not start: there is no java on the PATH: install Java 17 or later,"
                + " or set JAVA_HOME\n");
  }

  /** The folder of what the script needs, without java. */
  private Path tools() throws IOException {
    Path tools = Files.createDirectory(elsewhere.resolve("tools"));
    for (String tool : List.of("sh", "readlink", "dirname")) {
      Files.createSymbolicLink(tools.resolve(tool), Path.of("/usr/bin", tool));
    }
    return tools;
  }

  private static long endings(Path place, String ending) throws IOException {
    if (!Files.isDirectory(place)) {
      return 0;
    }
    try (Stream<Path> files = Files.list(place)) {
      return files.filter(file -> file.toString().endsWith(ending)).count();
    }
  }
}
