package io.leonardoroutes;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import io.leonardoroutes.fixture.App;
import io.leonardoroutes.fixture.ChildJvm;
import io.leonardoroutes.fixture.InboxFixture;
import io.leonardoroutes.fixture.RestClient;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.awaitility.core.ThrowingRunnable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Many callers at a process of 96 MB that ends, as the README recommends, when its heap is full.
 */
@Tag("long")
class SmallHeapTest {
  private static final int LENGTH = 262_100;
  private static final byte[] BODY = " ".repeat(LENGTH - 100).getBytes(US_ASCII);

  /** Whose bodies are more than twice the heap. */
  private static final int CROWD = 800;

  private static final Duration LONG = Duration.ofSeconds(120);

  @TempDir Path folder;
  private final int port = App.freePort();
  private final List<Socket> sockets = new ArrayList<>();
  private final List<String> said = new CopyOnWriteArrayList<>();
  private Process process;
  private RestClient rest;

  /** The application in the child process. */
  static final class Child {
    private Child() {}

    public static void main(String[] args) throws Exception {
      App app = App.in(Path.of(args[0]));
      for (int i = 1; i < args.length; i += 2) {
        app.with(args[i], args[i + 1]);
      }
      app.start();
    }
  }

  @AfterEach
  void close() throws Exception {
    for (Socket socket : sockets) {
      socket.close();
    }
    process.destroyForcibly().waitFor();
  }

  private void start(String... settings) throws Exception {
    List<String> command = ChildJvm.command();
    command.addAll(
        List.of(
            "-Xmx96m",
            "-XX:+ExitOnOutOfMemoryError",
            "-cp",
            ChildJvm.programAndTests(),
            Child.class.getName(),
            folder.toString(),
            "leonardo.rest.enabled",
            "true",
            "leonardo.rest.port",
            String.valueOf(port),
            "leonardo.base-url",
            "http://127.0.0.1:1/api/rest"));
    command.addAll(List.of(settings));
    process = new ProcessBuilder(command).redirectErrorStream(true).start();
    Thread reader = new Thread(() -> read(process));
    reader.setDaemon(true);
    reader.start();
    await().atMost(LONG).until(() -> said("leonardo-routes ready"));
    rest =
        new RestClient(
            URI.create("http://127.0.0.1:" + port),
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build());
  }

  private void read(Process of) {
    try (BufferedReader out =
        new BufferedReader(new InputStreamReader(of.getInputStream(), StandardCharsets.UTF_8))) {
      out.lines().forEach(said::add);
    } catch (IOException | java.io.UncheckedIOException killed) {
      // It is over.
    }
  }

  private boolean said(String text) {
    return said.stream().anyMatch(line -> line.contains(text));
  }

  /** From an address of its own, for each 100. */
  private Socket connect(int number) throws IOException {
    Socket socket =
        new Socket("127.0.0.1", port, InetAddress.getByName("127.0.1." + (1 + number / 100)), 0);
    socket.setSoTimeout(60_000);
    sockets.add(socket);
    return socket;
  }

  /** Sends nearly all of so many bodies, and keeps their connections. */
  private void crowd(int many, String head) throws IOException {
    for (int i = 0; i < many; i++) {
      Socket socket = connect(i);
      socket.getOutputStream().write(head.getBytes(US_ASCII));
      socket.getOutputStream().write(BODY);
    }
  }

  private Map<String, Integer> answers() throws IOException {
    Map<String, Integer> answers = new TreeMap<>();
    for (Socket socket : sockets) {
      byte[] start = socket.getInputStream().readNBytes("HTTP/1.1 401".length());
      answers.merge(new String(start, US_ASCII), 1, Integer::sum);
    }
    return answers;
  }

  @ParameterizedTest
  @CsvSource({"callback-key, HTTP/1.1 401", "'', HTTP/1.1 404"})
  void noticesWithoutAKeyAreAnsweredBeforeTheirBodiesAreRead(String key, String answer)
      throws Exception {
    start("leonardo.webhook.key", key);

    crowd(
        CROWD,
        "POST /webhooks/leonardo HTTP/1.1\r\nHost: localhost\r\nContent-Length: "
            + LENGTH
            + "\r\n\r\n");

    assertThat(answers()).containsExactly(Map.entry(answer, CROWD));
    assertThat(process.isAlive()).isTrue();
  }

  @Test
  void theSumOfAllBodiesThatAreOnTheirWayIsBounded() throws Exception {
    start("leonardo.webhook.key", "callback-key");
    theSumOfBodiesIsBounded("POST /generations", "Content-Length: 262100");
    theSumOfBodiesIsBounded("POST /generations", "Transfer-Encoding: chunked");
    theSumOfBodiesIsBounded("POST /generations/x/resolve", "Content-Length: 262100");
    theSumOfBodiesIsBounded("POST /sinks/outbox/redeliver", "Content-Length: 262100");
    theSumOfBodiesIsBounded("POST /webhooks/leonardo", "Transfer-Encoding: chunked");
    theSumOfBodiesIsBounded("GET /generations", "Content-Length: 262100");
    theSumOfBodiesIsBounded("DELETE /generations/x", "Transfer-Encoding: chunked");
  }

  private void theSumOfBodiesIsBounded(String call, String length) throws Exception {
    String head =
        call
            + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            + "Authorization: Bearer callback-key\r\n"
            + length
            + "\r\n\r\n"
            + (length.endsWith("chunked") ? Integer.toHexString(LENGTH) + "\r\n" : "");

    crowd(600, head);

    assertThat(rest.get("/generations").statusCode()).as(call).isEqualTo(200);
    for (Socket socket : sockets) {
      socket.close();
    }
    sockets.clear();
    await().atMost(LONG).until(() -> rest.post(InboxFixture.request("a")).statusCode() == 202);
    assertThat(process.isAlive()).as(call).isTrue();
    assertThat(said).noneMatch(line -> line.contains("OutOfMemoryError"));
  }

  private void thousandJobs() throws Exception {
    String one = InboxFixture.request("a koala ".repeat(150));
    String batch = "[" + String.join(",", Collections.nCopies(100, one)) + "]";
    for (int i = 0; i < 10; i++) {
      assertThat(rest.post(batch).statusCode()).isEqualTo(207);
    }
  }

  private List<byte[]> atOnce(int many, String path) {
    List<CompletableFuture<HttpResponse<byte[]>>> calls = new ArrayList<>();
    for (int i = 0; i < many; i++) {
      HttpRequest call = HttpRequest.newBuilder(rest.base().resolve(path)).build();
      calls.add(rest.client().sendAsync(call, HttpResponse.BodyHandlers.ofByteArray()));
    }
    List<byte[]> bodies = new ArrayList<>();
    for (CompletableFuture<HttpResponse<byte[]>> call : calls) {
      HttpResponse<byte[]> answer = call.join();
      if (answer.statusCode() == 200) {
        bodies.add(answer.body());
      } else {
        assertThat(answer.statusCode()).as(path).isEqualTo(503);
        assertThat(answer.headers().firstValue("Retry-After")).isPresent();
      }
    }
    return bodies;
  }

  @Test
  void longListsAreWrittenAsTheyAreReadAndAllAnswersAreBounded() throws Exception {
    start("leonardo.tick", "1h");
    thousandJobs();

    ArrayNode pages = RestClient.JSON.createArrayNode();
    String after = "";
    for (int i = 0; i < 10; i++) {
      JsonNode page = RestClient.json(rest.get("/generations?limit=100" + after));
      page.get("items").forEach(pages::add);
      after = "&after=" + page.get("next").asText();
    }
    List<byte[]> lists = atOnce(20, "/generations?limit=1000");
    assertThat(lists).hasSize(20);
    for (byte[] list : lists) {
      JsonNode page = RestClient.JSON.readTree(list);
      assertThat(page.get("items")).isEqualTo(pages);
      assertThat(page.get("next").isNull()).isTrue();
    }
    JsonNode some = RestClient.json(rest.get("/generations?limit=101"));
    assertThat(some.get("items")).hasSize(101);
    assertThat(some.get("next")).isEqualTo(some.at("/items/100/id"));
    String id = pages.get(0).get("id").asText();
    for (String path :
        List.of("/openapi.json", "/costs?days=366", "/models", "/generations/" + id + "/history")) {
      assertThat(atOnce(100, path)).as(path).hasSizeGreaterThan(10);
    }
    deaf("/openapi.json");
    deaf("/generations?limit=1000");
    String page = "/generations?limit=100";
    deaf(100, 20, page, () -> assertThat(first(page, "127.0.1.1")).startsWith("HTTP/1.1 503 "));
    deaf("/generations/" + id + "/events");
    assertThat(process.isAlive()).isTrue();
    assertThat(said).noneMatch(line -> line.contains("OutOfMemoryError"));
  }

  /** The head of an answer to one who asks from an address. */
  private String first(String path, String address) throws IOException {
    try (Socket socket = new Socket()) {
      socket.bind(new InetSocketAddress(address, 0));
      socket.connect(new InetSocketAddress("127.0.0.1", port));
      socket
          .getOutputStream()
          .write(("GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n").getBytes(US_ASCII));
      return new String(socket.getInputStream().readNBytes(100), US_ASCII);
    }
  }

  private void deaf(String path) throws Exception {
    deaf(100, 5, path, () -> {});
  }

  /** So many callers ask so many times, and read nothing. */
  private void deaf(int many, int times, String path, ThrowingRunnable meanwhile) throws Exception {
    for (int i = 0; i < many; i++) {
      Socket socket = new Socket();
      socket.setReceiveBufferSize(4_096);
      socket.bind(new InetSocketAddress("127.0.1." + (1 + i / 100), 0));
      socket.connect(new InetSocketAddress("127.0.0.1", port));
      sockets.add(socket);
      socket
          .getOutputStream()
          .write(
              ("GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n")
                  .repeat(times)
                  .getBytes(US_ASCII));
    }
    await().atMost(LONG).until(() -> rest.get("/models").statusCode() == 200);
    await().atMost(LONG).untilAsserted(meanwhile);
    for (Socket socket : sockets) {
      socket.close();
    }
    sockets.clear();
  }

  @Test
  void oneMoreBodyThanThereIsRoomForIsAskedToComeLater() throws Exception {
    start();
    crowd(
        300,
        "POST /generations HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            + "Content-Length: "
            + LENGTH
            + "\r\n\r\n");

    Socket last = sockets.get(299);
    byte[] answer = last.getInputStream().readNBytes(200);

    assertThat(new String(answer, US_ASCII))
        .startsWith("HTTP/1.1 503 ")
        .contains("\r\nRetry-After: 1\r\n");
  }
}
