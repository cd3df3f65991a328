package io.leonardoroutes.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leonardoroutes.command.KeyCommand;
import io.leonardoroutes.fixture.App;
import io.leonardoroutes.fixture.FlowFixture;
import io.leonardoroutes.fixture.InboxFixture;
import io.leonardoroutes.fixture.LedgerRows;
import io.leonardoroutes.fixture.LogCapture;
import io.leonardoroutes.fixture.Patience;
import io.leonardoroutes.fixture.RestClient;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** Who gets past the door with keys, and what each may see; one application for all. */
class ApiKeyTest {
  private static final Duration LONG = Patience.LONG;
  private static final String UNKNOWN =
      """
      {"type":"urn:leonardo-routes:problem:unauthorized","title":"The caller is not known",\
      "status":401,"detail":"send one header Authorization: Bearer KEY, with a key that is known here"}\
      """;

  @TempDir static Path folder;
  private static Path keys;
  private static App app;
  private static RestClient rest;
  private static LogCapture log;
  private static String erp;
  private static String shop;
  private static String anna;

  @BeforeAll
  static void open() throws Exception {
    keys = folder.resolve("rest.keys");
    Files.writeString(keys, "# who may call\n\n");
    erp = newKey("erp");
    shop = newKey("shop");
    anna = newKey("anna", "operator");
    log = LogCapture.open();
    app =
        App.in(folder)
            .with("leonardo.rest.enabled", "true")
            .with("leonardo.rest.host", "0.0.0.0")
            .with("leonardo.rest.auth", "api-key")
            .with("leonardo.rest.keys", keys.toString())
            .with("leonardo.base-url", "http://127.0.0.1:1/api/rest")
            .with("leonardo.sinks.outbox.events", "cancelled,rejected")
            .with("leonardo.webhook.key", "callback-key")
            .start();
    rest = RestClient.of(app);
  }

  @AfterAll
  static void close() {
    app.close();
    log.close();
  }

  /** Makes one as an operator does; answers the key. */
  private static String newKey(String... nameAndRole) throws IOException {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    CommandLine key =
        new CommandLine(new KeyCommand())
            .setOut(new PrintWriter(out, true))
            .setErr(new PrintWriter(err, true));
    assertThat(key.execute(nameAndRole)).isZero();
    Files.writeString(keys, out.toString(), StandardOpenOption.APPEND);
    String said = err.toString().strip();
    String shown = "The key of " + nameAndRole[0] + ", shown only now: ";
    assertThat(said).startsWith(shown);
    return said.substring(shown.length());
  }

  private static HttpResponse<String> as(String key, String method, String path, String body)
      throws Exception {
    return rest.send(method, path, body, "Authorization", "Bearer " + key);
  }

  private static HttpResponse<String> post(String key, String body) throws Exception {
    return as(key, "POST", "/generations", body);
  }

  private static String id(HttpResponse<String> job) throws Exception {
    assertThat(job.statusCode()).as(job.body()).isBetween(200, 202);
    return RestClient.json(job).get("id").asText();
  }

  private static void assertTurnedAway(HttpResponse<String> answer) {
    assertThat(answer.body()).isEqualTo(UNKNOWN);
    assertThat(answer.statusCode()).isEqualTo(401);
    assertThat(answer.headers().firstValue("WWW-Authenticate"))
        .contains("Bearer realm=\"leonardo-routes\"");
    assertThat(answer.headers().firstValue("Content-Type")).contains("application/problem+json");
  }

  @Test
  void aCallerRetriesItsOwnJobsAndAnOperatorEverybodysInTheirName() throws Exception {
    String job = id(post(erp, FlowFixture.REQUEST));
    // Its paid call may be tried just now.
    await()
        .atMost(Patience.LONG)
        .until(() -> as(erp, "DELETE", "/generations/" + job, "").statusCode() == 200);
    String path = "/generations/" + job + "/retry";
    String many = "/generations/retry?state=CANCELLED";

    assertThat(as(shop, "POST", path, "").statusCode()).isEqualTo(404);
    assertThat(RestClient.json(as(shop, "POST", many, "")).at("/items").findValuesAsText("job"))
        .doesNotContain(job);
    JsonNode retry = RestClient.json(as(anna, "POST", path, ""));
    assertThat(retry.get("caller").asText()).isEqualTo("erp");
    String id = retry.get("id").asText();
    assertThat(id(as(erp, "POST", path, ""))).isEqualTo(id);
    assertThat(
            RestClient.json(as(erp, "GET", "/generations/" + id + "/history", ""))
                .at("/items/0/where")
                .asText())
        .startsWith("operator anna, rest ");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/",
        "/generations",
        "/generations/",
        "/generations/x",
        "/generations/x/",
        "/generations/x/resolve",
        "/generations/x/retry",
        "/generations/retry",
        "/%67enerations",
        "//generations",
        "/./generations",
        "/webhooks/../generations",
        "/webhooks/leonardo/../../generations",
        "/webhooks/leonardo%2f..%2f..%2fgenerations",
        "/webhooks/leonardo/",
        "/webhooks/leonardo;/generations",
        "/costs",
        "/prices",
        "/resolve",
        "/sinks/outbox/redeliver",
        "/models",
        "/openapi.json",
        "/GENERATIONS",
        "/nowhere",
        "/observe/health"
      })
  void everyPathAsksForAKeyHoweverItIsWritten(String path) throws Exception {
    for (String method : List.of("GET", "POST", "OPTIONS", "PUT", "PATCH", "BOGUS")) {
      String answer =
          rest.raw(
              method + " " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");

      assertThat(answer).startsWith("HTTP/1.1 401 Unauthorized\r\n").endsWith(UNKNOWN);
    }
  }

  @Test
  void aPathThatCannotBeReadReachesNothing() throws Exception {
    assertThat(rest.raw("POST /%zz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"))
        .startsWith("HTTP/1.1 400 ");
    for (String call :
        List.of(
            "GET generations", "GET *", "OPTIONS *", "POST *", "CONNECT localhost:80", "GET a:b")) {
      String head = call + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n";
      assertThat(rest.raw(head + "\r\n"))
          .startsWith("HTTP/1.1 401 Unauthorized\r\n")
          .endsWith(UNKNOWN);
      assertThat(rest.raw(head + "Authorization: Bearer " + anna + "\r\n\r\n"))
          .startsWith("HTTP/1.1 404 ");
    }
  }

  @Test
  void wrongKeysAreCountedToldOnceAndAnsweredEverMoreSlowlyAndTheRightOneIsNot() throws Exception {
    long before = rejected().count();
    long begun = System.nanoTime();
    for (int i = 0; i < 40; i++) {
      assertTurnedAway(as("lr_wrong", "GET", "/generations", ""));
      assertThat(notice("wrong").statusCode()).isEqualTo(401);
    }
    // In vain 80 times: the last of them waits for a second or more.
    assertThat(System.nanoTime() - begun).isGreaterThan(Duration.ofSeconds(15).toNanos());
    assertThat(rejected().count()).isEqualTo(before + 80);
    assertThat(log.with("with an unknown key")).hasSizeBetween(1, 3);
    long right = System.nanoTime();
    assertThat(as(erp, "GET", "/generations", "").statusCode()).isEqualTo(200);
    assertThat(System.nanoTime() - right).isLessThan(Duration.ofSeconds(10).toNanos());
  }

  private static RejectedKeys rejected() {
    return app.context().getRegistry().findSingleByType(RejectedKeys.class);
  }

  @Test
  void aRequestWithoutAKeyThatIsKnownSpendsNothing() throws Exception {
    long before = LedgerRows.jobs(app);
    String other = ApiKeys.make(new Caller("erp", true)).key();
    for (String sent :
        List.of(
            "Bearer " + other,
            "Bearer " + erp + "x",
            "Bearer " + erp.substring(0, erp.length() - 1),
            "Bearer " + erp.toUpperCase(),
            "Bearer " + erp + " " + erp,
            "Bearer " + erp + "," + anna,
            "Bearer",
            "Bearer  ",
            "Bearer lr_",
            erp,
            "Basic " + erp,
            "Bearer erp",
            "Bearer " + hash("erp"))) {
      assertTurnedAway(
          rest.send("POST", "/generations", InboxFixture.request("a"), "Authorization", sent));
    }
    assertTurnedAway(rest.post(InboxFixture.request("a")));
    assertTurnedAway(
        rest.send(
            "POST",
            "/generations?access_token=" + erp + "&Authorization=Bearer%20" + erp,
            InboxFixture.request("a"),
            "X-Api-Key",
            erp,
            "Cookie",
            "Authorization=Bearer " + erp,
            "Proxy-Authorization",
            "Bearer " + erp));
    assertThat(LedgerRows.jobs(app)).isEqualTo(before);
  }

  private static String hash(String name) throws IOException {
    return Files.readAllLines(keys).stream()
        .filter(line -> line.startsWith(name + " "))
        .findFirst()
        .orElseThrow()
        .replaceFirst(".* ", "");
  }

  @Test
  void ofTwoKeysInOneCallNoneIsTaken() throws Exception {
    String head = "GET /generations HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n";
    String mine = "Authorization: Bearer " + erp + "\r\n";

    assertThat(rest.raw(head + mine + "\r\n")).startsWith("HTTP/1.1 200 ");
    assertThat(rest.raw(head + mine + mine + "\r\n")).startsWith("HTTP/1.1 401 ");
    assertThat(rest.raw(head + mine + "authorization: Bearer " + anna + "\r\n\r\n"))
        .startsWith("HTTP/1.1 401 ");
  }

  @ParameterizedTest
  @CsvSource({"bearer, authorization", "BEARER, AUTHORIZATION", "bEaReR, Authorization"})
  void theSchemeAndTheHeaderMayBeInAnyCase(String scheme, String header) throws Exception {
    assertThat(rest.send("GET", "/generations", "", header, scheme + " " + erp).statusCode())
        .isEqualTo(200);
  }

  @Test
  void aCallerWithAKeyLearnsThatAPathDoesNotExist() throws Exception {
    assertThat(as(erp, "GET", "/nowhere", "").statusCode()).isEqualTo(404);
    assertThat(as(erp, "PUT", "/generations", "{}").statusCode()).isEqualTo(405);
    assertThat(RestClient.json(as(erp, "GET", "/openapi.json", "")).at("/security").toString())
        .isEqualTo("[{\"key\":[]}]");
  }

  @Test
  void theNameOfTheKeyIsTheCallerOfItsJobsWhateverTheCallClaims() throws Exception {
    HttpResponse<String> answer =
        rest.send(
            "POST",
            "/generations",
            InboxFixture.request("a"),
            "Authorization",
            "Bearer " + erp,
            "CamelVertxPlatformHttpAuthenticatedUser",
            "{\"name\":\"anna\",\"operator\":true}",
            "camelvertxplatformhttpauthenticateduser",
            "anna",
            "leonardoCaller",
            "anna",
            "X-Forwarded-User",
            "anna");

    assertThat(RestClient.json(answer).get("caller").asText()).isEqualTo("erp");
    String path = "/generations/" + id(answer);
    String claim =
        "?CamelVertxPlatformHttpAuthenticatedUser=anna&camelvertxplatformhttpauthenticateduser=anna";
    assertThat(as(shop, "GET", path + claim, "").statusCode()).isEqualTo(404);
    assertThat(id(as(erp, "GET", path, ""))).isEqualTo(id(answer));
  }

  @Test
  void aUserSeesAndCancelsItsOwnJobsAloneAndAnOperatorAll() throws Exception {
    String ofErp = id(post(erp, InboxFixture.request("a")));
    String ofShop = id(post(shop, InboxFixture.request("a")));
    String ofNobody =
        RestClient.JSON
            .readTree(
                app.template()
                    .requestBody("direct:leonardo-accept", InboxFixture.request("a"), String.class))
            .get("id")
            .asText();

    assertThat(listed(erp)).contains(ofErp).doesNotContain(ofShop, ofNobody);
    assertThat(listed(shop)).contains(ofShop).doesNotContain(ofErp, ofNobody);
    assertThat(listed(anna)).contains(ofErp, ofShop, ofNobody);
    for (String method : List.of("GET", "DELETE")) {
      String name = "kling-3.0-turbo-" + ofErp.substring(0, 8);
      for (String other : List.of(ofErp, ofNobody, name)) {
        HttpResponse<String> answer = as(shop, method, "/generations/" + other, "");
        assertThat(answer.statusCode()).isEqualTo(404);
        assertThat(RestClient.json(answer).get("detail").asText())
            .isEqualTo("there is no job " + other);
      }
    }
    HttpResponse<String> page = as(shop, "GET", "/generations?after=" + ofErp, "");
    assertThat(page.statusCode() + " " + RestClient.json(page).get("detail").asText())
        .isEqualTo("400 after '" + ofErp + "' is not the `next` of a page");
    for (String key : List.of(shop, anna)) {
      await()
          .atMost(LONG)
          .until(
              () ->
                  as(key, "DELETE", "/generations/" + (key.equals(shop) ? ofShop : ofErp), "")
                          .statusCode()
                      == 200);
    }
    JsonNode changes =
        RestClient.json(as(erp, "GET", "/generations/" + ofErp + "/history", "")).get("items");
    JsonNode last = changes.get(changes.size() - 1);
    assertThat(((ObjectNode) last).without("at").toString())
        .isEqualTo(
            """
            {"from":"ACCEPTED","to":"CANCELLED","who":"anna","where":"rest 127.0.0.1"}\
            """);
    assertThat(as(shop, "GET", "/generations/" + ofErp + "/history", "").statusCode())
        .isEqualTo(404);
  }

  private static List<String> listed(String key) throws Exception {
    return RestClient.json(as(key, "GET", "/generations?limit=1000", "")).findValuesAsText("id");
  }

  @Test
  void referencesAndIdempotencyKeysOfOneCallerSayNothingToAnother() throws Exception {
    String request = InboxFixture.request("same").replaceFirst("\\{", "{\"reference\":\"R\",");
    JsonNode first = RestClient.json(post(erp, request));

    assertThat(id(post(erp, request))).isEqualTo(first.get("id").asText());
    assertThat(first.get("reference").asText()).isEqualTo("R");
    HttpResponse<String> others = post(shop, request.replace("same", "another"));
    assertThat(others.statusCode()).isEqualTo(202);
    assertThat(RestClient.json(others).get("reference").asText()).isEqualTo("R");
    HttpResponse<String> conflict = post(erp, request.replace("same", "another"));
    assertThat(conflict.statusCode()).isEqualTo(409);

    String once = id(keyed(erp, "K"));
    assertThat(id(keyed(erp, "K"))).isEqualTo(once);
    assertThat(id(keyed(shop, "K"))).isNotEqualTo(once);
    assertThat(id(keyed(shop, "erp K"))).isNotEqualTo(once);
  }

  private static HttpResponse<String> keyed(String key, String idempotency) throws Exception {
    return rest.post(
        InboxFixture.request("b"),
        "Authorization",
        "Bearer " + key,
        "Idempotency-Key",
        idempotency);
  }

  @Test
  void onlyOperatorsSeeCostsSettleDoubtsAndRedeliver() throws Exception {
    String id = id(post(erp, InboxFixture.request("a")));
    String refused =
        """
        {"type":"urn:leonardo-routes:problem:operators-only",\
        "title":"Only operators may do this","status":403,"detail":"erp is not an operator"}\
        """;

    assertThat(as(erp, "GET", "/costs", "").body()).isEqualTo(refused);
    assertThat(as(erp, "POST", "/generations/" + id + "/resolve", "{\"as\":\"unpaid\"}").body())
        .isEqualTo(refused);
    assertThat(as(erp, "POST", "/generations/" + id + "/approve", "").body()).isEqualTo(refused);
    assertThat(as(erp, "POST", "/generations/" + id + "/reject", "").body()).isEqualTo(refused);
    assertThat(as(erp, "POST", "/batches/b/approve", "").body()).isEqualTo(refused);
    assertThat(as(erp, "POST", "/batches/b/reject", "").body()).isEqualTo(refused);
    assertThat(as(erp, "POST", "/sinks/outbox/redeliver", "").body()).isEqualTo(refused);
    assertThat(as(erp, "POST", "/resolve", "{\"as\":\"failed\"}").body()).isEqualTo(refused);
    for (String call :
        List.of(
            "GET /summary",
            "GET /pauses",
            "GET /limits",
            "GET /sinks",
            "GET /sinks/outbox/deliveries",
            "POST /sinks/outbox/deliveries/a-event/redeliver",
            "POST /generations/" + id + "/fetch",
            "POST /accounts/default/pause",
            "POST /accounts/default/resume",
            "POST /submitting/pause",
            "POST /submitting/resume",
            "POST /intakes/rest/pause",
            "POST /intakes/rest/resume",
            "POST /drain",
            "POST /drain/resume",
            "PUT /limits/accounts.default.concurrent",
            "DELETE /limits/accounts.default.concurrent")) {
      String[] how = call.split(" ");
      assertThat(as(erp, how[0], how[1], "").body()).as(call).isEqualTo(refused);
    }
    assertThat(as(anna, "POST", "/accounts/default/pause", "").body()).contains("\"by\":\"anna\"");
    assertThat(as(anna, "POST", "/accounts/default/resume", "").statusCode()).isEqualTo(200);
    assertThat(as(anna, "GET", "/costs", "").statusCode()).isEqualTo(200);
    assertThat(as(anna, "POST", "/sinks/outbox/redeliver", "").body())
        .isEqualTo("{\"sink\":\"outbox\",\"deliveries\":0}");
    assertThat(
            as(anna, "POST", "/generations/" + id + "/resolve", "{\"as\":\"unpaid\"}").statusCode())
        .isEqualTo(409);
  }

  @Test
  void theProvidersNoticesBringTheirOwnKeyAndNoOtherOpensTheirPath() throws Exception {
    assertThat(notice("callback-key").statusCode()).isEqualTo(202);
    assertThat(notice(anna).statusCode()).isEqualTo(401);
    assertThat(as("callback-key", "GET", "/generations", "").statusCode()).isEqualTo(401);
  }

  private static HttpResponse<String> notice(String key) throws Exception {
    return as(key, "POST", "/webhooks/leonardo", "{\"data\":{\"object\":{\"id\":\"x\"}}}");
  }

  @Test
  void aKeyOpensFromTheCallAfterItsLineIsThereUntilTheLineIsGone() throws Exception {
    String guest = newKey("guest");
    assertThat(as(guest, "GET", "/generations", "").statusCode()).isEqualTo(200);

    List<String> without =
        Files.readAllLines(keys).stream().filter(line -> !line.startsWith("guest")).toList();
    Files.write(keys, without);
    assertTurnedAway(as(guest, "GET", "/generations", ""));
    assertThat(as(erp, "GET", "/generations", "").statusCode()).isEqualTo(200);
  }

  @Test
  void anInvalidLineAdmitsNobodyAndIsLogged() throws Exception {
    String before = Files.readString(keys);
    Files.writeString(keys, before + "erp operator sha256 00 00\n");

    assertThat(as(erp, "GET", "/generations", "").statusCode()).isEqualTo(200);
    assertThat(log.with("is not NAME"))
        .containsExactly(
            "WARN leonardo.rest.keys: line "
                + (before.lines().count() + 1)
                + " of "
                + keys
                + " is not NAME user|operator sha256 SALT HASH, as the command key makes it");
    Files.writeString(keys, before);
  }

  @Test
  void withoutItsFileNobodyGetsIn() throws Exception {
    Path away = Files.move(keys, folder.resolve("away"));
    try {
      assertThat(post(anna, InboxFixture.request("a")).statusCode()).isEqualTo(503);
    } finally {
      Files.move(away, keys);
    }
    assertThat(as(anna, "GET", "/generations", "").statusCode()).isEqualTo(200);
  }

  @Test
  void aKeyIsFoundNowhereButWithItsOwner() throws Exception {
    post(erp, InboxFixture.request("a"));
    post(erp, "{}");
    as(erp, "GET", "/generations/none", "");
    as(erp + "x", "GET", "/generations", "");

    for (String key : List.of(erp, shop, anna)) {
      String secret = key.substring(3);
      assertThat(log.with(secret)).isEmpty();
      try (Stream<Path> files = Files.walk(folder)) {
        for (Path file : files.filter(Files::isRegularFile).toList()) {
          assertThat(Files.readString(file, StandardCharsets.ISO_8859_1))
              .as(file.toString())
              .doesNotContain(secret);
        }
      }
    }
    ApiKeys.Made made = ApiKeys.make(new Caller("x", false));
    assertThat(made.toString()).doesNotContain(made.key().substring(3));
  }
}
