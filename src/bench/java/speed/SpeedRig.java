package speed;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Starts both sides of a comparison, against one provider. */
final class SpeedRig {
  private static final String JAR = "target/leonardo-routes.jar";

  private final SpeedOptions options;
  private final Path folder;
  private final String provider;
  private final String broker;
  private final boolean traced;

  /**
   * @param folder of this run
   * @param provider its host and port
   * @param broker null unless the intake is JMS
   * @param traced whether fsyncs are counted, which takes time
   */
  SpeedRig(SpeedOptions options, Path folder, String provider, String broker, boolean traced) {
    this.options = options;
    this.folder = folder;
    this.provider = provider;
    this.broker = broker;
    this.traced = traced;
  }

  /** The plain routes, without this library. */
  Contestant plain() throws Exception {
    Path inbox = Files.createDirectories(folder.resolve("inbox"));
    Path outbox = Files.createDirectories(folder.resolve("outbox"));
    int port = JavaProcess.freePort();
    List<String> command = new ArrayList<>(options.jvm());
    command.add("-Dlog4j2.configurationFile=src/bench/plain/log4j2.properties");
    List.of(
            "file=" + is(SpeedOptions.Intake.FILE),
            "rest=" + is(SpeedOptions.Intake.REST),
            "jms=" + is(SpeedOptions.Intake.JMS),
            "inbox=" + inbox,
            "outbox=" + outbox,
            "provider=http://" + provider + "/api/rest",
            "api-key=bench",
            "concurrent=" + options.concurrent())
        .forEach(setting -> command.add("-Dplain." + setting));
    if (is(SpeedOptions.Intake.REST)) {
      command.add("-Dplain.port=" + port);
    }
    if (broker != null) {
      command.add("-Dplain.broker=" + broker);
    }
    command.addAll(JavaProcess.mainWithoutLibrary(PlainProgram.class));
    return new Contestant(
        "plain",
        List.of(start("plain", PlainProgram.READY, command)),
        List.of(inbox),
        List.of(URI.create("http://127.0.0.1:" + port + "/generations")),
        "plain.requests",
        outbox,
        List.of(".json", ".mp4"));
  }

  /**
   * The program as it ships, as often as there shall be instances.
   *
   * @param ledger its URL; null for the file of the data folder
   */
  Contestant ours(String ledger) throws Exception {
    Path data = Files.createDirectories(folder.resolve("data"));
    List<JavaProcess> processes = new ArrayList<>();
    List<Path> inboxes = new ArrayList<>();
    List<URI> generations = new ArrayList<>();
    for (int i = 1; i <= options.instances(); i++) {
      Path inbox = Files.createDirectories(data.resolve(i == 1 ? "inbox" : "inbox-" + i));
      int port = JavaProcess.freePort();
      inboxes.add(inbox);
      generations.add(URI.create("http://127.0.0.1:" + port + "/generations"));
      processes.add(
          start("ours-" + i, "leonardo-routes ready", program(data, inbox, port, ledger)));
    }
    return new Contestant(
        "ours",
        processes,
        inboxes,
        generations,
        "leonardo.requests",
        data.resolve("outbox"),
        List.of(".completed.json", ".mp4"));
  }

  private List<String> program(Path data, Path inbox, int port, String ledger) throws IOException {
    List<String> command = new ArrayList<>(options.jvm());
    List<String> settings =
        new ArrayList<>(
            List.of(
                "leonardo.base-url=http://" + provider + "/api/rest",
                "leonardo.download.hosts=" + provider,
                "leonardo.api-key=bench",
                "leonardo.data=" + data,
                "leonardo.inbox=" + inbox,
                "leonardo.rest.port=" + port,
                "leonardo.management.port=" + JavaProcess.freePort(),
                "leonardo.jms.enabled=" + is(SpeedOptions.Intake.JMS),
                "leonardo.limits.concurrent=" + options.concurrent(),
                "leonardo.limits.creates-per-minute=1000000",
                "leonardo.limits.requests-per-minute=10000000",
                "leonardo.track.first=1ms",
                "leonardo.track.every=100ms"));
    if (broker != null) {
      settings.add("leonardo.jms.url=" + broker);
    }
    if (ledger != null) {
      settings.add("leonardo.ledger.url=" + ledger);
    }
    settings.addAll(options.settings());
    settings.forEach(setting -> command.add("-D" + setting));
    command.addAll(List.of("-jar", JAR));
    return command;
  }

  private boolean is(SpeedOptions.Intake intake) {
    return options.intake() == intake;
  }

  private JavaProcess start(String name, String ready, List<String> command) throws Exception {
    return JavaProcess.start(folder.resolve(name + ".log"), ready, traced, command);
  }
}
