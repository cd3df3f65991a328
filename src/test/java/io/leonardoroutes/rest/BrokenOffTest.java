package io.leonardoroutes.rest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.leonardoroutes.fixture.App;
import io.leonardoroutes.fixture.InboxFixture;
import io.leonardoroutes.fixture.LogCapture;
import io.leonardoroutes.fixture.Patience;
import io.leonardoroutes.fixture.RestClient;
import io.leonardoroutes.fixture.ScriptedProvider;
import io.leonardoroutes.fixture.TestCertificate;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import javax.net.ssl.SSLSocketFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Callers that are gone in the middle: nothing that whoever reads the log could do. */
@Tag("long")
class BrokenOffTest {
  private static final Duration LONG = Patience.LONG;
  private static final int CLIENTS = 200;

  @TempDir Path folder;
  private ScriptedProvider provider;
  private App app;
  private RestClient rest;
  private SSLSocketFactory secure;
  private String id;

  @AfterEach
  void close() {
    app.close();
    provider.close();
  }

  private void start(boolean tls) throws Exception {
    provider = ScriptedProvider.start();
    app = App.in(folder).at(provider).with("leonardo.rest.enabled", "true");
    HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    String base = app.rest();
    if (tls) {
      Path store = folder.resolve("server.p12");
      TestCertificate.write(store, "a password");
      app.with("leonardo.rest.tls.keystore", store.toString())
          .with("leonardo.rest.tls.password", "a password");
      secure = TestCertificate.trusting(store, "a password").getSocketFactory();
      client =
          HttpClient.newBuilder().sslContext(TestCertificate.trusting(store, "a password")).build();
      base = base.replace("http:", "https:");
    }
    app.start();
    rest = new RestClient(URI.create(base), client);
    id = RestClient.json(rest.post(InboxFixture.request("a"))).get("id").asText();
    String path = "/generations/" + id;
    await().atMost(LONG).until(() -> rest.get(path).body().contains("sha256"));
    Path copy = app.data().resolve("videos").resolve(id + ".mp4");
    try (RandomAccessFile video = new RandomAccessFile(copy.toFile(), "rw")) {
      video.setLength(64 << 20);
    }
  }

  private Socket connect() throws IOException {
    Socket socket = rest.open();
    return secure == null
        ? socket
        : secure.createSocket(socket, rest.base().getHost(), rest.base().getPort(), true);
  }

  /** Sends this, reads a little if there is something to read, and goes, every other one rudely. */
  private void breaksOff(int number, String sent, int read) throws IOException {
    try (Socket socket = connect()) {
      socket.setSoLinger(number % 2 == 0, 0);
      socket.getOutputStream().write(sent.getBytes(StandardCharsets.ISO_8859_1));
      socket.getInputStream().readNBytes(read);
    }
  }

  private static String call(String line, String... headers) {
    return line + " HTTP/1.1\r\nHost: localhost\r\n" + String.join("", headers) + "\r\n";
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void twoHundredCallersThatDisconnectLogNothing(boolean tls) throws Exception {
    start(tls);
    String json = "Content-Type: application/json\r\n";
    try (LogCapture log = LogCapture.ofEverything()) {
      for (int i = 0; i < CLIENTS; i++) {
        breaksOff(i, call("GET /generations/" + id + "/video"), 5_000);
        if (i % 8 == 0) {
          breaksOff(i / 8, call("GET /generations/" + id + "/video", "Range: bytes=9-\r\n"), 0);
          breaksOff(i / 8, call("GET /generations/" + id + "/events"), 100);
          breaksOff(i / 8, call("GET /generations?limit=1000").repeat(5), 10);
          breaksOff(i / 8, call("GET /openapi.json").repeat(5), 10);
          breaksOff(i / 8, call("GET /generations/" + id, "Prefer: wait=60\r\n"), 0);
          breaksOff(i / 8, call("POST /generations", json, "Content-Length: 999\r\n") + "{", 0);
          breaksOff(
              i / 8,
              call("POST /generations", json, "Transfer-Encoding: chunked\r\n") + "5\r\n{",
              0);
          breaksOff(
              i / 8,
              call("POST /generations", "Expect: 100-continue\r\nContent-Length: 9\r\n", json),
              9);
          breaksOff(i / 8, "GET /generations HT", 0);
          breaksOff(i / 8, "\u0016\u0003\u0001\u0002", 0);
          breaksOff(i / 8, call("GET /generations", "X: a\n b\r\n"), 1);
          breaksOff(i / 8, call("GET /" + "x".repeat(5_000)), 1);
          breaksOff(i / 8, call("GET /", "X: " + "x".repeat(9_000) + "\r\n"), 1);
          try (Socket plain = rest.open()) {
            plain.setSoLinger(i % 16 == 0, 0);
            plain
                .getOutputStream()
                .write("GET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
          }
        }
      }

      assertThat(rest.get("/generations/" + id).statusCode()).isEqualTo(200);
      app.close();
      assertThat(log.with("")).noneMatch(line -> line.matches("(?s)(WARN|ERROR|FATAL) .*"));
    }
  }
}
