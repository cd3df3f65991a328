package io.leonardoroutes.board;

import static org.assertj.core.api.Assertions.assertThat;

import io.leonardoroutes.fixture.App;
import io.leonardoroutes.fixture.LedgerRows;
import io.leonardoroutes.fixture.RestClient;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The pages of the board over HTTP, as a browser without JavaScript gets them. */
class BoardPagesTest {
  private static final String MARKUP = "<script>alert(1)</script>&\"'";

  @TempDir static Path folder;
  private static App app;
  private static RestClient rest;
  private static String id;

  @BeforeAll
  static void open() throws Exception {
    app =
        App.onlyRest(folder)
            .with("leonardo.board.enabled", "true")
            .with("leonardo.budget.per-day", "20")
            .start();
    rest = RestClient.of(app);
    String request =
        """
        {"reference":"javascript:alert(1)","tags":{"team":"<b>red"},"model":"kling-3.0-turbo",
         "parameters":{"prompt":"%s"}}\
        """
            .formatted(MARKUP.replace("\"", "\\\""));
    id = RestClient.json(rest.post(request)).get("id").asText();
  }

  @AfterAll
  static void close() {
    app.close();
  }

  private static String page(String path) throws Exception {
    HttpResponse<String> answer = rest.get(path);
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    assertThat(answer.headers().firstValue("Content-Type")).hasValue("text/html; charset=utf-8");
    return answer.body();
  }

  @Test
  void theOverviewShowsHowEverythingStands() throws Exception {
    String page = page("/board");

    assertThat(page).contains("<h1>Overview</h1>", "Queued", "outbox", "of $20.00", "Paid calls");
  }

  @Test
  void aJobIsListedAndShown() throws Exception {
    assertThat(page("/board/jobs?state=ACCEPTED")).contains("/board/jobs/" + id);
    assertThat(page("/board/jobs?state=RUNNING")).contains("No job is like that.");
    assertThat(page("/board/jobs/" + id)).contains("The request as it is sent", "What is known");
    assertThat(page("/board/doubts")).contains("There is no doubt.");
    assertThat(page("/board/sinks")).contains("outbox");
  }

  @Test
  void aJobIsFoundByIdNameReferenceAndTag() throws Exception {
    String link = "/board/jobs/" + id;
    assertThat(rest.get("/board/jobs?q=" + id).headers().firstValue("Location")).hasValue(link);
    assertThat(rest.get("/board/jobs?q=" + id).statusCode()).isEqualTo(303);
    assertThat(page("/board/jobs?q=javascript:alert(1)")).contains(link);
    assertThat(page("/board/jobs?q=team:%3Cb%3Ered")).contains(link);
    assertThat(page("/board/jobs?q=team:blue")).doesNotContain(link);
  }

  @Test
  void whatComesFromOutsideIsEscaped() throws Exception {
    for (String path : new String[] {"/board", "/board/jobs", "/board/jobs/" + id}) {
      assertThat(page(path)).doesNotContain("<script>alert", "<b>red", "href=\"javascript");
    }
    assertThat(page("/board/jobs/" + id)).contains("&lt;script&gt;alert(1)&lt;/script&gt;&amp;");
    HttpResponse<String> search = rest.get("/board/jobs?q=%22%3E%3Cscript%3E");
    assertThat(search.body()).contains("value=\"&quot;&gt;&lt;script&gt;\"");
  }

  @Test
  void anImpossibleValueIsAnsweredAsAPage() throws Exception {
    HttpResponse<String> answer = rest.get("/board/jobs?state=%3Cscript%3E");

    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(answer.body()).contains("state &#39;&lt;script&gt;&#39; is not one of");
    assertThat(rest.get("/board/jobs/none").statusCode()).isEqualTo(404);
    assertThat(rest.get("/board/jobs/none").body()).contains("there is no job none");
  }

  @Test
  void aPageLetsNothingInFromOtherHosts() throws Exception {
    HttpResponse<String> answer = rest.get("/board");

    assertThat(answer.headers().firstValue("Content-Security-Policy").orElseThrow())
        .contains("default-src 'none'", "frame-ancestors 'none'", "form-action 'self'")
        .doesNotContain("unsafe");
    assertThat(answer.headers().firstValue("X-Content-Type-Options")).hasValue("nosniff");
    assertThat(answer.headers().firstValue("Cache-Control")).hasValue("no-store");
    assertThat(answer.body()).doesNotContain("http:", "https:", "style=", "onclick");
  }

  @Test
  void aPageThatHasNotChangedIsNotSentAgain() throws Exception {
    String tag = rest.get("/board/jobs").headers().firstValue("ETag").orElseThrow();

    HttpResponse<String> again = rest.send("GET", "/board/jobs", "", "If-None-Match", tag);

    assertThat(again.statusCode()).isEqualTo(304);
    assertThat(again.body()).isEmpty();
  }

  @Test
  void styleAndScriptComeFromTheJar() throws Exception {
    HttpResponse<String> script = rest.get("/board/files/board.js?v=1");
    String tag = script.headers().firstValue("ETag").orElseThrow();

    assertThat(script.headers().firstValue("Content-Type"))
        .hasValue("text/javascript; charset=utf-8");
    assertThat(rest.send("GET", "/board/files/board.js", "", "If-None-Match", tag).statusCode())
        .isEqualTo(304);
    assertThat(rest.get("/board/files/board.css").statusCode()).isEqualTo(200);
    assertThat(rest.get("/board/files/..%2fhead.mustache").statusCode()).isEqualTo(404);
    assertThat(rest.get("/board/files/head.mustache").statusCode()).isEqualTo(404);
  }

  @Test
  void rejectedRequestsAreCountedByRule() throws Exception {
    rest.post("{\"model\":\"kling-3.0-turbo\",\"parameters\":{\"prompt\":\"a\",\"duration\":99}}");
    rest.post("{\"model\":\"kling-3.0-turbo\",\"parameters\":{\"prompt\":\"a\",\"duration\":98}}");

    // read anew, and not as it was a moment ago
    assertThat(page("/board?did=resume").replaceAll("\\s+", " "))
        .containsPattern("<code>range at /parameters/duration</code>.{1,200}<td[^>]*>2</td>");
  }

  @Test
  void aHostNameOfOthersSeesNoPage() throws Exception {
    String answer =
        rest.raw("GET /board HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n");

    assertThat(answer).startsWith("HTTP/1.1 421");
    assertThat(LedgerRows.jobs(app)).isEqualTo(1);
  }

  @Test
  void inAnApplicationTheBoardIsOffUntilItIsSwitchedOn(@TempDir Path other) throws Exception {
    try (App host = App.onlyRest(other).start()) {
      assertThat(RestClient.of(host).get("/board").statusCode()).isEqualTo(404);
      assertThat(RestClient.of(host).get("/generations").statusCode()).isEqualTo(200);
    }
  }

  @Test
  void noTemplateWritesAValueWithoutEscapingIt() throws Exception {
    Path templates = Path.of("src/main/resources/leonardo-routes/board");
    try (Stream<Path> files = Files.list(templates)) {
      for (Path file : files.filter(one -> one.toString().endsWith(".mustache")).toList()) {
        assertThat(Files.readString(file))
            .as(file.toString())
            .doesNotContain("{{{", "{{&", "style=", "<script>", " onclick", "javascript:");
      }
    }
  }
}
