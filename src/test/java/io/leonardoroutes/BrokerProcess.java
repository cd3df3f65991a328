package io.leonardoroutes;

import static org.awaitility.Awaitility.await;

import io.leonardoroutes.jms.JmsClient;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.util.List;

/** A {@link TestBroker} in a JVM of its own, so that it can be killed as by a power cut. */
final class BrokerProcess implements AutoCloseable {
  private final JmsClient kind;
  private final Path folder;
  private final int port;
  private Process process;

  BrokerProcess(JmsClient kind, Path folder, int port) {
    this.kind = kind;
    this.folder = folder;
    this.port = port;
  }

  String url() {
    return "tcp://127.0.0.1:" + port;
  }

  void start() throws IOException {
    List<String> command =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:TieredStopAtLevel=1",
            "-XX:+UseSerialGC",
            "-Xshare:auto",
            "-cp",
            System.getProperty("java.class.path"),
            TestBroker.class.getName(),
            kind.name(),
            folder.toString(),
            String.valueOf(port));
    process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            // Nobody reads it, and it would stop the broker once the pipe is full.
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    await().atMost(Patience.LONG).until(this::answers);
  }

  private boolean answers() {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress("127.0.0.1", port));
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  /** SIGKILL. */
  void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  @Override
  public void close() throws InterruptedException {
    if (process != null) {
      kill();
    }
  }
}
