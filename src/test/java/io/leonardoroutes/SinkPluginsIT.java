package io.leonardoroutes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.leonardoroutes.fixture.App;
import io.leonardoroutes.fixture.MailServer;
import io.leonardoroutes.fixture.Patience;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Sinks that are Kafka, an SFTP server and a mail server, with the libraries that the documented
 * command fetched into {@code plugins} of the archive for servers.
 */
@Tag("long")
class SinkPluginsIT {
  private static final Path APPLICATIONS = Path.of("target/it").toAbsolutePath();
  private static final String REQUEST =
      """
      {"model":"kling-3.0-turbo","parameters":{"prompt":"A cat"}}\
      """;

  @TempDir Path folder;
  private final List<Process> processes = new ArrayList<>();
  private final int kafka = App.freePort();
  private final int sftp = App.freePort();
  private Path home;

  @BeforeEach
  void unpack() throws Exception {
    Path archive = ServerArchiveIT.archive();
    ServerArchiveIT.must("tar", "-xzf", archive.toString(), "-C", folder.toString());
    home = folder.resolve(archive.getFileName().toString().replace(".tar.gz", ""));
    try (Stream<Path> jars = Files.list(APPLICATIONS.resolve("plugins"))) {
      for (Path jar : jars.filter(file -> file.toString().endsWith(".jar")).toList()) {
        Files.createLink(home.resolve("plugins").resolve(jar.getFileName()), jar);
      }
    }
  }

  @AfterEach
  void stop() throws InterruptedException {
    for (Process process : processes) {
      process.destroyForcibly().waitFor();
    }
  }

  @Test
  void whatKafkaAndAnSftpServerMissedIsDeliveredOnceTheyAreBack() throws Exception {
    Path inbox = Files.createDirectories(folder.resolve("inbox"));
    Files.writeString(inbox.resolve("early.json"), REQUEST);
    startProgram(
        inbox,
        "events.uri=kafka:videos?brokers=127.0.0.1:" + kafka,
        "partner.uri=sftp:partner@127.0.0.1:%d/videos?password=partner".formatted(sftp),
        "partner.content=video");
    await().atMost(Patience.LONG).until(() -> log().contains("video delivered to outbox"));
    await().atMost(Patience.LONG).until(() -> log().contains("sink partner is away"));
    assertThat(log()).contains("sink partner is away, retrying: Cannot connect to sftp://");

    startKafka();
    startSftp();

    await().atMost(Patience.LONG).until(() -> delivered("early"));
    Files.writeString(inbox.resolve("late.json"), REQUEST.replace("cat", "koala"));
    await().atMost(Patience.LONG).until(() -> delivered("late"));
    assertThat(log()).doesNotContain("NetworkClient");
    try (Stream<Path> videos = Files.list(folder.resolve("partner/videos"))) {
      assertThat(videos.map(video -> video.getFileName().toString().replaceAll("-.*\\.", ".")))
          .containsExactlyInAnyOrder("early.mp4", "late.mp4");
    }
    assertThat(events())
        .filteredOn(line -> line.contains("leonardo.generation.submitted"))
        .hasSize(2);
    assertThat(events())
        .filteredOn(line -> line.contains("leonardo.generation.completed"))
        .hasSize(2);
  }

  @Test
  void whatAMailServerMissedIsDeliveredOnceItIsBack() throws Exception {
    int smtp = App.freePort();
    Path inbox = Files.createDirectories(folder.resolve("inbox"));
    Files.writeString(inbox.resolve("early.json"), REQUEST);
    startProgram(
        inbox, "mail.uri=smtp:127.0.0.1:" + smtp + "?from=videos@example.com&to=desk@example.com");
    await().atMost(Patience.LONG).until(() -> log().contains("sink mail is away"));

    try (MailServer mail = MailServer.startAt(smtp)) {
      await().atMost(Patience.LONG).until(() -> log().contains("completed delivered to mail"));

      assertThat(log())
          .contains("sink mail is away, retrying: Couldn't connect to host", "sink mail is back");
      assertThat(mail.messages())
          .hasSize(2)
          .allMatch(message -> message.contains("To: desk@example.com\n"))
          .allMatch(message -> message.contains("Content-Type: application/cloudevents+json\n"))
          .anyMatch(message -> message.contains("leonardo.generation.submitted"))
          .anyMatch(message -> message.contains("leonardo.generation.completed"));
    }
  }

  private boolean delivered(String name) throws IOException {
    String log = log();
    return log.matches("(?s).* " + name + "-\\w+ completed delivered to events.*")
        && log.matches("(?s).* " + name + "-\\w+ video delivered to partner.*");
  }

  private String log() throws IOException {
    String log = Files.readString(folder.resolve("program.log"));
    assertThat(processes.get(0).isAlive()).as(log).isTrue();
    return log;
  }

  private void startProgram(Path inbox, String... sinks) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(home.resolve("bin/leonardo-routes").toString());
    command.add("-Dleonardo.sandbox=true");
    command.add("-Dleonardo.sandbox.samples=false");
    command.add("-Dleonardo.sandbox.port=" + App.freePort());
    command.add("-Dleonardo.management.port=" + App.freePort());
    command.add("-Dleonardo.rest.enabled=false");
    command.add("-Dleonardo.jms.enabled=false");
    command.add("-Dleonardo.data=" + folder.resolve("data"));
    command.add("-Dleonardo.inbox=" + inbox);
    for (String sink : sinks) {
      command.add("-Dleonardo.sinks." + sink);
    }
    start("program.log", folder, command);
  }

  /** One broker that is its own controller. */
  private void startKafka() throws Exception {
    int controller = App.freePort();
    Path settings =
        Files.writeString(
            folder.resolve("kafka.properties"),
            """
            process.roles=broker,controller
            node.id=1
            controller.quorum.voters=1@127.0.0.1:%2$d
            listeners=PLAINTEXT://127.0.0.1:%1$d,CONTROLLER://127.0.0.1:%2$d
            controller.listener.names=CONTROLLER
            listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
            log.dirs=%3$s
            offsets.topic.replication.factor=1
            """
                .formatted(kafka, controller, folder.resolve("kafka")));
    String id = "MkU3OEVBNTcwNTJENDM2Qk";
    start(
            "format.log",
            folder,
            server("kafka.tools.StorageTool", "format", "-t", id, "-c", settings.toString()))
        .waitFor();
    start("kafka.log", folder, server("kafka.Kafka", settings.toString()));
  }

  /** Its users are those whose password is their name, and its files are in the folder partner. */
  private void startSftp() throws IOException {
    Path partner = Files.createDirectory(folder.resolve("partner"));
    start("sftp.log", partner, server("org.apache.sshd.cli.server.SshServerMain", "-p", "" + sftp));
  }

  /** What the topic has, one event a line. */
  private List<String> events() throws Exception {
    try (Stream<Path> files = Files.list(folder.resolve("kafka/videos-0"))) {
      List<String> segments =
          files.map(Path::toString).filter(file -> file.endsWith(".log")).toList();
      start(
              "events.log",
              folder,
              server(
                  "kafka.tools.DumpLogSegments",
                  "--print-data-log",
                  "--files",
                  String.join(",", segments)))
          .waitFor();
    }
    return Files.readAllLines(folder.resolve("events.log"));
  }

  private static List<String> server(String main, String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx256m"));
    command.addAll(List.of("-cp", APPLICATIONS.resolve("sink-servers/target/lib") + "/*", main));
    command.addAll(List.of(arguments));
    return command;
  }

  private Process start(String log, Path place, List<String> command) throws IOException {
    ProcessBuilder builder = new ProcessBuilder(command).directory(place.toFile());
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    builder.environment().put("LEONARDO_CDS", "off");
    Process process =
        builder.redirectErrorStream(true).redirectOutput(folder.resolve(log).toFile()).start();
    processes.add(process);
    return process;
  }
}
