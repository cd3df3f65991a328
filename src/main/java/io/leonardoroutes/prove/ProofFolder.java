package io.leonardoroutes.prove;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;

/**
 * The folder that all instances of the program run in, with their settings, route files and data;
 * also the schema and the broker that several instances share.
 */
final class ProofFolder implements AutoCloseable {
  /** The folder of the route files that halt at a point. */
  static final String HALTING = "halting";

  /** Below the ephemeral ports, which other programs could take between two runs. */
  private static final int FIRST_PORT = 20_000;

  private static final int PORTS = 10_000;

  /** About those of the provider of the proof, so that they need not be learned first. */
  private static final String PRICES =
      """
      model,seconds,size,audio,amount,unit,as of,source
      kling-3.0-turbo,1,,,0.0063,DOLLARS,,the proof
      kling-video-o-3,1,,,0.0060,DOLLARS,,the proof
      """;

  static final String WEBHOOK_KEY = "proof-webhook";

  private final Path folder;
  private final ProofSetup setup;
  private final ProofSchema schema;
  private final List<Integer> restPorts = new ArrayList<>();
  private final int jmsPort;
  private final QueueBroker broker;
  private final RouteFiles routes;

  ProofFolder(String name, ProofProvider provider, ProofSetup setup) throws IOException {
    this.setup = setup;
    schema = setup.ledger() == null ? null : ProofSchema.create(setup.ledger());
    folder = Files.createTempDirectory("leonardo-" + name + "-");
    for (int i = 0; i < setup.instances(); i++) {
      restPorts.add(freePort());
    }
    jmsPort = freePort();
    broker = setup.instances() == 1 ? null : new QueueBroker(jms());
    routes = RouteFiles.packed(setup.concurrent());
    Files.createDirectories(inbox());
    Files.createDirectories(outbox());
    Files.createDirectories(folder.resolve("config"));
    Files.writeString(folder.resolve("config/application.properties"), settings(provider));
    Files.writeString(folder.resolve("config/prices.csv"), PRICES);
    routes.write(folder.resolve("routes"), Optional.empty());
  }

  private String settings(ProofProvider provider) {
    Map<String, Object> settings = new LinkedHashMap<>();
    if (schema != null) {
      settings.put("leonardo.ledger.url", schema.url());
      settings.put("leonardo.lease", "3s");
    }
    if (broker != null) {
      settings.put("leonardo.jms.url", jms());
    }
    settings.put("leonardo.base-url", provider.baseUrl());
    settings.put("leonardo.api-key", "proof");
    settings.put("leonardo.download.hosts", provider.host());
    settings.put("leonardo.jms.port", jmsPort);
    settings.put("leonardo.management.enabled", false);
    settings.put("leonardo.file.settle", "1ms");
    settings.put("leonardo.tick", "50ms");
    settings.put("leonardo.track.first", "100ms");
    settings.put("leonardo.track.every", "200ms");
    settings.put("leonardo.http.connect-timeout", "2s");
    settings.put("leonardo.http.response-timeout", "1s");
    settings.put("leonardo.reconcile.settle", "2s");
    settings.put("leonardo.uploads.settle", "1ms");
    // Else nearly every ambiguous answer would pause the next create.
    settings.put("leonardo.submit.probe", "0s");
    settings.put("leonardo.track.give-up", "5s");
    settings.put("leonardo.webhook.key", WEBHOOK_KEY);
    settings.put("leonardo.limits.concurrent", setup.concurrent());
    settings.put("leonardo.limits.creates-per-minute", 1_000_000);
    settings.put("leonardo.limits.requests-per-minute", 1_000_000);
    // Below the price of ten seconds, and above that of five.
    settings.put("leonardo.approval.above", "0.05");
    // A sink whose deliveries sometimes fail.
    settings.put(
        "leonardo.sinks.moody.uri", "http://" + provider.host() + "/cdn/a/0.mp4?httpMethod=GET");
    settings.put("leonardo.sinks.moody.events", "completed");
    StringBuilder text = new StringBuilder();
    settings.forEach((key, value) -> text.append(key).append('=').append(value).append('\n'));
    return text.toString();
  }

  private static int freePort() throws IOException {
    Random random = new Random();
    while (true) {
      int port = FIRST_PORT + random.nextInt(PORTS);
      try (ServerSocket probe = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
        return probe.getLocalPort();
      } catch (IOException taken) {
        // try another one
      }
    }
  }

  RouteFiles routes() {
    return routes;
  }

  /** Writes route files that halt at a point. */
  void haltAt(CrashPoint point) throws IOException {
    Files.deleteIfExists(folder.resolve(CrashPoint.MARKER));
    routes.write(folder.resolve(HALTING), Optional.of(point));
  }

  boolean reached() {
    return Files.exists(folder.resolve(CrashPoint.MARKER));
  }

  /** The number of ERROR lines in the logs of all instances. */
  long errors() throws IOException {
    long errors = 0;
    for (int i = 0; i < setup.instances(); i++) {
      try (Stream<String> lines = Files.lines(log(i))) {
        errors += lines.filter(line -> line.contains(" ERROR ")).count();
      }
    }
    return errors;
  }

  Path log(int instance) {
    return folder.resolve("program-" + (instance + 1) + ".log");
  }

  ProofSetup setup() {
    return setup;
  }

  Path folder() {
    return folder;
  }

  Path inbox() {
    return folder.resolve("data/inbox");
  }

  Path outbox() {
    return folder.resolve("data/outbox");
  }

  int restPort(int instance) {
    return restPorts.get(instance);
  }

  /** The base URL of each instance. */
  List<URI> baseUrls() {
    return restPorts.stream().map(port -> URI.create("http://127.0.0.1:" + port)).toList();
  }

  String jms() {
    return "tcp://127.0.0.1:" + jmsPort;
  }

  /** Where to look after a failed proof. */
  @Override
  public String toString() {
    return schema == null ? folder.toString() : folder + " with schema " + schema.name();
  }

  void delete() throws IOException {
    if (schema != null) {
      schema.drop();
    }
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }

  @Override
  public void close() {
    if (broker != null) {
      broker.close();
    }
  }
}
