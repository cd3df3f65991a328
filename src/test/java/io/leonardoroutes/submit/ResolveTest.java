package io.leonardoroutes.submit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.leonardoroutes.event.EventType;
import io.leonardoroutes.fixture.LogCapture;
import io.leonardoroutes.fixture.Patience;
import io.leonardoroutes.fixture.ReconcileFixture;
import io.leonardoroutes.fixture.ScriptedProvider;
import io.leonardoroutes.fixture.TickingClock;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.StreamSupport;
import org.jdbi.v3.core.Jdbi;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** An operator's word on a job in doubt, over REST. */
class ResolveTest {
  private static final String DECISIONS =
      ": send {\\\"as\\\":\\\"paid\\\",\\\"generationId\\\":\\\"...\\\"},"
          + " {\\\"as\\\":\\\"unpaid\\\"} or {\\\"as\\\":\\\"failed\\\"}";

  @TempDir static Path folder;
  private static final TickingClock CLOCK = new TickingClock();
  private static ScriptedProvider provider;
  private static ReconcileFixture doubt;

  @BeforeAll
  static void open() throws Exception {
    provider = ScriptedProvider.start();
    doubt =
        new ReconcileFixture(folder, CLOCK, provider.baseUrl(), provider.host())
            .with("leonardo.rest.enabled", "true")
            .with("leonardo.reconcile", "hold")
            .start();
  }

  @AfterAll
  static void close() {
    doubt.close();
    provider.close();
  }

  @Test
  void whatIsResolvedAsPaidIsFollowedToItsVideo() throws Exception {
    String id = inDoubt();

    HttpResponse<String> answer = resolve(id, "{\"as\":\"paid\",\"generationId\":\"seen\"}");

    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.headers().firstValue("Content-Type")).hasValue("application/json");
    JsonNode job = ReconcileFixture.json(answer.body());
    assertThat(job.get("state").asText()).isEqualTo("RUNNING");
    assertThat(job.get("generationId").asText()).isEqualTo("seen");
    assertThat(job.has("problem")).isFalse();
    doubt.until("COMPLETE", id);
    await()
        .untilAsserted(
            () -> assertThat(doubt.told(id)).containsExactly("in_doubt", "submitted", "completed"));
  }

  @Test
  void whatIsResolvedAsUnpaidIsSubmittedAgain() throws Exception {
    String id = inDoubt();
    int creates = provider.creates().size();

    HttpResponse<String> answer = resolve(id, "{\"as\":\"unpaid\"}");

    assertThat(answer.statusCode()).isEqualTo(200);
    JsonNode job = ReconcileFixture.json(answer.body());
    assertThat(job.get("state").asText()).isEqualTo("ACCEPTED");
    assertThat(job.has("submittedAt")).isFalse();
    doubt.inTime("COMPLETE", id);
    assertThat(provider.creates()).hasSize(creates + 1);
  }

  @Test
  void aJobCanBeNamedAsTheLogNamesIt() throws Exception {
    String id = inDoubt();

    HttpResponse<String> answer =
        resolve("kling-3.0-turbo-" + id.substring(0, 8), "{\"as\":\"failed\"}");

    assertThat(ReconcileFixture.json(answer.body()).get("id").asText()).isEqualTo(id);
    assertThat(doubt.state(id)).isEqualTo("FAILED");
  }

  @Test
  void whatIsResolvedAsFailedIsToldSo() throws Exception {
    String id = inDoubt();

    HttpResponse<String> answer = resolve(id, "{\"as\":\"failed\"}");

    JsonNode job = ReconcileFixture.json(answer.body());
    assertThat(job.get("state").asText()).isEqualTo("FAILED");
    assertThat(job.has("finishedAt")).isTrue();
    assertThat(job.get("problem"))
        .isEqualTo(
            ReconcileFixture.json(
                """
                {"type":"urn:leonardo-routes:problem:given-up","title":"An operator gave it up",
                 "status":0,"detail":"it was in doubt, and was resolved as failed"}\
                """));
    await().untilAsserted(() -> assertThat(doubt.told(id)).containsExactly("in_doubt", "failed"));
  }

  @Test
  void aGenerationBelongsToOneJob() throws Exception {
    String one = inDoubt();
    String other = inDoubt();
    String paid = "{\"as\":\"paid\",\"generationId\":\"one-only\"}";

    assertThat(resolve(one, paid).statusCode()).isEqualTo(200);
    HttpResponse<String> answer = resolve(other, paid);

    assertProblem(
        answer,
        """
        {"type":"urn:leonardo-routes:problem:generation-taken",
         "title":"Another job has this generation","status":409,
         "detail":"generation one-only belongs to another job"}\
        """);
    assertThat(doubt.state(other)).isEqualTo("IN_DOUBT");
  }

  @Test
  void onlyAJobInDoubtCanBeResolved() throws Exception {
    CountDownLatch answered = new CountDownLatch(1);
    provider.onCreate(
        request -> {
          answered.await(Patience.LONG.toSeconds(), TimeUnit.SECONDS);
          return ScriptedProvider.json(400, "{\"error\":\"no\"}");
        });
    String id = doubt.accept("a koala");
    doubt.until("SUBMITTING", id);
    assertNotInDoubt(id, "SUBMITTING");
    answered.countDown();
    doubt.until("FAILED", id);
    assertNotInDoubt(id, "FAILED");

    String made = doubt.accept("a koala");
    doubt.until("RUNNING", made);
    assertNotInDoubt(made, "RUNNING");
    doubt.inTime("COMPLETE", made);
    assertNotInDoubt(made, "COMPLETE");
  }

  private static void assertNotInDoubt(String id, String state) throws Exception {
    for (String as : new String[] {"unpaid", "failed", "paid\",\"generationId\":\"g"}) {
      assertProblem(
          resolve(id, "{\"as\":\"" + as + "\"}"),
          """
          {"type":"urn:leonardo-routes:problem:not-in-doubt","title":"The job is not in doubt",
           "status":409,"detail":"job %s is %s: only an IN_DOUBT one can be resolved, or a late one as failed"}\
          """
              .formatted(id, state));
    }
  }

  @Test
  void aJobThatIsNotThereCannotBeResolved() throws Exception {
    assertProblem(
        resolve("nobody", "{\"as\":\"unpaid\"}"),
        """
        {"type":"urn:leonardo-routes:problem:no-such-job","title":"No such job","status":404,
         "detail":"there is no job nobody"}\
        """);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {"as":"Paid"}                          | as has to be paid, unpaid or failed
          {"as":null}                            | as has to be paid, unpaid or failed
          {}                                     | as has to be paid, unpaid or failed
          []                                     | as has to be paid, unpaid or failed
          "unpaid"                               | as has to be paid, unpaid or failed
          {"as":"unpaid","generationId":"g"}     | generationId goes only with as paid
          {"as":"failed","generationId":null}    | generationId goes only with as paid
          {"as":"unpaid","force":true}           | there are no other keys than as, generationId and confirm
          {"as":"unpaid","confirm":true}         | confirm has to be was-made, or is left out
          {"as":"unpaid","confirm":null}         | confirm has to be was-made, or is left out
          {"as":"failed","confirm":"was-made"}   | confirm goes only with as unpaid
          {"as":"paid"}                          | generationId has to be the provider's id, 1 to 200 printable ASCII characters without spaces
          {"as":"paid","generationId":""}        | generationId has to be the provider's id, 1 to 200 printable ASCII characters without spaces
          {"as":"paid","generationId":" g"}      | generationId has to be the provider's id, 1 to 200 printable ASCII characters without spaces
          {"as":"paid","generationId":".."}      | generationId has to be the provider's id, 1 to 200 printable ASCII characters without spaces
          {"as":"paid","generationId":7}         | generationId has to be the provider's id, 1 to 200 printable ASCII characters without spaces
          """)
  void whatIsNoDecisionIsRefused(String body, String detail) throws Exception {
    assertProblem(
        resolve("any", body),
        """
        {"type":"urn:leonardo-routes:problem:no-decision","title":"The decision cannot be used",
         "status":422,"detail":"%s%s"}\
        """
            .formatted(detail, DECISIONS));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          ``                             | 400 | empty
          {"as":"unpaid"                 | 400 | not-json
          {"as":"unpaid"} {}             | 400 | not-json
          {"as":"unpaid","as":"failed"}  | 400 | not-json
          """)
  void whatIsNotJsonIsRefused(String body, int status, String type) throws Exception {
    HttpResponse<String> answer = resolve("any", body);

    assertThat(answer.statusCode()).isEqualTo(status);
    assertThat(ReconcileFixture.json(answer.body()).get("type").asText())
        .isEqualTo("urn:leonardo-routes:problem:" + type);
  }

  @Test
  void aDecisionWithoutAnEndIsNotRead() throws Exception {
    HttpResponse<String> answer = resolve("any", "{\"as\":\"" + "x".repeat(300_000) + "\"}");

    assertThat(answer.statusCode()).isEqualTo(413);
  }

  @Test
  void headersThatCamelKnowsChangeNothing() throws Exception {
    String id = inDoubt();
    HttpRequest request =
        request(id, "{\"as\":\"failed\"}")
            .header("id", "nobody")
            .header("CamelHttpPath", "/nobody")
            .header("CamelBeanMethodName", "toString")
            .build();

    HttpResponse<String> answer = HttpClient.newHttpClient().send(request, BodyHandlers.ofString());

    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.headers().map()).doesNotContainKey("id");
    assertThat(doubt.state(id)).isEqualTo("FAILED");
  }

  @Test
  void whatABrowserMaySendToAnyAddressIsNotTaken() throws Exception {
    String id = inDoubt();
    HttpRequest form =
        request(id, "{\"as\":\"unpaid\"}").setHeader("Content-Type", "text/plain").build();

    HttpResponse<String> answer = HttpClient.newHttpClient().send(form, BodyHandlers.ofString());

    assertThat(answer.statusCode()).isEqualTo(415);
    assertThat(doubt.state(id)).isEqualTo("IN_DOUBT");
  }

  @Test
  void aDecisionThatIsRefusedIsNoRejectedRequest() throws Exception {
    resolve("nobody", "{\"as\":\"unpaid\"}");
    resolve("nobody", "{");
    String id = inDoubt();

    resolve(id, "{\"as\":\"failed\"}");

    await().untilAsserted(() -> assertThat(doubt.told(id)).containsExactly("in_doubt", "failed"));
    assertThat(doubt.told(EventType.REJECTED)).isZero();
  }

  @Test
  void manyAreResolvedAtOnceAndTheOthersAreCounted() throws Exception {
    String early = inDoubt();
    String late = inDoubt();
    CLOCK.tick(Duration.ofMinutes(1));
    Instant before = CLOCK.instant();
    CLOCK.tick(Duration.ofMinutes(1));
    String after = inDoubt();

    HttpResponse<String> answer =
        all(
            "{\"as\":\"failed\",\"state\":\"IN_DOUBT\",\"account\":\"default\",\"before\":\""
                + before
                + "\"}");

    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    JsonNode told = ReconcileFixture.json(answer.body());
    assertThat(told.get("as").asText()).isEqualTo("failed");
    assertThat(told.get("resolved").asInt()).isGreaterThanOrEqualTo(2);
    assertThat(told.get("left")).isEmpty();
    assertThat(doubt.state(early)).isEqualTo("FAILED");
    assertThat(doubt.state(late)).isEqualTo("FAILED");
    assertThat(doubt.state(after)).isEqualTo("IN_DOUBT");
    assertThat(history(early)).contains("\"from\":\"IN_DOUBT\",\"to\":\"FAILED\"");

    int creates = provider.creates().size();
    assertThat(all("{\"as\":\"unpaid\"}").body())
        .isEqualTo("{\"as\":\"unpaid\",\"resolved\":1,\"left\":[]}");
    doubt.inTime("COMPLETE", after);
    assertThat(provider.creates()).hasSize(creates + 1);
    assertThat(all("{\"as\":\"unpaid\"}").body())
        .isEqualTo("{\"as\":\"unpaid\",\"resolved\":0,\"left\":[]}");
  }

  private static String history(String id) throws Exception {
    return HttpClient.newHttpClient()
        .send(
            HttpRequest.newBuilder(URI.create(doubt.app.rest() + "/generations/" + id + "/history"))
                .build(),
            BodyHandlers.ofString())
        .body();
  }

  private static void problem(String id, String problem) {
    Jdbi.create("jdbc:sqlite:" + doubt.app.data().resolve("ledger.db"))
        .useHandle(at -> at.execute("UPDATE job SET problem = ? WHERE id = ?", problem, id));
  }

  /** A doubt whose answer named a generation, as a gateway passes on half of an answer. */
  private static String inDoubtThoughMade() {
    String id = inDoubt("{\"generate\":{\"generationId\":\"g-7\"}}");
    assertThat(doubt.job(id).at("/problem/answer").asText()).contains("g-7");
    CLOCK.tick(Duration.ofMinutes(10));
    return id;
  }

  @Test
  void whatTheProviderSaidItMadeIsSubmittedAgainOnlyByAWordForThatJobThatSaysSo() throws Exception {
    // Whatever other tests have left in doubt would be submitted too.
    all("{\"as\":\"failed\"}");
    String id = inDoubtThoughMade();
    int creates = provider.creates().size();

    assertThat(all("{\"as\":\"unpaid\"}").body()).contains("{\"why\":\"was-made\",\"jobs\":1}");
    assertProblem(
        resolve(id, "{\"as\":\"unpaid\"}"),
        """
        {"type":"urn:leonardo-routes:problem:was-made",
         "title":"The provider's answer names a generation","status":409,
         "detail":"the answer to the create of job %s names a generation (g-7), so it was probably made and billed: look for it on the provider's pages and resolve the job as paid. To submit it again all the same, and perhaps pay twice, send {\\"as\\":\\"unpaid\\",\\"confirm\\":\\"was-made\\"}"}\
        """
            .formatted(id));
    assertThat(doubt.state(id)).isEqualTo("IN_DOUBT");
    assertThat(provider.creates()).hasSize(creates);

    assertThat(resolve(id, "{\"as\":\"paid\",\"generationId\":\"g-7\"}").statusCode())
        .isEqualTo(200);
    doubt.inTime("COMPLETE", id);
  }

  @Test
  void whoSubmitsAgainWhatWasMadeIsWarnedAndSoIsWhoeverReadsTheLogs() throws Exception {
    String id = inDoubtThoughMade();
    String warning =
        "submitted again by an operator, although the answer to an earlier create names a"
            + " generation (g-7): it may be paid twice";
    HttpResponse<String> answer;
    try (LogCapture log = LogCapture.open();
        LogCapture audit = LogCapture.of("leonardo-audit")) {
      answer = resolve(id, "{\"as\":\"unpaid\",\"confirm\":\"was-made\"}");

      assertThat(log.warnings()).contains("WARN %s: %s".formatted(name(id), warning));
      assertThat(audit.with(id))
          .anySatisfy(line -> assertThat(line).contains("\"to\":\"ACCEPTED\"").contains(warning));
    }
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    assertThat(texts(ReconcileFixture.json(answer.body()).get("warnings")))
        .containsExactly(warning);
    doubt.inTime("COMPLETE", id);
    assertThat(texts(doubt.job(id).get("warnings"))).containsExactly(warning);
  }

  @Test
  void whoGivesUpWhatWasMadeIsWarnedTooAloneAndTogether() throws Exception {
    String one = inDoubtThoughMade();
    String another = inDoubtThoughMade();

    HttpResponse<String> answer = resolve(one, "{\"as\":\"failed\"}");
    assertThat(all("{\"as\":\"failed\"}").statusCode()).isEqualTo(200);

    String warning =
        "given up by an operator, although the answer to its create names a generation (g-7): it"
            + " may be paid";
    assertThat(texts(ReconcileFixture.json(answer.body()).get("warnings")))
        .containsExactly(warning);
    assertThat(doubt.state(another)).isEqualTo("FAILED");
    assertThat(texts(doubt.job(another).get("warnings"))).containsExactly(warning);
  }

  private static List<String> texts(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false).map(JsonNode::asText).toList();
  }

  private static String name(String id) {
    return "kling-3.0-turbo-" + id.substring(0, 8);
  }

  @Test
  void manyOfAnAccountWhoseKeyWasRemovedCanBeResolved() throws Exception {
    String gone = inDoubt();
    String other = inDoubt();
    Jdbi.create("jdbc:sqlite:" + doubt.app.data().resolve("ledger.db"))
        .useHandle(at -> at.execute("UPDATE job SET account = 'studio' WHERE id = ?", gone));

    String studio = "{\"as\":\"failed\",\"account\":\"studio\"}";
    assertThat(all(studio).body()).isEqualTo("{\"as\":\"failed\",\"resolved\":1,\"left\":[]}");

    assertThat(doubt.state(gone)).isEqualTo("FAILED");
    assertThat(doubt.state(other)).isEqualTo("IN_DOUBT");
    assertThat(all(studio).body()).isEqualTo("{\"as\":\"failed\",\"resolved\":0,\"left\":[]}");
    HttpResponse<String> unknown = all("{\"as\":\"failed\",\"account\":\"studi\"}");
    assertThat(ReconcileFixture.json(unknown.body()).get("detail").asText())
        .startsWith("account has to be one of [default, studio], or is left out: send {");
    assertThat(all("{\"as\":\"failed\"}").statusCode()).isEqualTo(200);
    Jdbi.create("jdbc:sqlite:" + doubt.app.data().resolve("ledger.db"))
        .useHandle(at -> at.execute("UPDATE job SET account = 'default' WHERE id = ?", gone));
  }

  @Test
  void aDoubtThatDoesNotSayWhenItsCallIsOverWaitsForTheLongestCall() throws Exception {
    String id = inDoubt();
    problem(id, "{}");

    assertThat(all("{\"as\":\"unpaid\"}").body()).contains("{\"why\":\"not-over-yet\",\"jobs\":1}");

    assertThat(doubt.state(id)).isEqualTo("IN_DOUBT");
    assertThat(resolve(id, "{\"as\":\"failed\"}").statusCode()).isEqualTo(200);
  }

  @Test
  void aCallThatMayNotBeOverIsLeftAndCounted() throws Exception {
    String id = inDoubt();
    problem(id, "{\"since\":\"" + CLOCK.instant().plusSeconds(60) + "\"}");

    assertThat(all("{\"as\":\"unpaid\"}").body()).contains("{\"why\":\"not-over-yet\",\"jobs\":1}");

    assertThat(doubt.state(id)).isEqualTo("IN_DOUBT");
    assertThat(all("{\"as\":\"failed\"}").statusCode()).isEqualTo(200);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {}                                   | as has to be unpaid or failed; paid is only for a single job
          {"as":"paid"}                        | as has to be unpaid or failed; paid is only for a single job
          {"as":"Unpaid"}                      | as has to be unpaid or failed; paid is only for a single job
          []                                   | as has to be unpaid or failed; paid is only for a single job
          {"as":"unpaid","state":"RUNNING"}    | state has to be IN_DOUBT, or is left out
          {"as":"unpaid","account":"nobody"}   | account has to be one of [default], or is left out
          {"as":"unpaid","account":null}       | account has to be a text
          {"as":"unpaid","before":"yesterday"} | before has to be a time such as 2026-07-01T00:00:00Z, or is left out
          {"as":"unpaid","confirm":"was-made"} | there are no other keys than as, state, account and before
          {"as":"unpaid","befor":"x"}          | there are no other keys than as, state, account and before
          """)
  void whatIsNoDecisionAboutManyIsRefusedAndNothingIsDone(String body, String detail)
      throws Exception {
    HttpResponse<String> answer = all(body);

    assertThat(answer.statusCode()).isEqualTo(422);
    assertThat(ReconcileFixture.json(answer.body()).get("detail").asText())
        .startsWith(detail + ": send {");
  }

  private static HttpResponse<String> all(String body) throws Exception {
    return HttpClient.newHttpClient()
        .send(
            HttpRequest.newBuilder(URI.create(doubt.app.rest() + "/resolve"))
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(body))
                .build(),
            BodyHandlers.ofString());
  }

  private static String inDoubt() {
    return inDoubt("{\"error\":\"Service Error\"}");
  }

  private static String inDoubt(String answered) {
    provider.onCreate(request -> ScriptedProvider.json(500, answered));
    String id = doubt.accept("a koala");
    doubt.until("IN_DOUBT", id);
    // What happens at the same time by the test's clock has no order.
    await().until(() -> doubt.told(id).contains("in_doubt"));
    return id;
  }

  private static HttpResponse<String> resolve(String id, String body)
      throws IOException, InterruptedException {
    return HttpClient.newHttpClient().send(request(id, body).build(), BodyHandlers.ofString());
  }

  private static HttpRequest.Builder request(String id, String body) {
    return HttpRequest.newBuilder(URI.create(doubt.app.rest() + "/generations/" + id + "/resolve"))
        .header("Content-Type", "application/json")
        .POST(BodyPublishers.ofString(body));
  }

  private static void assertProblem(HttpResponse<String> answer, String problem) {
    assertThat(answer.headers().firstValue("Content-Type")).hasValue("application/problem+json");
    assertThat(ReconcileFixture.json(answer.body())).isEqualTo(ReconcileFixture.json(problem));
    assertThat(answer.statusCode()).isEqualTo(ReconcileFixture.json(problem).get("status").asInt());
  }
}
