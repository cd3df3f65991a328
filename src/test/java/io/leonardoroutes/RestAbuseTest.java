package io.leonardoroutes;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Callers who want more than a video. */
class RestAbuseTest {
  @TempDir Path folder;
  private App app;
  private Rest rest;

  @BeforeEach
  void open() throws Exception {
    app =
        App.in(folder)
            .with("leonardo.rest.enabled", "true")
            .with("leonardo.base-url", "http://127.0.0.1:1/api/rest")
            .with("leonardo.tick", "1h")
            .start();
    rest = Rest.of(app);
  }

  @AfterEach
  void close() {
    app.close();
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
        rest.send("POST", "/generations" + query, Drop.request("a"), headers);
    HttpResponse<String> answer = rest.send("POST", "/generations", Drop.request("a"), headers);

    assertThat(steered.statusCode()).isEqualTo(400);
    assertThat(Rest.json(steered).get("detail").asText())
        .isEqualTo("CamelHttpUri is no parameter of this call: dry-run is");
    JsonNode job = Rest.json(answer);
    assertThat(answer.statusCode()).isEqualTo(202);
    assertThat(answer.headers().map().keySet())
        .containsExactlyInAnyOrder("content-type", "location", "transfer-encoding");
    assertThat(answer.headers().firstValue("Location"))
        .contains("/generations/" + job.get("id").asText());
    Map<String, Object> row =
        Rows.of(app, "SELECT * FROM job WHERE id = '" + job.get("id").asText() + "'").get(0);
    assertThat(row).containsEntry("intake_key", null).containsEntry("sinks", "[]");
    HttpResponse<String> found =
        rest.send(
            "GET",
            "/generations/" + job.get("id").asText() + "?id=x&CamelHttpResponseCode=299",
            "",
            headers);
    assertThat(found.body()).isEqualTo(answer.body());
    assertThat(found.headers().map().keySet())
        .containsExactlyInAnyOrder("content-type", "transfer-encoding");
  }

  @Test
  void aWebPageCannotSpendMoneyUnderANameThatLeadsHere() throws Exception {
    HttpResponse<String> answer = rest.post(Drop.request("a"), "Origin", "http://evil:8080");

    assertThat(answer.statusCode()).isEqualTo(403);
    assertThat(Rest.json(answer).get("type").asText())
        .isEqualTo("urn:leonardo-routes:problem:origin");
    assertThat(Rows.jobs(app)).isZero();
  }

  @Test
  void aWebPageOfAnotherOriginCannotSpendMoney() throws Exception {
    String head =
        "POST /generations HTTP/1.1\r\nHost: a\r\nConnection: close\r\nOrigin: http://evil\r\n";
    String body = Drop.request("a");
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
    assertThat(Rows.jobs(app)).isZero();
  }
}
