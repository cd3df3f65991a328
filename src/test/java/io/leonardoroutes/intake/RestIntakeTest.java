package io.leonardoroutes.intake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.leonardoroutes.fixture.App;
import io.leonardoroutes.fixture.InboxFixture;
import io.leonardoroutes.fixture.LedgerRows;
import io.leonardoroutes.fixture.Patience;
import io.leonardoroutes.fixture.RestClient;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a caller of POST /generations is answered; one application for all, nothing submitted. */
class RestIntakeTest {
  private static final String LIMIT = "the request is larger than 262144 bytes: shorten it";

  @TempDir static Path folder;
  private static App app;
  private static RestClient rest;
  private long before;

  @BeforeAll
  static void open() throws Exception {
    app = App.onlyRest(folder).start();
    rest = RestClient.of(app);
  }

  @AfterAll
  static void close() {
    app.close();
  }

  @BeforeEach
  void count() {
    before = LedgerRows.jobs(app);
  }

  private static void assertProblem(HttpResponse<String> answer, int status, String document) {
    assertThat(answer.body()).isEqualTo(document);
    assertThat(answer.statusCode()).isEqualTo(status);
    assertThat(answer.headers().firstValue("Content-Type")).contains("application/problem+json");
  }

  private static String problem(String name, String title, int status, String detail) {
    return """
    {"type":"urn:leonardo-routes:problem:%s","title":"%s","status":%d,"detail":"%s"}\
    """
        .formatted(name, title, status, detail);
  }

  @Test
  void anAcceptedRequestIsAnsweredWithItsJobAndItsPlace() throws Exception {
    HttpResponse<String> answer = rest.post(InboxFixture.request("The koala"));

    JsonNode job = RestClient.json(answer);
    assertThat(answer.statusCode()).isEqualTo(202);
    assertThat(answer.headers().firstValue("Content-Type")).contains("application/json");
    assertThat(answer.headers().firstValue("Location"))
        .contains("/generations/" + job.get("id").asText());
    assertThat(job.get("state").asText()).isEqualTo("ACCEPTED");
    assertThat(job.get("request"))
        .hasToString(
            """
            {"model":"kling-3.0-turbo","public":false,"parameters":{"prompt":"The koala",\
            "duration":5,"motion_has_audio":true,"quantity":1}}\
            """);
    assertThat(rest.get(answer.headers().firstValue("Location").get()).body())
        .isEqualTo(answer.body());
  }

  @ParameterizedTest
  @ValueSource(strings = {"gzip", "br", "deflate, gzip", "zstd"})
  void aBodyThatIsCodedIsRefusedByTheNameOfItsCoding(String coding) throws Exception {
    String why =
        problem(
            "media-type",
            "Only plain JSON is supported",
            415,
            "send the request as it is, without Content-Encoding " + coding);

    for (String path :
        List.of("/generations", "/generations/some/resolve", "/sinks/outbox/redeliver")) {
      HttpResponse<String> answer =
          rest.send("POST", path, InboxFixture.request("coded"), "Content-Encoding", coding);
      assertProblem(answer, 415, why);
      assertThat(answer.headers().firstValue("Accept-Encoding")).contains("identity");
    }
    assertThat(LedgerRows.jobs(app)).isEqualTo(before);
    assertThat(
            rest.post(InboxFixture.request("plain"), "Content-Encoding", "Identity").statusCode())
        .isEqualTo(202);
  }

  @Test
  void theSameIdempotencyKeyIsTheSameJob() throws Exception {
    String first = rest.post(InboxFixture.request("same"), "Idempotency-Key", "K").body();
    HttpResponse<String> second = rest.post(InboxFixture.request("same"), "idempotency-key", "K");

    assertThat(second.body()).isEqualTo(first);
    assertThat(second.statusCode()).isEqualTo(200);
    assertThat(LedgerRows.jobs(app)).isEqualTo(before + 1);
    assertProblem(
        rest.post(InboxFixture.request("other"), "Idempotency-Key", "K"),
        409,
        problem(
            "conflict",
            "The same key stands for another request",
            409,
            "job "
                + RestClient.json(second).get("id").asText()
                + " has this key and asks for something else: use a new one"));
  }

  @Test
  void theSameReferenceIsTheSameJobWhateverItsKey() throws Exception {
    String request = InboxFixture.request("same").replaceFirst("\\{", "{\"reference\":\"R\",");
    String first = rest.post(request, "Idempotency-Key", "K1").body();

    assertThat(rest.post(request).statusCode()).isEqualTo(200);
    assertThat(rest.post(request, "Idempotency-Key", "K2").body()).isEqualTo(first);
    assertThat(rest.post(request.replace("\"R\"", "\"S\""), "Idempotency-Key", "K1").statusCode())
        .as("the same key with another reference")
        .isEqualTo(409);
    assertThat(rest.post(request.replace("same", "other")).statusCode()).isEqualTo(409);
    assertThat(LedgerRows.jobs(app)).isEqualTo(before + 1);
  }

  @Test
  void aRequestThatIsNoGoodRequestIsRefusedWithItsProblem() throws Exception {
    assertProblem(
        rest.post("{\"model\": nonsense}"),
        400,
        problem(
            "not-json",
            "The request is not JSON",
            400,
            "line 1, column 11: Unrecognized token 'nonsense': was expecting (JSON String, Number,"
                + " Array, Object or token 'null', 'true' or 'false')"));
    assertProblem(
        rest.send("POST", "/generations", "", "Content-Type", "application/json"),
        400,
        problem(
            "empty",
            "The request is empty",
            400,
            "there is no text in the request: a JSON object is needed"));
    String media =
        problem(
            "media-type",
            "Only JSON is supported",
            415,
            "send the request with Content-Type: application/json");
    for (String type :
        List.of("text/plain", "application/x-www-form-urlencoded", "multipart/mixed;boundary=b")) {
      assertProblem(rest.post(InboxFixture.request("a"), "Content-Type", type), 415, media);
    }
    assertProblem(
        rest.post(InboxFixture.request("a"), "Content-Type", "multipart/form-data;boundary=b"),
        400,
        problem("bad-form", "The form cannot be read", 400, "it is cut off"));
    assertProblem(
        rest.post(InboxFixture.request("a"), "Idempotency-Key", "k".repeat(500)),
        400,
        problem(
            "key-too-long", "The idempotency key is too long", 400, "505 characters: at most 400"));
    HttpResponse<String> invalid =
        rest.post("{\"model\":\"kling-3.0-turbo\",\"parameters\":{\"duration\":5}}");
    assertThat(invalid.statusCode()).isEqualTo(422);
    assertThat(RestClient.json(invalid).at("/violations/0"))
        .hasToString(
            """
            {"pointer":"/parameters/prompt","code":"required","message":"`prompt` is required"}\
            """);
    assertThat(LedgerRows.jobs(app)).isEqualTo(before);
  }

  @Test
  void aCharsetThatIsNoneOrAnotherChangesNothing() throws Exception {
    for (String charset : List.of("bogus", "ISO-8859-1", "UTF-16")) {
      HttpResponse<String> answer =
          rest.post(
              InboxFixture.request("日本 ü"), "Content-Type", "application/json; charset=" + charset);
      assertThat(answer.statusCode()).as(charset).isEqualTo(202);
      assertThat(RestClient.json(answer).at("/request/parameters/prompt").asText())
          .isEqualTo("日本 ü");
    }
  }

  @Test
  void aBodyThatIsTooLongIsRefusedUnread() throws Exception {
    assertProblem(
        rest.post("x".repeat(10_000_000)),
        413,
        problem("too-large", "The request is too large", 413, LIMIT));
    String head =
        "POST /generations HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n";
    assertThat(rest.raw(head + "Content-Length: 10000000\r\n\r\n"))
        .startsWith("HTTP/1.1 413 ")
        .endsWith(LIMIT + "\"}");
    assertThat(endless(head + "Transfer-Encoding: chunked\r\n\r\n")).isLessThan(50_000_000);
    assertThat(rest.get("/generations").statusCode()).isEqualTo(200);
    assertThat(LedgerRows.jobs(app)).isEqualTo(before);
  }

  /** How many bytes could be sent before the connection was closed. */
  private static long endless(String head) throws Exception {
    byte[] chunk = ("10000\r\n" + "x".repeat(0x10000) + "\r\n").getBytes();
    long sent = 0;
    try (var socket = rest.open()) {
      socket.getOutputStream().write(head.getBytes());
      while (sent < 100_000_000) {
        socket.getOutputStream().write(chunk);
        sent += chunk.length;
      }
    } catch (java.io.IOException closed) {
      // as it should be
    }
    return sent;
  }

  @Test
  void whatIsNotThereIsAProblemToo() throws Exception {
    assertProblem(
        rest.get("/nowhere"),
        404,
        problem("not-found", "Not found", 404, "there is nothing at this path"));
    assertProblem(
        rest.send("PUT", "/generations", "{}"),
        405,
        problem("method", "Method not allowed", 405, "this path has other methods"));
    assertThat(rest.send("HEAD", "/generations", "").body()).isEmpty();
    assertThat(rest.raw("GET /%zz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"))
        .startsWith("HTTP/1.1 400 ");
    await().atMost(Patience.LONG).until(() -> rest.get("/generations").statusCode() == 200);
  }
}
