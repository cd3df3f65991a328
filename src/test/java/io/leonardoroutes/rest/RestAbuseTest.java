package io.leonardoroutes.rest;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.leonardoroutes.fixture.App;
import io.leonardoroutes.fixture.InboxFixture;
import io.leonardoroutes.fixture.LedgerRows;
import io.leonardoroutes.fixture.LogCapture;
import io.leonardoroutes.fixture.RestClient;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.camel.Route;
import org.apache.camel.component.platform.http.PlatformHttpEndpoint;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Callers who want more than a video. */
class RestAbuseTest {
  @TempDir static Path folder;
  private static App app;
  private static RestClient rest;

  @BeforeAll
  static void open() throws Exception {
    app =
        App.onlyRest(folder)
            .with("leonardo.rest.hosts", "other.example, gate.way")
            .with("leonardo.board.enabled", "true")
            .start();
    rest = RestClient.of(app);
  }

  @AfterAll
  static void close() {
    app.close();
  }

  @BeforeEach
  void empty() {
    LedgerRows.change(app, "DELETE FROM job");
  }

  @Test
  void everyRouteOfTheApiIsServedWithinTheMemoryLimits() throws Exception {
    List<PlatformHttpEndpoint> served =
        app.context().getRoutes().stream()
            .map(Route::getEndpoint)
            .filter(PlatformHttpEndpoint.class::isInstance)
            .map(PlatformHttpEndpoint.class::cast)
            .toList();
    int shipped = 0;
    try (DirectoryStream<Path> files = Files.newDirectoryStream(Path.of("routes"))) {
      for (Path file : files) {
        shipped += Files.readString(file).split("uri: platform-http:", -1).length - 1;
      }
    }

    assertThat(served).hasSize(shipped).isNotEmpty();
    assertThat(served)
        .allSatisfy(
            endpoint ->
                assertThat(endpoint.getPlatformHttpEngine())
                    .as(endpoint.getPath())
                    .isInstanceOf(AsyncHttp.class));
  }

  @Test
  void headersThatSteerCamelChangeNothing() throws Exception {
    String[] headers = {
      "CamelHttpUri", "http://127.0.0.1:9/", "camelhttppath", "/x", "CAMELFILENAME", "../x",
      "CamelJmsDestinationName", "stolen", "camelHttpResponseCode", "299", "CamelCharsetName", "x",
      "Location", "http://evil", "leonardoKey", "file:x", "breadcrumbId", "b"
    };
    String query =
        "?CamelHttpUri=http://127.0.0.1:9/&CamelHttpResponseCode=299&leonardoSinks=x&id=x";
    HttpResponse<String> steered =
        rest.send("POST", "/generations" + query, InboxFixture.request("a"), headers);
    HttpResponse<String> answer =
        rest.send("POST", "/generations", InboxFixture.request("a"), headers);

    assertThat(steered.statusCode()).isEqualTo(400);
    assertThat(RestClient.json(steered).get("detail").asText())
        .isEqualTo("CamelHttpUri is no parameter of this call, which has dry-run, atomic");
    JsonNode job = RestClient.json(answer);
    assertThat(answer.statusCode()).isEqualTo(202);
    assertThat(answer.headers().map().keySet())
        .containsExactlyInAnyOrder("content-type", "etag", "location", "transfer-encoding");
    assertThat(answer.headers().firstValue("Location"))
        .contains("/generations/" + job.get("id").asText());
    Map<String, Object> row =
        LedgerRows.of(app, "SELECT * FROM job WHERE id = '" + job.get("id").asText() + "'").get(0);
    assertThat(row).containsEntry("intake_key", null).containsEntry("sinks", "[]");
    HttpResponse<String> found =
        rest.send(
            "GET",
            "/generations/" + job.get("id").asText() + "?id=x&CamelHttpResponseCode=299",
            "",
            headers);
    assertThat(found.body()).isEqualTo(answer.body());
    assertThat(found.headers().map().keySet())
        .containsExactlyInAnyOrder("content-type", "etag", "transfer-encoding");
  }

  @Test
  void aWebPageCannotSpendMoneyUnderANameThatLeadsHere() throws Exception {
    HttpResponse<String> answer =
        rest.post(InboxFixture.request("a"), "Origin", "http://evil:8080");

    assertThat(answer.statusCode()).isEqualTo(403);
    assertThat(RestClient.json(answer).get("type").asText())
        .isEqualTo("urn:leonardo-routes:problem:origin");
    assertThat(LedgerRows.jobs(app)).isZero();
  }

  @Test
  void aWebPageCannotReadJobsUnderANameThatLeadsHere() throws Exception {
    String get = "GET /generations HTTP/1.1\r\nConnection: close\r\nHost: ";
    for (String host :
        List.of("evil.example", "evil.example:8080", "localhost.evil.example", "127.0.0.1.", "")) {
      assertThat(rest.raw(get + host + "\r\n\r\n"))
          .as(host)
          .startsWith("HTTP/1.1 421 ")
          .endsWith(
              """
              {"type":"urn:leonardo-routes:problem:host","title":"This host name is not allowed",\
              "status":421,"detail":"call localhost, or name the host in leonardo.rest.hosts"}\
              """);
    }
    assertThat(rest.raw(get + "localhost\r\nHost: evil.example\r\n\r\n")).doesNotContain(" 200 ");
    for (String host :
        List.of("localhost", "LOCALHOST:80", "127.0.0.1:1", "[::1]:8080", "gate.way:1")) {
      assertThat(rest.raw(get + host + "\r\n\r\n")).as(host).startsWith("HTTP/1.1 200 ");
    }
    assertThat(
            rest.raw(
                "POST /webhooks/leonardo HTTP/1.1\r\nConnection: close\r\nHost: localhost\r\n\r\n"))
        .startsWith("HTTP/1.1 404 ");
  }

  @Test
  void aWebPageOfAnotherOriginCannotSpendMoney() throws Exception {
    String head =
        "POST /generations HTTP/1.1\r\n"
            + "Host: localhost\r\n"
            + "Connection: close\r\n"
            + "Origin: http://evil\r\n";
    String body = InboxFixture.request("a");
    assertThat(rest.raw(head + "Content-Length: " + body.length() + "\r\n\r\n" + body))
        .startsWith("HTTP/1.1 403 ");
    assertThat(
            rest.raw(
                head.replace("/generations", "/generations?=;Content-Type=application/json")
                    + "Content-Length: "
                    + body.length()
                    + "\r\n\r\n"
                    + body))
        .startsWith("HTTP/1.1 403 ");
    String preflight =
        rest.raw(head.replace("POST", "OPTIONS") + "Access-Control-Request-Method: POST\r\n\r\n");
    assertThat(preflight).startsWith("HTTP/1.1 403 ").doesNotContainIgnoringCase("access-control");
    assertThat(LedgerRows.jobs(app)).isZero();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "file:/tmp/stolen",
        "{{leonardo.api-key}}",
        "${env:HOME}",
        "http://127.0.0.1:9/?x=outbox",
        "../outbox",
        "OUTBOX"
      })
  void aSinkIsOneOfTheKnownNamesAndNeverAnAddress(String name) throws Exception {
    String request = InboxFixture.request("a").replaceFirst("\\{", "{\"sinks\":[\"%s\"],");

    HttpResponse<String> answer = rest.post(request.formatted(name));

    assertThat(answer.statusCode()).isEqualTo(422);
    assertThat(RestClient.json(answer).at("/violations/0/pointer").asText()).isEqualTo("/sinks/0");
    assertThat(RestClient.json(answer).at("/violations/0/allowed").asText()).isEqualTo("outbox");
    assertThat(LedgerRows.jobs(app)).isZero();
  }

  @Test
  void aReferenceWithLineBreaksAndEscapeCodesActsNowhere() throws Exception {
    String escapes = "a\\r\\nINFO forged\\u001b[2J\\u0000../../x\\u202e";
    String request = InboxFixture.request("a").replaceFirst("\\{", "{\"reference\":\"%s\",");
    try (LogCapture log = LogCapture.open()) {
      HttpResponse<String> answer = rest.post(request.formatted(escapes));

      assertThat(answer.statusCode()).isEqualTo(202);
      assertThat(answer.headers().map().keySet())
          .containsExactlyInAnyOrder("content-type", "etag", "location", "transfer-encoding");
      assertThat(log.with("accepted")).hasSize(1).allMatch(line -> line.matches("[ -~]+"));
    }
    assertThat(
            LedgerRows.of(app, "SELECT file_name AS name FROM job").get(0).get("name").toString())
        .matches("[A-Za-z0-9][A-Za-z0-9._-]+");
  }

  @Test
  void aCompressedRequestIsNotUnpacked() throws Exception {
    String head =
        "POST /generations HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
            + "Content-Type: application/json\r\nContent-Encoding: gzip\r\n";
    String bomb = "\u001f\u008b\b\0\0\0\0\0\0\u00ff" + "\u00ec\u00c1".repeat(1_000);

    assertThat(rest.raw(head + "Content-Length: " + bomb.length() + "\r\n\r\n" + bomb))
        .startsWith("HTTP/1.1 415 ")
        .contains("send the request as it is, without Content-Encoding gzip");
  }

  @Test
  void anOldCallerKnowsWhereItsAnswerEnds() throws Exception {
    for (String path : List.of("/models", "/generations", "/no-such-path")) {
      assertThat(rest.raw("GET " + path + " HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"))
          .startsWith("HTTP/1.0 ")
          .endsWith("}");
    }
  }

  @Test
  void aGigabyteIsTurnedAwayBeforeItHasArrived() throws Exception {
    String head =
        "POST /generations HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            + "Transfer-Encoding: chunked\r\n\r\n";
    byte[] chunk = ("10000\r\n" + " ".repeat(0x10000) + "\r\n").getBytes(StandardCharsets.US_ASCII);
    long sent = 0;
    try (Socket socket = rest.open()) {
      OutputStream out = socket.getOutputStream();
      out.write(head.getBytes(StandardCharsets.US_ASCII));
      for (; sent < 1L << 30; sent += chunk.length) {
        out.write(chunk);
      }
    } catch (IOException closed) {
      assertThat(sent).isBetween(1L, 64L << 20);
      return;
    }
    throw new AssertionError("a whole gigabyte was taken");
  }

  @Test
  void aKeyOfFourThousandCharactersIsRefused() throws Exception {
    HttpResponse<String> answer =
        rest.post(InboxFixture.request("a"), "Idempotency-Key", "k".repeat(4_000));

    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(RestClient.json(answer).get("detail").asText())
        .matches("\\d+ characters: at most 400");
    assertThat(LedgerRows.jobs(app)).isZero();
  }
}
