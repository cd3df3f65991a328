package io.leonardoroutes.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.leonardoroutes.fixture.FlowFixture;
import io.leonardoroutes.fixture.Patience;
import io.leonardoroutes.fixture.ProgramProcess;
import io.leonardoroutes.fixture.ScriptedProvider;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A listed name that leads into the operator's own network. */
class PrivateHostTest {
  @TempDir Path folder;

  @Test
  void aListedNameThatLeadsToLoopbackIsCalledOnlyIfItsEntrySaysSo() throws Exception {
    AtomicInteger connections = new AtomicInteger();
    Path hosts = Files.writeString(folder.resolve("hosts"), "127.0.0.1 cdn.test\n");
    try (ServerSocket inside = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        ScriptedProvider provider = ScriptedProvider.start();
        ProgramProcess program = ProgramProcess.in(folder).inHeap("128m")) {
      count(inside, connections);
      String host = "cdn.test:" + inside.getLocalPort();
      provider.onLook(look -> complete(host), look -> complete(host));
      program
          .at(provider)
          .with("jdk.net.hosts.file", hosts.toString())
          .with("leonardo.download.hosts", host)
          .start();
      program.drop("a.json", FlowFixture.REQUEST);

      program.says(
          "a video that leonardo.download.hosts does not allow is away, retrying: the video's host"
              + " cdn.test leads to 127.0.0.1, which is not a public address: if that is intended,"
              + " write private:cdn.test in leonardo.download.hosts");
      assertThat(connections).hasValue(0);

      program.kill();
      program.with("leonardo.download.hosts", "private:" + host).start();
      program.drop("b.json", FlowFixture.REQUEST);

      await().atMost(Patience.LONG).until(() -> connections.get() > 0);
    }
  }

  private static mockwebserver3.MockResponse complete(String host) {
    return ScriptedProvider.json(
        200,
        """
        {"generations_by_pk":{"id":"g","status":"COMPLETE","generated_images":[
         {"id":"i","motionMP4URL":"https://%s/a.mp4"}]}}\
        """
            .formatted(host));
  }

  private static void count(ServerSocket server, AtomicInteger connections) {
    Thread thread =
        new Thread(
            () -> {
              try {
                while (true) {
                  server.accept().close();
                  connections.incrementAndGet();
                }
              } catch (IOException ended) {
                return;
              }
            });
    thread.setDaemon(true);
    thread.start();
  }
}
