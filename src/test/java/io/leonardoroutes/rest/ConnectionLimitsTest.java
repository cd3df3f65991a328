package io.leonardoroutes.rest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.leonardoroutes.auth.CallerShares;
import io.leonardoroutes.fixture.App;
import io.leonardoroutes.fixture.Patience;
import io.vertx.core.buffer.Buffer;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.camel.component.platform.http.vertx.VertxPlatformHttpServerConfiguration;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Callers that take their time, and callers that are many. */
class ConnectionLimitsTest {
  private static final String GET = "GET / HTTP/1.1\r\nHost: a\r\n";
  private static final String CLOSE = "Connection: close\r\n\r\n";
  private static final int MOST = 20;
  private static final int OF_ONE = 15;
  private static final int BIG = 1 << 20;

  private final DefaultCamelContext context = new DefaultCamelContext();
  private final List<Socket> open = new ArrayList<>();
  private final AtomicInteger big = new AtomicInteger();
  private final Queue<RoutingContext> held = new ConcurrentLinkedQueue<>();
  private ConnectionLimits connections;
  private final int port = App.freePort();

  @BeforeEach
  void start() throws Exception {
    VertxPlatformHttpServerConfiguration config = new VertxPlatformHttpServerConfiguration();
    config.setBindHost("127.0.0.1");
    config.setBindPort(port);
    config.setPort(port);
    BoundedServer server =
        new BoundedServer(
            config,
            vertx ->
                connections =
                    new ConnectionLimits(
                        vertx, new CallerShares(MOST, OF_ONE), Duration.ofSeconds(1)),
            new RequestBodies(BIG, 0));
    context.addService(server);
    context.start();
    Router router = (Router) server.getServer().requestHandler();
    router.route("/late").handler(c -> c.vertx().setTimer(1_500, t -> c.response().end("late")));
    router.route("/held").handler(held::add);
    router
        .route("/body")
        .handler(c -> c.request().body().onSuccess(body -> c.response().end("read")));
    router
        .route("/big")
        .handler(
            call -> {
              big.incrementAndGet();
              call.response().end(Buffer.buffer(new byte[BIG]));
            });
    router
        .route("/huge")
        .handler(
            call -> {
              big.incrementAndGet();
              call.response().end(Buffer.buffer(new byte[32 * BIG]));
            });
    router.route().handler(call -> call.response().end("here"));
  }

  @AfterEach
  void close() throws IOException {
    for (Socket socket : open) {
      socket.close();
    }
    context.close();
  }

  private Socket connect() throws IOException {
    return connectFrom("127.0.0.3");
  }

  private Socket connectFrom(String address) throws IOException {
    return connectTo(port, address);
  }

  private Socket connectTo(int port, String address) throws IOException {
    Socket socket = new Socket("127.0.0.1", port, InetAddress.getByName(address), 0);
    socket.setSoTimeout(20_000);
    open.add(socket);
    return socket;
  }

  private static Socket said(Socket socket, String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
    return socket;
  }

  /** All that comes until the server closes. */
  private static String untilClosed(Socket socket) throws IOException {
    return new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
  }

  @Test
  void aCallerThatNeverEndsItsHeadIsLeft() throws Exception {
    Socket silent = connect();
    Socket slow = said(connect(), GET + "X-Slow: 1");

    assertThat(untilClosed(silent)).isEmpty();
    assertThat(untilClosed(slow)).isEmpty();
  }

  @Test
  void aCallerThatDripsItsBodyIsToldThatItIsTooSlow() throws Exception {
    Socket drips = said(connect(), "POST /body HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nx");

    assertThat(untilClosed(drips))
        .isEqualTo(
            """
            HTTP/1.1 408 Request Timeout\r
            Connection: close\r
            Content-Type: application/problem+json\r
            content-length: 160\r
            \r
            {"type":"urn:leonardo-routes:problem:too-slow","title":"The request came too slowly",\
            "status":408,"detail":"it was not complete after 1 seconds: send it again"}\
            """);
  }

  @Test
  void nothingIsMadeForACallerThatDoesNotReadWhatItWasAnswered() throws Exception {
    Socket deaf = said(connect(), "GET /big HTTP/1.1\r\nHost: a\r\n\r\n".repeat(1_000));

    await().until(() -> big.get() > 0);
    await().atMost(Patience.LONG).until(() -> connections.open() == 0);
    assertThat(big.get()).isLessThan(50);
    assertThat(deaf.getInputStream().skip(Long.MAX_VALUE)).isLessThan(50L * BIG);
  }

  @Test
  void aCallerThatNeverReadsItsAnswerIsLeft() throws Exception {
    said(connect(), "GET /huge HTTP/1.1\r\nHost: a\r\n\r\n");

    await().until(() -> big.get() > 0);
    await().atMost(Patience.LONG).until(() -> connections.open() == 0);
  }

  @Test
  void aCallerThatReadsIsAnsweredAllThatItAskedAtOnce() throws Exception {
    Socket eager = said(connect(), "GET /big HTTP/1.1\r\nHost: a\r\n\r\n".repeat(100));

    assertThat(eager.getInputStream().readNBytes(100 * BIG)).hasSize(100 * BIG);
  }

  @Test
  void aConnectionIsKeptForAnotherCallAndClosedWhenNoneComes() throws Exception {
    Socket kept = connect();
    for (int call = 0; call < 3; call++) {
      said(kept, GET + "\r\n");
      assertThat(new String(kept.getInputStream().readNBytes(42), StandardCharsets.US_ASCII))
          .isEqualTo("HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nhere");
    }
    assertThat(untilClosed(kept)).isEmpty();
  }

  @Test
  void whoWaitsForItsAnswerIsLeftAlone() throws Exception {
    Socket waits = said(connect(), "GET /late HTTP/1.1\r\nHost: a\r\n" + CLOSE);

    assertThat(untilClosed(waits)).endsWith("late");
  }

  @Test
  void moreConnectionsThanThereMayBeAreClosedAndTheOthersServed() throws Exception {
    List<Socket> waiting = held(MOST);

    assertThat(refused(connect())).isTrue();

    held.forEach(call -> call.response().end("late"));
    for (Socket one : waiting) {
      assertThat(untilClosed(one)).endsWith("late");
    }
    assertThat(untilClosed(said(connect(), GET + CLOSE))).endsWith("here");
  }

  @Test
  void aPlaceIsFreeForWhoHasSeenTheEndOfItsCall() throws Exception {
    held(MOST - 1);

    for (int call = 0; call < 300; call++) {
      assertThat(untilClosed(said(connect(), GET + CLOSE))).as("call %s", call).endsWith("here");
    }
  }

  @Test
  void oneAddressCannotTakeAllConnections() throws Exception {
    List<Socket> waiting = held(OF_ONE);

    assertThat(refused(connectFrom("127.0.0.1"))).isTrue();
    assertThat(untilClosed(said(connect(), GET + CLOSE))).endsWith("here");

    held.forEach(call -> call.response().end("late"));
    for (Socket one : waiting) {
      assertThat(untilClosed(one)).endsWith("late");
    }
    assertThat(untilClosed(said(connectFrom("127.0.0.1"), GET + CLOSE))).endsWith("here");
  }

  @Test
  void theShareOfOneAddressIsASetting(@TempDir Path folder) throws Exception {
    int rest = App.freePort();
    try (App app = App.in(folder)) {
      app.with("leonardo.rest.enabled", "true")
          .with("leonardo.rest.port", String.valueOf(rest))
          .with("leonardo.rest.connections-per-address", "1")
          .with("leonardo.base-url", "http://127.0.0.1:1/api/rest")
          .start();
      Socket first =
          said(connectTo(rest, "127.0.0.3"), "GET /models HTTP/1.1\r\nHost: localhost\r\n\r\n");
      assertThat(first.getInputStream().read()).isEqualTo('H');

      assertThat(refused(connectTo(rest, "127.0.0.3"))).isTrue();
      assertThat(refused(connectTo(rest, "127.0.0.4"))).isFalse();
    }
  }

  /** So many callers that wait for their answers. */
  private List<Socket> held(int callers) throws IOException {
    List<Socket> waiting = new ArrayList<>();
    for (int i = 0; i < callers; i++) {
      waiting.add(
          said(
              connectFrom("127.0.0." + (1 + i / OF_ONE)),
              "GET /held HTTP/1.1\r\nHost: a\r\n" + CLOSE));
    }
    await().until(() -> held.size() == callers);
    return waiting;
  }

  /** One that has a place is answered. */
  private static boolean refused(Socket socket) {
    try {
      return untilClosed(said(socket, GET + CLOSE)).isEmpty();
    } catch (IOException reset) {
      return true;
    }
  }
}
