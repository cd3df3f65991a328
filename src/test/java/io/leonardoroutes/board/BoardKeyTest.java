package io.leonardoroutes.board;

import static org.assertj.core.api.Assertions.assertThat;

import io.leonardoroutes.auth.ApiKeys;
import io.leonardoroutes.auth.Caller;
import io.leonardoroutes.fixture.App;
import io.leonardoroutes.fixture.RestClient;
import io.leonardoroutes.fixture.TestCertificate;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The board of a server that asks callers for keys. */
class BoardKeyTest {
  @TempDir static Path folder;
  private static App app;
  private static RestClient rest;
  private static String operator;
  private static String shop;

  @BeforeAll
  static void open() throws Exception {
    ApiKeys.Made one = ApiKeys.make(new Caller("ops", true));
    ApiKeys.Made two = ApiKeys.make(new Caller("shop", false));
    operator = "Bearer " + one.key();
    shop = "Bearer " + two.key();
    Path keys = Files.write(folder.resolve("keys"), List.of(one.line(), two.line()));
    app =
        App.onlyRest(folder)
            .with("leonardo.board.enabled", "true")
            .with("leonardo.rest.auth", "api-key")
            .with("leonardo.rest.keys", keys.toString())
            .start();
    rest = RestClient.of(app);
  }

  @AfterAll
  static void close() {
    app.close();
  }

  private static HttpResponse<String> get(String path, String key) throws Exception {
    return rest.send("GET", path, "", "Authorization", key);
  }

  @Test
  void withoutAKeyThereIsOnlyThePageThatAsksForIt() throws Exception {
    String asks = rest.get("/board").body();

    assertThat(asks).contains("id=\"key\"", "data-keyed").doesNotContain("Overview</h1>");
    for (String path : List.of("/board/jobs", "/board/jobs/none", "/board/doubts", "/board/x")) {
      assertThat(rest.get(path).body()).as(path).isEqualTo(asks);
    }
    assertThat(rest.get("/board").headers().firstValue("Content-Security-Policy").orElseThrow())
        .contains("frame-ancestors 'none'");
    assertThat(rest.get("/board").headers().map()).doesNotContainKey("set-cookie");
    assertThat(rest.get("/board/files/board.js").statusCode()).isEqualTo(200);
    assertThat(rest.get("/board/files/none").statusCode()).isEqualTo(401);
  }

  @Test
  void everyOtherPathAsksForAKeyAsBefore() throws Exception {
    for (String path :
        List.of("/generations", "/boards", "/board/../generations", "/board%2f..%2fgenerations")) {
      assertThat(rest.get(path).statusCode()).as(path).isIn(401, 404);
      assertThat(rest.get(path).body()).as(path).doesNotContain("items");
    }
    assertThat(rest.send("POST", "/board/jobs/x/cancel", "").statusCode()).isEqualTo(401);
  }

  @Test
  void aFormOverTlsAndHttp2IsOneOfOurOwnPageToo() throws Exception {
    Path store = folder.resolve("server.p12");
    TestCertificate.write(store, "canary-password");
    try (App secure =
        App.onlyRest(folder.resolve("secure"))
            .with("leonardo.board.enabled", "true")
            .with("leonardo.rest.tls.keystore", store.toString())
            .with("leonardo.rest.tls.password", "canary-password")
            .start()) {
      String base = secure.rest().replace("http:", "https:");
      HttpClient client =
          HttpClient.newBuilder()
              .sslContext(TestCertificate.trusting(store, "canary-password"))
              .build();
      for (String origin : List.of(base, "https://evil.example")) {
        HttpResponse<String> answer =
            client.send(
                HttpRequest.newBuilder(URI.create(base + "/board/pauses/submitting/all/pause"))
                    .header("Content-Type", "application/x-www-form-urlencoded")
                    .header("Origin", origin)
                    .POST(HttpRequest.BodyPublishers.ofString("reason=night"))
                    .build(),
                HttpResponse.BodyHandlers.ofString());
        assertThat(answer.version()).isEqualTo(HttpClient.Version.HTTP_2);
        assertThat(answer.statusCode()).isEqualTo(origin.equals(base) ? 303 : 403);
      }
    }
  }

  @Test
  void anOperatorSeesThePagesAndNobodyElse() throws Exception {
    assertThat(get("/board", operator).body()).contains("<h1>Overview</h1>");
    assertThat(get("/board", shop).statusCode()).isEqualTo(403);
    assertThat(get("/board", shop).body()).contains("shop is not an operator");
    for (String path : List.of("/board/jobs", "/board/jobs/x", "/board/doubts", "/board/sinks")) {
      assertThat(get(path, shop).statusCode()).as(path).isEqualTo(403);
    }
    assertThat(get("/board", "Bearer wrong").statusCode()).isEqualTo(401);
  }
}
