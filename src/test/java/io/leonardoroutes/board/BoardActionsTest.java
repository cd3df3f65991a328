package io.leonardoroutes.board;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.leonardoroutes.fixture.LedgerRows;
import io.leonardoroutes.fixture.Patience;
import io.leonardoroutes.fixture.RestClient;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The buttons of the board over HTTP, as a browser without JavaScript sends their forms. */
class BoardActionsTest {
  @TempDir static Path folder;
  private static BoardStory story;
  private static RestClient rest;
  private static String origin;

  @BeforeAll
  static void open() throws Exception {
    story = BoardStory.open(folder);
    rest = story.rest;
    origin = story.flow.app().rest();
  }

  @AfterAll
  static void close() throws Exception {
    story.close();
  }

  private static HttpResponse<String> press(String path, String form, String... headers)
      throws Exception {
    String[] all = new String[headers.length + 2];
    System.arraycopy(headers, 0, all, 2, headers.length);
    all[0] = "Content-Type";
    all[1] = "application/x-www-form-urlencoded";
    return rest.send("POST", path, form, all);
  }

  private static String pressed(String path, String form) throws Exception {
    HttpResponse<String> answer = press(path, form, "Origin", origin);
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(303);
    return answer.headers().firstValue("Location").orElseThrow();
  }

  private static String waiting(String reference) throws Exception {
    return waiting(reference, 15);
  }

  /** Of a duration whose price no job has told yet. */
  private static String waiting(String reference, int seconds) throws Exception {
    return story.accept(BoardStory.request(reference, "a", ",\"duration\":" + seconds));
  }

  @Test
  void aJobIsCancelledOnceTheOperatorHasSaidSo() throws Exception {
    String path = "/board/jobs/" + waiting("cancel");

    String asks = rest.get(path + "/cancel").body();
    assertThat(asks)
        .contains("Cancel cancel-", "method=\"post\"", "What it costs:</strong> Nothing");
    assertThat(pressed(path + "/cancel", "x=1")).isEqualTo(path + "?did=cancel");
    assertThat(story.flow.state(path.substring(12))).isEqualTo("CANCELLED");
    assertThat(rest.get(path + "?did=cancel").body()).contains("Cancelled.", "Retry");
    assertThat(rest.get(path + "/cancel").statusCode()).isEqualTo(409);
    assertThat(press(path + "/cancel", "x=1", "Origin", origin).body())
        .contains("Too late to cancel");
  }

  @Test
  void approvalSaysThePriceAndIsAsked() throws Exception {
    String approved = waiting("approve", 14);
    String rejected = waiting("reject", 14);

    assertThat(rest.get("/board/jobs/" + approved + "/approve").body()).contains("$3.3488");
    pressed("/board/jobs/" + approved + "/approve", "x=1");
    pressed("/board/jobs/" + rejected + "/reject", "x=1");

    story.flow.until(approved, "COMPLETE");
    assertThat(story.flow.state(rejected)).isEqualTo("CANCELLED");
    assertThat(story.flow.job(rejected).at("/problem/title").asText()).contains("rejected");
  }

  @Test
  void aDoubtIsSettledEachWay() throws Exception {
    String paid = story.doubt("paid");
    String unpaid = story.doubt("unpaid");
    String failed = story.doubt("failed");
    story.callsAreOver();

    assertThat(rest.get("/board/doubts").body()).contains(paid, unpaid, failed);
    assertThat(rest.get("/board/jobs/" + unpaid + "/unpaid").body()).contains("it is paid twice");
    pressed("/board/jobs/" + paid + "/paid", "generationId=gen-of-the-pages");
    pressed("/board/jobs/" + failed + "/failed", "x=1");
    pressed("/board/jobs/" + unpaid + "/unpaid", "x=1");

    assertThat(story.flow.until(paid, "COMPLETE").get("generationId").asText())
        .isEqualTo("gen-of-the-pages");
    assertThat(story.flow.job(failed).at("/problem/type").asText()).endsWith("given-up");
    story.flow.until(unpaid, "COMPLETE");
    assertThat(press("/board/jobs/" + paid + "/paid", "x=1", "Origin", origin).statusCode())
        .isEqualTo(422);
  }

  @Test
  void aRetryIsANewJobAndAsksAgainWhereItMayBePaidTwice() throws Exception {
    String path = "/board/jobs/" + story.doubt("given-up");
    pressed(path + "/failed", "x=1");

    HttpResponse<String> again = press(path + "/retry", "x=1", "Origin", origin);
    assertThat(again.statusCode()).isEqualTo(409);
    assertThat(again.body()).contains("name=\"confirm\"", "it may be paid twice");
    int before = story.provider.creates().size();
    String retry = pressed(path + "/retry", "confirm=may-be-billed");
    assertThat(pressed(path + "/retry", "confirm=may-be-billed")).isEqualTo(retry);

    String id = retry.replaceAll(".*/|[?].*", "");
    story.flow.until(id, "COMPLETE");
    assertThat(story.provider.creates()).hasSize(before + 1);
    assertThat(rest.get(retry).body()).contains("This is the new job.", "Retry of");
  }

  @Test
  void deadDeliveriesAreMadeAgain() throws Exception {
    String id = story.accept(BoardStory.request("dead", "a", ",\"duration\":3"));
    story.flow.until(id, "COMPLETE");
    story.dead("erp");
    String page = rest.get("/board/sinks/erp").body();
    assertThat(page).contains("Redeliver all dead", "/board/jobs/" + id, "No consumers");
    String one = page.replaceAll("(?s).*href=\"(/board/sinks/erp/deliveries/[^\"]+)\".*", "$1");

    assertThat(rest.get("/board/sinks/erp/redeliver").body()).contains("with the same event ids");
    assertThat(rest.get(one).body()).contains("Redeliver to erp?");
    assertThat(pressed(one, "x=1")).isEqualTo("/board/sinks/erp?did=redeliver");
    story.dead("erp");
    assertThat(pressed("/board/sinks/erp/redeliver", "x=1"))
        .isEqualTo("/board/sinks/erp?did=redeliver");
    assertThat(rest.get("/board/sinks/none").statusCode()).isEqualTo(404);
    assertThat(press("/board/sinks/none/redeliver", "x=1", "Origin", origin).statusCode())
        .isEqualTo(404);
  }

  @Test
  void whatIsPausedIsSaidAndGoesOn() throws Exception {
    for (String what : List.of("account/default", "submitting/all", "intake/file")) {
      String path = "/board/pauses/" + what;
      String reason = URLEncoder.encode("the <b>key</b> is wrong", StandardCharsets.UTF_8);
      assertThat(rest.get(path + "/pause").body()).contains("What it costs:</strong> Nothing");
      assertThat(pressed(path + "/pause", "reason=" + reason)).isEqualTo("/board?did=pause");
      assertThat(rest.get("/board?did=pause").body())
          .contains("Paused, on all instances.", "the &lt;b&gt;key&lt;/b&gt; is wrong");
      assertThat(rest.get("/pauses").body()).contains("key");
      assertThat(rest.get(path + "/resume").body()).contains("for all instances");
      pressed(path + "/resume", "x=1");
      assertThat(rest.get("/pauses").body()).doesNotContain("key");
    }
    assertThat(rest.get("/board/pauses/intake/none/pause").statusCode()).isEqualTo(404);
    assertThat(rest.get("/board/pauses/intake/file/stop").statusCode()).isEqualTo(404);
  }

  @Test
  void aDrainPausesEverythingAndIsTakenBack() throws Exception {
    String path = "/board/pauses/all/all";

    assertThat(rest.get(path + "/pause").body()).contains("Drain everything?");
    pressed(path + "/pause", "x=1");
    assertThat(rest.get("/pauses").body()).contains("submitting", "file", "rest", "jms", "other");
    assertThat(press("/board/jobs/x/cancel", "x=1", "Origin", origin).statusCode()).isEqualTo(404);
    pressed(path + "/resume", "x=1");
    assertThat(rest.get("/pauses").body()).isEqualTo("{\"items\":[]}");
  }

  @Test
  void aLimitIsChangedAndTakenBack() throws Exception {
    String path = "/board/limits/accounts.default.concurrent";

    assertThat(rest.get(path + "/set").body()).contains("It is 10 now.");
    assertThat(pressed(path + "/set", "value=7&reason=slow")).isEqualTo("/board?did=limit");
    assertThat(rest.get("/board?did=limit").body().replaceAll("\\s+", " "))
        .containsPattern("accounts.default.concurrent.{1,250}slow; settings: 10.{1,60}>7<")
        .contains("of 7</span>");
    assertThat(press(path + "/set", "value=many", "Origin", origin).statusCode()).isEqualTo(422);
    assertThat(press(path + "/set", "value=0", "Origin", origin).statusCode()).isEqualTo(422);
    assertThat(rest.get(path + "/remove").body()).contains("10 in place of 7");
    pressed(path + "/remove", "x=1");
    assertThat(rest.get("/limits").body()).doesNotContain("slow");
    assertThat(rest.get("/board/limits/none/set").statusCode()).isEqualTo(404);
  }

  @Test
  void aVideoIsFetchedAgain() throws Exception {
    String id = story.accept(BoardStory.request("again", "a", ",\"duration\":3"));
    story.flow.until(id, "COMPLETE");
    String path = "/board/jobs/" + id;
    await().atMost(Patience.LONG).until(() -> rest.get(path).body().contains("<video"));
    Files.delete(story.flow.app().data().resolve("videos").resolve(id + ".mp4"));
    assertThat(rest.get(path).body()).contains("Our copy was deleted", "Fetch the video again");

    pressed(path + "/fetch", "x=1");

    await().atMost(Patience.LONG).until(() -> rest.get(path).body().contains("<video"));
  }

  @Test
  void onlyAPageOfThisServerMaySendAForm() throws Exception {
    String path = "/board/jobs/" + waiting("foreign") + "/cancel";
    String host = URI.create(origin).getAuthority();

    for (String foreign :
        List.of("null", "http://evil.example", "http://127.0.0.1", origin + ".evil.example")) {
      assertThat(press(path, "x=1", "Origin", foreign).statusCode()).as(foreign).isEqualTo(403);
    }
    assertThat(press(path, "x=1").statusCode()).isEqualTo(403);
    String twice =
        rest.raw(
            "POST %s HTTP/1.1\r\nHost: %s\r\nOrigin: %s\r\nOrigin: http://evil\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
                .formatted(path, host, origin));
    assertThat(twice).startsWith("HTTP/1.1 403");
    assertThat(LedgerRows.of(story.flow.app(), "SELECT state FROM job WHERE reference = 'foreign'"))
        .extracting(row -> row.get("state"))
        .containsExactly("ACCEPTED");
  }

  @Test
  void anAnswerToAFormIsNoSecretForOtherPages() throws Exception {
    HttpResponse<String> answer = rest.send("GET", "/board", "", "Origin", "http://evil.example");

    assertThat(answer.statusCode()).isEqualTo(403);
    assertThat(answer.headers().map()).doesNotContainKey("access-control-allow-origin");
  }
}
