package io.leonardoroutes.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.leonardoroutes.fixture.FormBody;
import io.leonardoroutes.fixture.Pictures;
import io.leonardoroutes.fixture.TickingClock;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class ImageUploadTest {
  private static final TickingClock CLOCK =
      new TickingClock(Instant.parse("2026-03-09T14:14:40.429Z"));

  @RegisterExtension
  static final SandboxExtension SANDBOX =
      new SandboxExtension(SandboxOptions.defaults().withClock(CLOCK));

  private Sandbox sandbox;
  private Client client;

  @BeforeEach
  void aClient() {
    sandbox = SANDBOX.sandbox();
    client = new Client(sandbox);
  }

  private JsonNode begun(String extension) throws Exception {
    return Client.json(begin(extension)).get("uploadInitImage");
  }

  private HttpResponse<String> begin(String extension) throws Exception {
    return client.send(
        client
            .to("/v1/init-image")
            .header("content-type", "application/json")
            .POST(BodyPublishers.ofString("{\"extension\":\"" + extension + "\"}"))
            .build());
  }

  private static List<Map.Entry<String, JsonNode>> fields(JsonNode begun) {
    return new ArrayList<>(SandboxAnswer.parse(begun.get("fields").asText()).properties());
  }

  private static FormBody form(JsonNode begun) {
    FormBody form = new FormBody();
    fields(begun).forEach(field -> form.field(field.getKey(), field.getValue().asText()));
    return form;
  }

  private static FormBody picture(FormBody form) {
    return form.file("file", "start.png", "image/png", Pictures.png(4, 4));
  }

  private HttpResponse<String> upload(JsonNode begun, FormBody form, String... headers)
      throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(begun.get("url").asText()))
            .header("content-type", FormBody.type())
            .POST(BodyPublishers.ofByteArray(form.end()));
    return client
        .http()
        .send(
            (headers.length == 0 ? request : request.headers(headers)).build(),
            BodyHandlers.ofString());
  }

  private HttpResponse<String> createWith(String id) throws Exception {
    return client.send(
        client.creating(
            """
            {"model":"kling-3.0-turbo","parameters":{"prompt":"a koala","guidances":
             {"start_frame":[{"image":{"id":"%s","type":"UPLOADED"}}]}}}\
            """
                .formatted(id)));
  }

  @Test
  void anUploadedPictureCanBeUsed() throws Exception {
    JsonNode begun = begun("png");

    assertThat(upload(begun, picture(form(begun))).statusCode()).isEqualTo(204);

    assertThat(createWith(begun.get("id").asText()).statusCode()).isEqualTo(200);
    assertThat(sandbox.images()).isEqualTo(1);
    assertThat(sandbox.count(Door.UPLOAD)).isEqualTo(1);
    assertThat(sandbox.leakedAuthorizations()).isZero();
  }

  @Test
  void aPictureThatNeverCameIsNoPicture() throws Exception {
    var declined = createWith(begun("png").get("id").asText());

    assertThat(declined.statusCode()).isEqualTo(400);
    assertThat(Client.json(declined).get("error").asText()).isEqualTo("couldn't access image");
    assertThat(sandbox.creates()).isEmpty();
  }

  @Test
  void aPictureOfAnotherKindThanItsExtensionIsNoPicture() throws Exception {
    JsonNode begun = begun("jpg");

    assertThat(upload(begun, picture(form(begun))).statusCode()).isEqualTo(204);

    assertThat(createWith(begun.get("id").asText()).statusCode()).isEqualTo(400);
  }

  @Test
  void onlyPicturesThatTheProviderTakesAreBegun() throws Exception {
    assertThat(begin("gif").statusCode()).isEqualTo(400);
    assertThat(begin("webp").statusCode()).isEqualTo(200);
  }

  @Test
  void theAddressLivesTwoMinutes() throws Exception {
    JsonNode begun = begun("png");
    CLOCK.tick(Duration.ofMinutes(2).plusSeconds(1));

    var late = upload(begun, picture(form(begun)));

    assertThat(late.statusCode()).isEqualTo(403);
    assertThat(late.body()).contains("Policy expired");
    assertThat(sandbox.images()).isZero();
  }

  @Test
  void theFileIsTheLastField() throws Exception {
    JsonNode begun = begun("png");
    FormBody first = picture(new FormBody());
    fields(begun).forEach(field -> first.field(field.getKey(), field.getValue().asText()));

    assertThat(upload(begun, first).statusCode()).isEqualTo(400);
  }

  @Test
  void everyFieldIsNeededAsItIs() throws Exception {
    JsonNode begun = begun("png");
    FormBody without = new FormBody();
    fields(begun).stream()
        .skip(1)
        .forEach(field -> without.field(field.getKey(), field.getValue().asText()));

    assertThat(upload(begun, picture(without)).statusCode()).isEqualTo(403);
    assertThat(upload(begun, picture(form(begun).field("acl", "public"))).statusCode())
        .isEqualTo(403);
  }

  @Test
  void theKeyHasNoBusinessInAForm() throws Exception {
    JsonNode begun = begun("png");

    var answer = upload(begun, picture(form(begun)), "authorization", "Bearer k");

    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(sandbox.leakedAuthorizations()).isEqualTo(1);
  }

  @Test
  void aDeletedPictureIsNoPictureAnyMore() throws Exception {
    JsonNode begun = begun("png");
    String id = begun.get("id").asText();
    upload(begun, picture(form(begun)));

    var deleted = client.send(client.to("/v1/init-image/" + id).DELETE().build());

    assertThat(Client.json(deleted).at("/delete_init_images_by_pk/id").asText()).isEqualTo(id);
    assertThat(createWith(id).statusCode()).isEqualTo(400);
    assertThat(sandbox.images()).isZero();
  }
}
