package io.leonardoroutes.upload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.leonardoroutes.fixture.App;
import io.leonardoroutes.fixture.InboxFixture;
import io.leonardoroutes.fixture.LedgerRows;
import io.leonardoroutes.fixture.Patience;
import io.leonardoroutes.fixture.Pictures;
import io.leonardoroutes.fixture.TickingClock;
import io.leonardoroutes.sandbox.Create;
import io.leonardoroutes.sandbox.Door;
import io.leonardoroutes.sandbox.Fault;
import io.leonardoroutes.sandbox.Sandbox;
import io.leonardoroutes.sandbox.SandboxOptions;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FolderPicturesTest {
  @TempDir Path folder;

  private final Sandbox sandbox =
      Sandbox.start(SandboxOptions.defaults().withJobDuration(Duration.ofMillis(50)));
  private App app;
  private InboxFixture inbox;

  @BeforeEach
  void start() throws Exception {
    app =
        App.in(folder)
            .with("leonardo.base-url", sandbox.baseUrl())
            .with("leonardo.download.hosts", sandbox.host())
            .with("leonardo.uploads.settle", "1ms")
            .with("leonardo.file.patience", "50ms")
            .with("leonardo.file.enabled", "true");
    inbox = InboxFixture.into(app.inbox());
  }

  @AfterEach
  void stop() {
    app.close();
    sandbox.close();
  }

  private static String request(String... pictures) {
    String all =
        String.join(
            ",",
            Arrays.stream(pictures)
                .map(name -> "{\"image\":{\"file\":\"" + name + "\"}}")
                .toList());
    return """
    {"model":"kling-video-o-3","parameters":{"prompt":"a koala","duration":5,"guidances":
     {"image_reference":[%s]}}}\
    """
        .formatted(all);
  }

  private static void soon(ThrowingCallable fact) {
    await().atMost(Patience.LONG).untilAsserted(fact::call);
  }

  private void accepted(String name) {
    soon(() -> assertThat(inbox.accepted(name)).exists());
  }

  private JsonNode violation(String name) throws Exception {
    soon(() -> assertThat(inbox.rejected(name + ".reason.json")).exists());
    return inbox.reason(name).at("/violations/0");
  }

  private Stream<String> keptFiles() throws IOException {
    try (Stream<Path> files = Files.list(app.data().resolve("uploads"))) {
      return files.map(file -> file.getFileName().toString()).toList().stream();
    }
  }

  @Test
  void aPictureBesideTheRequestIsUploadedAndUsed() throws Exception {
    inbox.file("start.png", Pictures.png(20, 10));
    inbox.file("a.json", request("start.png"));
    app.start();

    soon(() -> assertThat(sandbox.creates()).hasSize(1));

    Create create = sandbox.creates().get(0);
    JsonNode image = create.json().at("/parameters/guidances/image_reference/0/image");
    assertThat(image.path("type").asText()).isEqualTo("UPLOADED");
    assertThat(image.size()).isEqualTo(2);
    assertThat(inbox.accepted("a.json")).exists();
    assertThat(inbox.accepted("start.png")).exists();
    assertThat(inbox.inbox().resolve("start.png")).doesNotExist();
    assertThat(LedgerRows.of(app, "SELECT request FROM job").get(0).get("request").toString())
        .contains(image.path("id").asText());
    assertThat(sandbox.leakedAuthorizations()).isZero();
  }

  @Test
  void aPictureThatSeveralRequestsUseIsUploadedOnceAndStaysUntilTheLast() throws Exception {
    inbox.file("start.png", Pictures.png(20, 10));
    for (int i = 0; i < 20; i++) {
      inbox.file("r" + i + ".json", request("start.png").replace("koala", "koala " + i));
    }
    app.start();

    soon(() -> assertThat(sandbox.creates()).hasSize(20));

    assertThat(sandbox.count(Door.INIT_IMAGE)).isEqualTo(1);
    assertThat(sandbox.count(Door.UPLOAD)).isEqualTo(1);
    accepted("start.png");
    for (int i = 0; i < 20; i++) {
      assertThat(inbox.accepted("r" + i + ".json")).exists();
    }
  }

  @Test
  void aRefusedIdIsUploadedAnewOnceAndIsNoEnd() throws Exception {
    inbox.file("start.png", Pictures.png(20, 10));
    inbox.file("a.json", request("start.png"));
    sandbox.next(Door.CREATE, Fault.refused(400, "couldn't access image"));
    app.start();

    soon(() -> assertThat(sandbox.creates()).hasSize(1));

    assertThat(sandbox.count(Door.CREATE)).isEqualTo(2);
    assertThat(sandbox.count(Door.UPLOAD)).isEqualTo(2);
  }

  @Test
  void anIdThatIsRefusedAgainIsTheEnd() throws Exception {
    inbox.file("start.png", Pictures.png(20, 10));
    inbox.file("a.json", request("start.png"));
    Fault refused = Fault.refused(400, "invalid init image id");
    sandbox.next(Door.CREATE, refused, refused);
    app.start();

    soon(
        () ->
            assertThat(LedgerRows.of(app, "SELECT state FROM job"))
                .extracting(row -> row.get("state"))
                .containsExactly("FAILED"));

    assertThat(sandbox.count(Door.CREATE)).isEqualTo(2);
    assertThat(sandbox.count(Door.UPLOAD)).isEqualTo(2);
  }

  @Test
  void whateverGoesWrongWithAnUploadIsTriedAgainAndNeverADoubt() throws Exception {
    inbox.file("start.png", Pictures.png(20, 10));
    inbox.file("a.json", request("start.png"));
    sandbox.next(Door.INIT_IMAGE, Fault.ANSWER_LOST, Fault.UNREADABLE);
    sandbox.next(Door.UPLOAD, Fault.refused(403, "expired"));
    app.start();

    soon(() -> assertThat(sandbox.creates()).hasSize(1));

    assertThat(sandbox.count(Door.INIT_IMAGE)).isEqualTo(4);
    assertThat(LedgerRows.of(app, "SELECT count(*) AS n FROM moved WHERE to_state = 'IN_DOUBT'"))
        .first()
        .satisfies(row -> assertThat(((Number) row.get("n")).intValue()).isZero());
  }

  @Test
  void aPictureIsErasedOnceItsJobsHaveEnded() throws Exception {
    inbox.file("start.png", Pictures.png(20, 10));
    inbox.file("a.json", request("start.png"));
    TickingClock clock = new TickingClock(Instant.now());
    app.bind("clock", clock).with("leonardo.uploads.erase", "after-job").start();

    soon(
        () -> {
          clock.tick(Duration.ofSeconds(20));
          assertThat(sandbox.count(Door.DELETE_IMAGE)).isEqualTo(1);
        });

    assertThat(sandbox.creates()).hasSize(1);
    assertThat(sandbox.images()).isZero();
    assertThat(LedgerRows.of(app, "SELECT state FROM job"))
        .extracting(row -> row.get("state"))
        .containsExactly("COMPLETE");
  }

  @Test
  void aPictureThatIsMissingIsSaidAtItsPointer() throws Exception {
    inbox.file("a.json", request("start.png"));
    app.start();

    JsonNode violation = violation("a");

    assertThat(violation.path("pointer").asText())
        .isEqualTo("/parameters/guidances/image_reference/0/image/file");
    assertThat(violation.path("code").asText()).isEqualTo("missing");
    assertThat(violation.path("message").asText())
        .isEqualTo("there is no such file beside the request: drop the picture first");
  }

  @Test
  void aPictureMayComeALittleLater() throws Exception {
    app.with("leonardo.file.patience", "30s").start();
    inbox.file("a.json", request("start.png"));
    soon(() -> assertThat(Files.exists(inbox.inbox().resolve("a.json"))).isTrue());
    inbox.file("start.png", Pictures.png(20, 10));

    accepted("a.json");
  }

  @Test
  void noPathLeadsOutOfTheFolder() throws Exception {
    Path secret = Files.write(folder.resolve("secret.png"), Pictures.png(4, 4));
    inbox.file("up.json", request("../../secret.png"));
    inbox.file("absolute.json", request(secret.toString()));
    inbox.file("hidden.json", request(".accepted/old.png"));
    Files.createSymbolicLink(inbox.inbox().resolve("link.png"), secret);
    inbox.file("link.json", request("link.png"));
    Files.createSymbolicLink(inbox.inbox().resolve("there"), folder);
    inbox.file("folder.json", request("there/secret.png"));
    app.start();

    assertThat(violation("up").path("code").asText()).isEqualTo("path");
    assertThat(violation("absolute").path("code").asText()).isEqualTo("path");
    assertThat(violation("hidden").path("code").asText()).isEqualTo("path");
    assertThat(violation("link").path("code").asText()).isEqualTo("not-a-file");
    assertThat(violation("folder").path("code").asText()).isEqualTo("link");
    assertThat(LedgerRows.jobs(app)).isZero();
    assertThat(Files.exists(secret)).isTrue();
  }

  @Test
  void aPictureInAFolderBelowMovesToThatFolder() throws Exception {
    Files.createDirectories(inbox.inbox().resolve("pictures"));
    Files.write(inbox.inbox().resolve("pictures/start.png"), Pictures.png(4, 4));
    inbox.file("a.json", request("pictures/start.png"));
    app.start();

    accepted("a.json");

    assertThat(inbox.accepted("pictures").resolve("start.png")).exists();
  }

  @Test
  void everyBadPictureIsSaidAndNothingIsKept() throws Exception {
    byte[] png = Pictures.png(200, 200);
    inbox.file("text.png", "not a picture at all".getBytes(StandardCharsets.UTF_8));
    inbox.file("bomb.png", Pictures.pngDeclaring(60_000, 60_000));
    inbox.file("cut.png", Arrays.copyOf(png, png.length / 2));
    inbox.file("animated.png", Pictures.animatedPng());
    inbox.file("a.json", request("text.png", "bomb.png", "cut.png", "animated.png"));
    app.start();

    violation("a");

    assertThat(inbox.reason("a").path("violations"))
        .extracting(violation -> violation.path("code").asText())
        .containsExactly("not-a-picture", "too-many-pixels", "truncated", "animated");
    assertThat(keptFiles()).isEmpty();
    assertThat(LedgerRows.jobs(app)).isZero();
  }

  @Test
  void theBytesAreOursBeforeTheRequestIsConfirmed() throws Exception {
    inbox.file("start.png", Pictures.png(20, 10));
    inbox.file("a.json", request("start.png"));
    sandbox.next(Door.INIT_IMAGE, Fault.refused(503, "away"));
    app.start();

    accepted("start.png");
    Files.delete(inbox.accepted("start.png"));

    soon(() -> assertThat(sandbox.creates()).hasSize(1));
  }
}
