package io.leonardoroutes.upload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.leonardoroutes.fixture.App;
import io.leonardoroutes.fixture.FormBody;
import io.leonardoroutes.fixture.LedgerRows;
import io.leonardoroutes.fixture.Patience;
import io.leonardoroutes.fixture.Pictures;
import io.leonardoroutes.fixture.RestClient;
import io.leonardoroutes.sandbox.Door;
import io.leonardoroutes.sandbox.Fault;
import io.leonardoroutes.sandbox.Sandbox;
import io.leonardoroutes.sandbox.SandboxOptions;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RestPicturesTest {
  private static final String REQUEST =
      """
      {"model":"kling-3.0-turbo","parameters":{"prompt":"a koala","guidances":
       {"start_frame":[{"image":{"file":"start"}}]}}}\
      """;

  @TempDir Path folder;

  private final Sandbox sandbox =
      Sandbox.start(SandboxOptions.defaults().withJobDuration(Duration.ofMillis(50)));
  private final HttpClient http = HttpClient.newHttpClient();
  private App app;

  @BeforeEach
  void start() throws Exception {
    app =
        App.in(folder)
            .with("leonardo.base-url", sandbox.baseUrl())
            .with("leonardo.download.hosts", sandbox.host())
            .with("leonardo.uploads.settle", "1ms")
            .with("leonardo.uploads.max-bytes", "100000")
            .with("leonardo.rest.enabled", "true")
            .start();
  }

  @AfterEach
  void stop() {
    app.close();
    sandbox.close();
  }

  private HttpResponse<String> post(String path, String type, byte[] body) throws Exception {
    return http.send(
        HttpRequest.newBuilder(URI.create(app.rest() + path))
            .timeout(Patience.LONG)
            .header("content-type", type)
            .POST(BodyPublishers.ofByteArray(body))
            .build(),
        BodyHandlers.ofString());
  }

  private HttpResponse<String> form(FormBody form) throws Exception {
    return post("/generations", FormBody.type(), form.end());
  }

  private static JsonNode violation(HttpResponse<String> answer) throws Exception {
    return RestClient.json(answer).at("/violations/0");
  }

  private void submitted(int jobs) {
    await().atMost(Patience.LONG).untilAsserted(() -> assertThat(sandbox.creates()).hasSize(jobs));
  }

  @Test
  void aPictureIsUploadedOnceAndItsIdCanBeUsed() throws Exception {
    byte[] png = Pictures.png(20, 10);

    HttpResponse<String> first = post("/uploads", "image/png", png);
    HttpResponse<String> again = post("/uploads", "image/jpeg", png);

    JsonNode picture = RestClient.json(first);
    assertThat(first.statusCode()).isEqualTo(201);
    assertThat(picture.path("type").asText()).isEqualTo("UPLOADED");
    assertThat(picture.path("width").asInt()).isEqualTo(20);
    assertThat(picture.path("height").asInt()).isEqualTo(10);
    assertThat(picture.path("sha256").asText()).hasSize(64);
    assertThat(again.statusCode()).isEqualTo(200);
    assertThat(RestClient.json(again)).isEqualTo(picture);
    assertThat(sandbox.count(Door.INIT_IMAGE)).isEqualTo(1);

    String id = picture.path("id").asText();
    String used =
        REQUEST.replace("\"file\":\"start\"", "\"id\":\"" + id + "\",\"type\":\"UPLOADED\"");
    assertThat(RestClient.of(app).post(used).statusCode()).isEqualTo(202);
    submitted(1);
  }

  @Test
  void anIdThatTheProviderRefusesIsUploadedAnewOnce() throws Exception {
    String id =
        RestClient.json(post("/uploads", "image/png", Pictures.png(20, 10))).path("id").asText();
    Fault refused = Fault.refused(400, "invalid init image id");
    sandbox.next(Door.CREATE, refused);
    String used =
        REQUEST.replace("\"file\":\"start\"", "\"id\":\"" + id + "\",\"type\":\"UPLOADED\"");
    assertThat(RestClient.of(app).post(used).statusCode()).isEqualTo(202);

    submitted(1);
    assertThat(sandbox.count(Door.CREATE)).isEqualTo(2);
    assertThat(sandbox.count(Door.UPLOAD)).isEqualTo(2);
  }

  @Test
  void whatIsNoPictureIsSaid() throws Exception {
    HttpResponse<String> text =
        post("/uploads", "image/png", "no picture".getBytes(StandardCharsets.UTF_8));
    HttpResponse<String> long1 = post("/uploads", "image/png", new byte[100_001]);
    HttpResponse<String> json = post("/uploads", "application/json", Pictures.png(4, 4));

    assertThat(text.statusCode()).isEqualTo(422);
    assertThat(violation(text).path("code").asText()).isEqualTo("truncated");
    assertThat(long1.statusCode()).isEqualTo(413);
    assertThat(json.statusCode()).isEqualTo(415);
    assertThat(sandbox.count(Door.INIT_IMAGE)).isZero();
  }

  @Test
  void anUploadThatFailsIsTriedAgainWhileTheCallWaits() throws Exception {
    sandbox.next(Door.INIT_IMAGE, Fault.refused(503, "away"));

    assertThat(post("/uploads", "image/png", Pictures.png(20, 10)).statusCode()).isEqualTo(201);
  }

  @Test
  void aFormHasTheRequestAndItsPictures() throws Exception {
    HttpResponse<String> answer =
        form(
            new FormBody()
                .file("start", "whatever.gif", "image/gif", Pictures.jpg(20, 10))
                .field("request", REQUEST));

    assertThat(answer.statusCode()).isEqualTo(202);
    submitted(1);
    JsonNode image =
        sandbox.creates().get(0).json().at("/parameters/guidances/start_frame/0/image");
    assertThat(image.path("type").asText()).isEqualTo("UPLOADED");
    assertThat(image.size()).isEqualTo(2);
  }

  @Test
  void aRetryHasThePicturesOfItsJob() throws Exception {
    Fault refused = Fault.refused(400, "content moderation filter: koala");
    sandbox.next(Door.CREATE, refused);
    HttpResponse<String> first =
        form(
            new FormBody()
                .file("start", "a", "image/png", Pictures.png(20, 10))
                .field("request", REQUEST));
    String job = "/generations/" + RestClient.json(first).path("id").asText();
    RestClient client = RestClient.of(app);
    await()
        .atMost(Patience.LONG)
        .untilAsserted(() -> assertThat(client.get(job).body()).contains("FAILED"));

    assertThat(client.send("POST", job + "/retry", "").statusCode()).isEqualTo(202);

    submitted(1);
    assertThat(sandbox.count(Door.UPLOAD)).isEqualTo(1);
  }

  @Test
  void thePicturesAreContentOfTheRequest() throws Exception {
    String named = REQUEST.replace("{\"model\"", "{\"reference\":\"r1\",\"model\"");
    FormBody one =
        new FormBody()
            .field("request", named)
            .file("start", "a", "image/png", Pictures.png(4, 4, 1));
    FormBody same =
        new FormBody()
            .field("request", named)
            .file("start", "b", "image/png", Pictures.png(4, 4, 1));
    FormBody other =
        new FormBody()
            .field("request", named)
            .file("start", "a", "image/png", Pictures.png(4, 4, 2));

    assertThat(form(one).statusCode()).isEqualTo(202);
    assertThat(form(same).statusCode()).isEqualTo(200);
    assertThat(form(other).statusCode()).isEqualTo(409);
  }

  @Test
  void aPictureThatIsNoPartOfTheFormIsSaidAtItsPointer() throws Exception {
    HttpResponse<String> answer = form(new FormBody().field("request", REQUEST));

    assertThat(answer.statusCode()).isEqualTo(422);
    assertThat(violation(answer).path("pointer").asText())
        .isEqualTo("/parameters/guidances/start_frame/0/image/file");
    assertThat(violation(answer).path("message").asText())
        .isEqualTo("the form has no part of this name: add it");
  }

  @Test
  void aRequestWithoutAFormSaysWhatToDo() throws Exception {
    HttpResponse<String> answer = RestClient.of(app).post(REQUEST);

    assertThat(answer.statusCode()).isEqualTo(422);
    assertThat(violation(answer).path("message").asText())
        .isEqualTo(
            "a request that comes this way has no files: POST the picture to /uploads, and use the"
                + " id in the answer");
  }

  @Test
  void aFormThatCannotBeReadSaysWhy() throws Exception {
    byte[] whole = new FormBody().field("request", REQUEST).end();
    byte[] half = java.util.Arrays.copyOf(whole, whole.length / 2);

    assertThat(post("/generations", FormBody.type(), half).statusCode()).isEqualTo(400);
    assertThat(post("/generations", "multipart/form-data", whole).statusCode()).isEqualTo(400);
    assertThat(form(new FormBody().field("other", "x")).body()).contains("no part `request`");
    assertThat(post("/resolve", FormBody.type(), whole).statusCode()).isEqualTo(415);
    assertThat(LedgerRows.jobs(app)).isZero();
  }
}
