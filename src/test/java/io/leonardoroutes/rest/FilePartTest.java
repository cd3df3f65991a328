package io.leonardoroutes.rest;

import static org.assertj.core.api.Assertions.assertThat;

import io.leonardoroutes.fixture.Patience;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.ext.web.Router;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files on their way to callers. */
class FilePartTest {
  private static final int SIZE = 32 << 20;

  private final Vertx vertx = Vertx.vertx();
  private final CompletableFuture<Void> over = new CompletableFuture<>();
  @TempDir Path folder;
  private HttpServer server;

  private volatile Duration most = Patience.LONG;

  @BeforeEach
  void serve() throws Exception {
    Path file = Files.write(folder.resolve("a.mp4"), new byte[SIZE]);
    Router router = Router.router(vertx);
    router
        .route()
        .handler(
            call -> {
              call.addEndHandler(end -> over.complete(null));
              new FilePart(file, ByteRange.all(SIZE), most).writeTo(call);
            });
    server =
        vertx
            .createHttpServer()
            .requestHandler(router)
            .listen(0, "127.0.0.1")
            .toCompletionStage()
            .toCompletableFuture()
            .get();
  }

  @AfterEach
  void close() {
    vertx.close().toCompletionStage().toCompletableFuture().join();
  }

  private Socket call() throws Exception {
    Socket socket = new Socket("127.0.0.1", server.actualPort());
    socket.setSoTimeout(60_000);
    String get = "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
    socket.getOutputStream().write(get.getBytes(StandardCharsets.US_ASCII));
    return socket;
  }

  @Test
  void aCallerThatDoesNotReadIsLeft() throws Exception {
    most = Duration.ofSeconds(2);
    try (Socket deaf = call()) {
      over.get(60, TimeUnit.SECONDS);
      assertThat(deaf.getInputStream().skip(Long.MAX_VALUE)).isLessThan(SIZE);
    }
  }

  @Test
  void aCallerThatReadsHasItAll() throws Exception {
    try (Socket socket = call();
        InputStream in = socket.getInputStream()) {
      assertThat(in.readAllBytes().length).isGreaterThan(SIZE);
    }
  }

  @Test
  void theMoreThereIsToReadTheLongerItMayTake() {
    assertThat(FilePart.of(Path.of("a"), ByteRange.all(0)).limit()).hasMinutes(1);
    assertThat(FilePart.of(Path.of("a"), ByteRange.all(16 << 20)).limit())
        .isEqualTo(Duration.ofSeconds(60 + 1024));
  }
}
