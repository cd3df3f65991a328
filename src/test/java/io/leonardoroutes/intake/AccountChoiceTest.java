package io.leonardoroutes.intake;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leonardoroutes.auth.ApiKeys;
import io.leonardoroutes.auth.Caller;
import io.leonardoroutes.fixture.App;
import io.leonardoroutes.fixture.FlowFixture;
import io.leonardoroutes.fixture.LedgerRows;
import io.leonardoroutes.fixture.RestClient;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** By which account a request is paid. The provider is away, so nothing is. */
class AccountChoiceTest {
  private static final List<String> NO_ACCOUNTS =
      List.of(
          "",
          " studio",
          "Studio",
          "studio\n",
          "studio\0",
          "{{env:LEONARDO_API_KEY}}",
          "{{leonardo.api-key}}",
          "${leonardo.api-key}",
          "${env.HOME}",
          "http://127.0.0.1:1/",
          "file:/etc/passwd",
          "../studio",
          "studio.api-key",
          "leonardo.accounts.studio.api-key",
          "studio'; DROP TABLE job; --");

  @TempDir Path folder;
  private App app;

  private App app() {
    app =
        App.in(folder)
            .with("leonardo.rest.enabled", "true")
            .with("leonardo.base-url", "http://127.0.0.1:1/api/rest");
    return app;
  }

  private App withTwo() {
    return app()
        .with("leonardo.accounts.studio.api-key", "studio-key")
        .with("leonardo.accounts.lab.api-key", "lab-key");
  }

  @AfterEach
  void close() {
    app.close();
  }

  private static String request(String account) {
    ObjectNode request =
        (ObjectNode)
            FlowFixture.json(
                "{\"model\":\"kling-3.0-turbo\",\"parameters\":{\"prompt\":\"a cat\"}}");
    return account == null ? request.toString() : request.put("account", account).toString();
  }

  private HttpResponse<String> post(String account, String... headers) throws Exception {
    return RestClient.of(app).post(request(account), headers);
  }

  /** The account of the job that it became; else the first violation. */
  private String paidBy(String account, String... headers) throws Exception {
    JsonNode answer = RestClient.json(post(account, headers));
    return answer.has("account")
        ? answer.get("account").asText()
        : answer.at("/violations/0/message").asText();
  }

  @Test
  void aRequestThatNamesNoneIsPaidByTheDefaultAccount() throws Exception {
    withTwo().start();

    assertThat(paidBy(null)).isEqualTo("default");
    assertThat(paidBy("default")).isEqualTo("default");
    assertThat(paidBy("studio")).isEqualTo("studio");
    assertThat(LedgerRows.of(app, "SELECT account FROM job ORDER BY account"))
        .extracting(row -> row.get("account"))
        .containsExactly("default", "default", "studio");
  }

  @Test
  void aNameThatIsNoAccountIsRefusedAndLookedUpNowhere() throws Exception {
    withTwo().start();
    for (String name : NO_ACCOUNTS) {
      HttpResponse<String> answer = post(name);

      assertThat(answer.statusCode()).as(name).isEqualTo(422);
      JsonNode violation = RestClient.json(answer).at("/violations/0");
      assertThat(violation.get("pointer").asText()).isEqualTo("/account");
      assertThat(violation.get("code").asText()).isEqualTo("unknown-account");
      assertThat(violation.get("allowed").asText()).isEqualTo("default, lab, studio");
      assertThat(answer.body()).doesNotContain("test-key", "studio-key", "lab-key");
    }
    assertThat(LedgerRows.jobs(app)).isZero();
  }

  @Test
  void anUnknownAccountIsOneOfAllViolations() throws Exception {
    withTwo().start();

    HttpResponse<String> answer =
        RestClient.of(app)
            .post(
                """
                {"model":"kling-3.0-turbo","account":"atelier","priority":11,
                 "parameters":{"prompt":"a cat"}}\
                """);

    assertThat(RestClient.json(answer).get("violations"))
        .isEqualTo(
            FlowFixture.json(
                """
                [{"pointer":"/account","code":"unknown-account",
                  "message":"\\"atelier\\" is not a known account: one of default, lab, studio",
                  "allowed":"default, lab, studio"},
                 {"pointer":"/priority","code":"range",
                  "message":"11 is too large for a priority: 0 to 9","allowed":"0..9"}]\
                """));
  }

  @Test
  void withoutADefaultAccountOneHasToBeNamedUnlessThereIsOnlyOne() throws Exception {
    withTwo().with("leonardo.api-key", "").start();

    assertThat(RestClient.json(post(null)).get("violations"))
        .isEqualTo(
            FlowFixture.json(
                """
                [{"pointer":"/account","code":"required",
                  "message":"`account` is required: one of lab, studio","allowed":"lab, studio"}]\
                """));
    assertThat(paidBy("lab")).isEqualTo("lab");
    app.close();

    app().with("leonardo.api-key", "").with("leonardo.accounts.lab.api-key", "lab-key").start();
    assertThat(paidBy(null)).isEqualTo("lab");
  }

  @Test
  void anAccountThatListsCallersIsTheirsAndUnknownToOthers() throws Exception {
    Path keys = folder.resolve("rest.keys");
    String erp = "Bearer " + key(keys, new Caller("erp", false));
    String shop = "Bearer " + key(keys, new Caller("shop", false));
    String anna = "Bearer " + key(keys, new Caller("anna", true));
    withTwo()
        .with("leonardo.rest.auth", "api-key")
        .with("leonardo.rest.keys", keys.toString())
        .with("leonardo.accounts.studio.callers", "erp, print")
        .start();

    assertThat(paidBy(null, "Authorization", erp)).isEqualTo("studio");
    assertThat(paidBy("default", "Authorization", erp)).isEqualTo("default");
    assertThat(paidBy(null, "Authorization", shop)).isEqualTo("default");
    assertThat(paidBy("lab", "Authorization", shop)).isEqualTo("lab");
    assertThat(paidBy("studio", "Authorization", shop))
        .isEqualTo("\"studio\" is not a known account: one of default, lab");
    assertThat(paidBy(null, "Authorization", anna)).isEqualTo("default");
    assertThat(paidBy("studio", "Authorization", anna)).isEqualTo("studio");
    String anonymous =
        app.template().requestBody("direct:leonardo-accept", request(null), String.class);
    assertThat(FlowFixture.json(anonymous).get("account").asText()).isEqualTo("default");
  }

  private static String key(Path keys, Caller caller) throws Exception {
    ApiKeys.Made made = ApiKeys.make(caller);
    Files.writeString(
        keys, made.line() + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    return made.key();
  }

  @Test
  void anotherAccountForTheSameReferenceIsAnotherRequest() throws Exception {
    withTwo().start();
    String[] again = {"Idempotency-Key", "k-1"};

    assertThat(post("studio", again).statusCode()).isEqualTo(202);
    assertThat(post("studio", again).statusCode()).isEqualTo(200);
    assertThat(post("lab", again).statusCode()).isEqualTo(409);
    assertThat(post(null, again).statusCode()).isEqualTo(409);
  }

  @Test
  void aRequestThatNamesNoneIsTheSameJobWhateverAccountIsChosenByNow() throws Exception {
    withTwo().start();
    JsonNode first = RestClient.json(post(null, "Idempotency-Key", "k-1"));
    app.close();
    app().with("leonardo.api-key", "").with("leonardo.accounts.lab.api-key", "lab-key").start();

    HttpResponse<String> again = post(null, "Idempotency-Key", "k-1");

    assertThat(again.statusCode()).isEqualTo(200);
    assertThat(RestClient.json(again).get("id")).isEqualTo(first.get("id"));
    assertThat(RestClient.json(again).get("account").asText()).isEqualTo("default");
    assertThat(LedgerRows.of(app, "SELECT content_hash FROM job").get(0).get("content_hash"))
        .as("as ledgers from before there were accounts have it")
        .isEqualTo(
            AcceptStep.sha256(
                "{\"sent\":%s,\"sinks\":[],\"priority\":null,\"reference\":null}"
                    .formatted(first.get("request"))
                    .getBytes(UTF_8)));
  }
}
