package io.leonardoroutes.upload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.leonardoroutes.fixture.App;
import io.leonardoroutes.fixture.LedgerRows;
import io.leonardoroutes.fixture.Patience;
import io.leonardoroutes.fixture.Pictures;
import io.leonardoroutes.fixture.RestClient;
import io.leonardoroutes.sandbox.Sandbox;
import io.leonardoroutes.sandbox.SandboxOptions;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import okio.Buffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UrlPicturesTest {
  @TempDir Path folder;

  private final Sandbox sandbox =
      Sandbox.start(SandboxOptions.defaults().withJobDuration(Duration.ofMillis(50)));
  private final MockWebServer pictures = new MockWebServer();
  private App app;
  private String host;

  @BeforeEach
  void start() throws Exception {
    pictures.start();
    host = "127.0.0.1:" + pictures.getPort();
    app =
        App.in(folder)
            .with("leonardo.base-url", sandbox.baseUrl())
            .with("leonardo.download.hosts", sandbox.host())
            .with("leonardo.uploads.settle", "1ms")
            .with("leonardo.rest.enabled", "true")
            .with("leonardo.uploads.hosts", host + ", localhost.example")
            .start();
  }

  @AfterEach
  void stop() {
    app.close();
    sandbox.close();
    pictures.close();
  }

  private HttpResponse<String> post(String url) throws Exception {
    return RestClient.of(app)
        .post(
            """
            {"model":"kling-3.0-turbo","parameters":{"prompt":"a koala","guidances":
             {"start_frame":[{"image":{"url":"%s"}}]}}}\
            """
                .formatted(url));
  }

  private JsonNode violation(HttpResponse<String> answer) throws Exception {
    assertThat(answer.statusCode()).isEqualTo(422);
    assertThat(LedgerRows.jobs(app)).isZero();
    JsonNode violation = RestClient.json(answer).at("/violations/0");
    assertThat(violation.path("pointer").asText())
        .isEqualTo("/parameters/guidances/start_frame/0/image/url");
    return violation;
  }

  private static MockResponse picture() {
    return new MockResponse.Builder().body(new Buffer().write(Pictures.png(20, 10))).build();
  }

  @Test
  void aPictureOfAListedHostIsFetchedAndUploaded() throws Exception {
    pictures.enqueue(picture());

    assertThat(post("http://" + host + "/start").statusCode()).isEqualTo(202);

    await().atMost(Patience.LONG).untilAsserted(() -> assertThat(sandbox.creates()).hasSize(1));
    JsonNode image =
        sandbox.creates().get(0).json().at("/parameters/guidances/start_frame/0/image");
    assertThat(image.path("type").asText()).isEqualTo("UPLOADED");
    assertThat(image.has("url")).isFalse();
    assertThat(pictures.takeRequest().getHeaders().get("Authorization")).isNull();
  }

  @Test
  void noOtherHostIsCalled() throws Exception {
    JsonNode violation = violation(post("https://example.com/start.png"));

    assertThat(violation.path("code").asText()).isEqualTo("not-allowed");
    assertThat(violation.path("message").asText())
        .isEqualTo(
            "the picture's host example.com:443 is not allowed: leonardo.uploads.hosts has "
                + host
                + ", localhost.example");
  }

  @Test
  void aRedirectIsNotFollowed() throws Exception {
    pictures.enqueue(
        new MockResponse.Builder().code(302).setHeader("Location", "https://example.com").build());

    assertThat(violation(post("http://" + host + "/start")).path("message").asText())
        .isEqualTo(
            "the picture could not be fetched, so send the request again later: its address"
                + " answered 302");
  }

  @Test
  void whatIsNoPictureIsSaid() throws Exception {
    pictures.enqueue(new MockResponse.Builder().body("<html>a page about it</html>").build());

    assertThat(violation(post("http://" + host + "/start")).path("code").asText())
        .isEqualTo("not-a-picture");
  }
}
