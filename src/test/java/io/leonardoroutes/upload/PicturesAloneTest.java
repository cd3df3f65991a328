package io.leonardoroutes.upload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.leonardoroutes.fixture.App;
import io.leonardoroutes.fixture.InboxFixture;
import io.leonardoroutes.fixture.LedgerRows;
import io.leonardoroutes.fixture.Patience;
import io.leonardoroutes.fixture.Pictures;
import io.leonardoroutes.sandbox.Sandbox;
import io.leonardoroutes.sandbox.SandboxOptions;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A folder in which each picture alone becomes a video. */
class PicturesAloneTest {
  private static final String DEFAULTS =
      """
      {"model":"kling-video-o-3","parameters":{"prompt":"it turns round","duration":5}}""";

  @TempDir Path folder;

  private final Sandbox sandbox =
      Sandbox.start(SandboxOptions.defaults().withJobDuration(Duration.ofMillis(50)));
  private App app;
  private InboxFixture inbox;

  @BeforeEach
  void open() throws Exception {
    app =
        App.in(folder)
            .with("leonardo.base-url", sandbox.baseUrl())
            .with("leonardo.download.hosts", sandbox.host())
            .with("leonardo.uploads.settle", "1ms")
            .with("leonardo.file.patience", "50ms")
            .with("leonardo.file.enabled", "true")
            .with("leonardo.intake.pictures", "true");
    inbox = InboxFixture.into(app.inbox());
  }

  @AfterEach
  void stop() {
    app.close();
    sandbox.close();
  }

  private static void soon(Path file) {
    await().atMost(Patience.LONG).until(() -> Files.exists(file));
  }

  @Test
  void eachPictureBecomesAVideoByTheDefaults() throws Exception {
    inbox.file("_defaults.json", DEFAULTS);
    inbox.file("vase.png", Pictures.png(20, 10, 1));
    inbox.file("Lamp.JPG", Pictures.jpg(20, 10));
    inbox.file(
        "lamp.defaults.json", DEFAULTS.replace("it turns round", "not of Lamp: another name"));
    inbox.file("vase.defaults.json", DEFAULTS.replace("it turns round", "it falls"));
    app.start();

    await().atMost(Patience.LONG).until(() -> sandbox.creates().size() == 2);

    assertThat(sandbox.creates())
        .extracting(create -> create.json().at("/parameters/prompt").asText())
        .containsExactlyInAnyOrder("it turns round", "it falls");
    assertThat(sandbox.creates())
        .allSatisfy(
            create ->
                assertThat(
                        create.json().at("/parameters/guidances/start_frame/0/image/type").asText())
                    .isEqualTo("UPLOADED"));
    soon(inbox.accepted("vase.png"));
    soon(inbox.accepted("Lamp.JPG"));
    assertThat(LedgerRows.of(app, "SELECT file_name FROM job ORDER BY file_name"))
        .extracting(row -> row.get("file_name").toString().replaceFirst("-.*", ""))
        .containsExactly("Lamp", "vase");
  }

  @Test
  void aPictureThatCannotBeUsedIsRejectedWithTheReason() throws Exception {
    inbox.file("vase.png", Pictures.png(20, 10));
    app.start();
    soon(inbox.rejected("vase.png.reason.json"));
    assertThat(inbox.reason("vase.png").get("detail").asText())
        .isEqualTo(
            "_defaults.json: it is not there: drop one that names a model and a prompt first");

    inbox.file("_defaults.json", DEFAULTS);
    inbox.file("text.png", "not a picture at all".getBytes(StandardCharsets.UTF_8));
    soon(inbox.rejected("text.png.reason.json"));
    assertThat(inbox.reason("text.png").at("/violations/0/code").asText())
        .isEqualTo("not-a-picture");
    assertThat(inbox.rejected("text.png")).exists();
    assertThat(LedgerRows.jobs(app)).isZero();
  }

  @Test
  void theSamePictureAgainIsTheSameJobWhateverTheDefaultsSayByThen() throws Exception {
    inbox.file("_defaults.json", DEFAULTS);
    inbox.file("vase.png", Pictures.png(20, 10));
    app.start();
    soon(inbox.accepted("vase.png"));

    Files.delete(inbox.inbox().resolve("_defaults.json"));
    Files.move(inbox.accepted("vase.png"), inbox.inbox().resolve("vase.png"));
    soon(inbox.accepted("vase.png"));
    assertThat(LedgerRows.jobs(app)).isEqualTo(1);
  }

  @Test
  void aPictureThatIsStillWrittenOrNamedByAWaitingRequestIsNotTakenAlone() throws Exception {
    app.with("leonardo.file.patience", "10m").start();
    byte[] png = Pictures.png(20, 10, 7);
    inbox.file("_defaults.json", DEFAULTS);
    inbox.file("waits.jsonl", "{\"image\":{\"file\":\"start.png\"}}\n");
    inbox.file("start.png", Pictures.png(20, 10, 8));
    Path half = Files.write(inbox.inbox().resolve("half.png"), Arrays.copyOf(png, png.length / 2));
    inbox.file("vase.png", Pictures.png(20, 10, 9));

    soon(inbox.accepted("vase.png"));
    assertThat(half).exists();
    assertThat(LedgerRows.jobs(app)).isEqualTo(1);

    Files.write(half, png);
    soon(inbox.accepted("half.png"));
    assertThat(inbox.inbox().resolve("start.png")).exists();
    assertThat(LedgerRows.jobs(app)).isEqualTo(2);
  }

  @Test
  void aFolderOfItsOwnCanTakePictures() throws Exception {
    app.with("leonardo.intake.pictures", "false");
    InboxFixture products = products("true");
    app.start();
    inbox.file("_defaults.json", DEFAULTS);
    inbox.file("stays.png", Pictures.png(20, 10, 1));
    products.file("_defaults.json", DEFAULTS);
    products.file("vase.png", Pictures.png(20, 10, 2));

    soon(products.accepted("vase.png"));
    assertThat(inbox.inbox().resolve("stays.png")).exists();
  }

  @Test
  void aValueThatIsNoFlagStopsTheStart() throws Exception {
    products("maybe");

    assertThatThrownBy(app::start)
        .hasMessageContaining("Failed to create route: products")
        .hasMessageContaining("leonardoInbox-pictures-maybe");
  }

  private InboxFixture products(String pictures) throws Exception {
    InboxFixture products = InboxFixture.into(folder.resolve("products"));
    String template = "camel.routeTemplate[products].";
    app.with(template + "templateId", "leonardo-intake-file");
    app.with(template + "inbox", products.inbox().toString());
    app.with(template + "pictures", pictures);
    return products;
  }
}
