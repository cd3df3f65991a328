package io.leonardoroutes.rest;

import static org.assertj.core.api.Assertions.assertThat;

import io.leonardoroutes.fixture.App;
import io.leonardoroutes.fixture.InboxFixture;
import io.leonardoroutes.fixture.RestClient;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a caller has already is not sent again. */
class ETagTest {
  @TempDir static Path folder;
  private static App app;
  private static RestClient rest;
  private static String job;
  private static String tag;

  @BeforeAll
  static void start() throws Exception {
    app = App.onlyRest(folder).start();
    rest = RestClient.of(app);
    HttpResponse<String> accepted = rest.post(InboxFixture.request("a"));
    job = "/generations/" + RestClient.json(accepted).get("id").asText();
    tag = tag(accepted);
  }

  @AfterAll
  static void stop() {
    app.close();
  }

  private static String tag(HttpResponse<String> answer) {
    return answer.headers().firstValue("ETag").orElseThrow();
  }

  private static HttpResponse<String> get(String path, String known) throws Exception {
    return rest.send("GET", path, "", "If-None-Match", known);
  }

  @Test
  void aJobHasTheTagThatItsAcceptanceTold() throws Exception {
    HttpResponse<String> answer = rest.get(job);

    assertThat(tag).matches("\"[0-9a-f]{32}\"");
    assertThat(tag(answer)).isEqualTo(tag);
    assertThat(tag(rest.get("/generations"))).isNotEqualTo(tag);
  }

  @Test
  void aCallerWithTheCurrentTagGetsNoBody() throws Exception {
    for (String known :
        List.of(tag, "W/" + tag, "*", "\"a\", " + tag, "\"a,b\" ,W/" + tag + ",\"c\"", " * ")) {
      HttpResponse<String> answer = get(job, known);

      assertThat(answer.statusCode()).as(known).isEqualTo(304);
      assertThat(answer.body()).isEmpty();
      assertThat(answer.headers().map().keySet()).containsExactly("etag");
      assertThat(tag(answer)).isEqualTo(tag);
    }
  }

  @Test
  void aCallerWithAnotherTagGetsTheWholeBody() throws Exception {
    String bare = tag.replace("\"", "");
    for (String known : List.of("\"a\"", bare, "w/" + tag + "x", "\"" + bare, "\"*\"", "", "* ,")) {
      assertThat(get(job, known).statusCode()).as(known).isEqualTo(200);
    }
  }

  @Test
  void theListTheModelsAndTheDescriptionHaveTagsToo() throws Exception {
    for (String path :
        List.of(
            "/generations?limit=1",
            job + "/history",
            "/costs",
            "/models",
            "/models/kling-3.0-turbo/schema",
            "/openapi.json")) {
      assertThat(get(path, tag(rest.get(path))).statusCode()).as(path).isEqualTo(304);
    }
  }

  @Test
  void aJobThatChangedHasAnotherTag() throws Exception {
    HttpResponse<String> accepted = rest.post(InboxFixture.request("b"));
    String other = "/generations/" + RestClient.json(accepted).get("id").asText();
    HttpResponse<String> cancelled = rest.send("DELETE", other, "", "If-None-Match", tag(accepted));

    assertThat(cancelled.statusCode()).isEqualTo(200);
    assertThat(get(other, tag(accepted)).statusCode()).isEqualTo(200);
    assertThat(get(other, tag(cancelled)).statusCode()).isEqualTo(304);
  }

  @Test
  void aProblemHasNoTag() throws Exception {
    assertThat(get("/generations/none", "*").statusCode()).isEqualTo(404);
    assertThat(rest.post("{}", "If-None-Match", "*").statusCode()).isEqualTo(422);
  }
}
