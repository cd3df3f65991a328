package io.leonardoroutes.upload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.leonardoroutes.fixture.App;
import io.leonardoroutes.fixture.InboxFixture;
import io.leonardoroutes.fixture.LedgerRows;
import io.leonardoroutes.fixture.Patience;
import io.leonardoroutes.fixture.Pictures;
import io.leonardoroutes.fixture.TickingClock;
import io.leonardoroutes.sandbox.Door;
import io.leonardoroutes.sandbox.Sandbox;
import io.leonardoroutes.sandbox.SandboxOptions;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Pictures that the lines of a batch name by file. */
class BatchPicturesTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path folder;

  private final Sandbox sandbox =
      Sandbox.start(SandboxOptions.defaults().withJobDuration(Duration.ofMillis(50)));
  private App app;
  private InboxFixture inbox;

  @BeforeEach
  void open() throws Exception {
    app = app();
    inbox = InboxFixture.into(app.inbox());
  }

  private App app() {
    return App.in(folder)
        .with("leonardo.base-url", sandbox.baseUrl())
        .with("leonardo.download.hosts", sandbox.host())
        .with("leonardo.uploads.settle", "1ms")
        .with("leonardo.uploads.max-bytes", "4096")
        .with("leonardo.file.patience", "50ms")
        .with("leonardo.file.enabled", "true");
  }

  @AfterEach
  void stop() {
    app.close();
    sandbox.close();
  }

  private static String line(String prompt, String picture) {
    return """
    {"model":"kling-video-o-3","parameters":{"prompt":"%s","duration":5,"guidances":\
    {"start_frame":[{"image":{"file":"%s"}}]}}}"""
        .formatted(prompt, picture);
  }

  private void decided(String file) {
    await()
        .atMost(Patience.LONG)
        .until(
            () ->
                LedgerRows.of(app, "SELECT name FROM batch WHERE state <> 'READING'").stream()
                    .anyMatch(row -> row.get("name").equals(file)));
  }

  private static void soon(Path file) {
    await().atMost(Patience.LONG).until(() -> Files.exists(file));
  }

  /** The pointer and code of the first violation of each line, or its state without the video. */
  private List<String> verdicts(String report, int lines) throws IOException {
    Path file = app.outbox().resolve(report + ".report.jsonl");
    await().atMost(Patience.LONG).until(() -> rows(file).size() == lines);
    return rows(file).stream().map(BatchPicturesTest::verdict).toList();
  }

  private static String verdict(JsonNode row) {
    JsonNode violation = row.at("/problem/violations/0");
    return violation.isMissingNode()
        ? "accepted"
        : violation.get("pointer").asText() + " " + violation.get("code").asText();
  }

  private static List<JsonNode> rows(Path file) throws IOException {
    List<JsonNode> rows = new ArrayList<>();
    if (Files.exists(file)) {
      for (String line : Files.readAllLines(file)) {
        rows.add(JSON.readTree(line));
      }
    }
    return rows;
  }

  @Test
  void linesOfEveryFormatTakePicturesOfTheFolder() throws Exception {
    Files.createDirectories(inbox.inbox().resolve("pictures"));
    for (String name : List.of("a.png", "b.png", "c.png", "d.png", "e.png", "pictures/f.png")) {
      Files.write(inbox.inbox().resolve(name), Pictures.png(20, 10, name.hashCode()));
    }
    inbox.file("lines.jsonl", line("a", "a.png") + "\n" + line("f", "pictures/f.png") + "\n");
    inbox.file("array.json", "[" + line("b", "b.png") + "]");
    inbox.file(
        "table.csv",
        "prompt;model;start_frame;end_frame;image_reference\n"
            + "c;kling-video-o-3;c.png;d.png;\n"
            + "d;kling-video-o-3;;;\"e.png; d.png\"\n");
    app.start();

    assertThat(verdicts("table", 2)).containsOnly("accepted");
    await().atMost(Patience.LONG).until(() -> sandbox.creates().size() == 5);

    List<JsonNode> sent = sandbox.creates().stream().map(create -> create.json()).toList();
    assertThat(sent).allSatisfy(json -> assertThat(json.findValuesAsText("file")).isEmpty());
    assertThat(sent.stream().mapToInt(json -> json.findValuesAsText("id").size()).sum())
        .isEqualTo(7);
    for (String name : List.of("a.png", "b.png", "c.png", "d.png", "e.png", "pictures/f.png")) {
      soon(inbox.accepted(name));
      assertThat(inbox.inbox().resolve(name)).doesNotExist();
    }
    assertThat(sandbox.count(Door.UPLOAD)).isEqualTo(6);
  }

  @Test
  void aThousandLinesWithOnePictureReadItOnceAndAreOneUpload() throws Exception {
    byte[] png = Pictures.png(20, 10);
    inbox.file("start.png", png);
    inbox.file(
        "koalas.jsonl",
        IntStream.range(0, 1000)
            .mapToObj(i -> line("koala " + i, "start.png") + "\n")
            .collect(Collectors.joining()));
    FileTime old = FileTime.fromMillis(0);
    Path kept = app.data().resolve("uploads");
    app.start();

    // From the first commit on it is not read again, or the kept one would be a newer file.
    await().atMost(Patience.LONG).until(() -> LedgerRows.jobs(app) > 0);
    try (Stream<Path> files = Files.list(kept)) {
      Files.setLastModifiedTime(files.filter(BatchPicturesTest::isWhole).findAny().get(), old);
    }
    decided("koalas.jsonl");
    await().atMost(Patience.LONG).until(() -> sandbox.creates().size() > 10);

    assertThat(LedgerRows.jobs(app)).isEqualTo(1000);
    assertThat(LedgerRows.of(app, "SELECT job_id FROM job_picture")).hasSize(1000);
    assertThat(sandbox.count(Door.INIT_IMAGE)).isEqualTo(1);
    assertThat(sandbox.count(Door.UPLOAD)).isEqualTo(1);
    assertThat(LedgerRows.of(app, "SELECT id FROM job WHERE uploads > 0")).isEmpty();
    try (Stream<Path> files = Files.list(kept)) {
      assertThat(files).singleElement().satisfies(file -> assertThat(time(file)).isEqualTo(old));
    }
    soon(inbox.accepted("start.png"));
  }

  private static boolean isWhole(Path file) {
    return !file.getFileName().toString().startsWith(".");
  }

  private static FileTime time(Path file) throws IOException {
    return Files.getLastModifiedTime(file);
  }

  @Test
  void aBadPictureIsAProblemOfItsLineAlone() throws Exception {
    Path secret = Files.write(folder.resolve("secret.png"), Pictures.png(4, 4));
    Files.createSymbolicLink(inbox.inbox().resolve("link.png"), secret);
    Files.createSymbolicLink(inbox.inbox().resolve("there"), folder);
    inbox.file("good.png", Pictures.png(4, 4));
    inbox.file("text.png", "not a picture at all".getBytes(StandardCharsets.UTF_8));
    inbox.file("large.png", Arrays.copyOf(Pictures.png(4, 4), 5000));
    inbox.file("bomb.png", Pictures.pngDeclaring(60_000, 60_000));
    inbox.file(
        "koalas.jsonl",
        Stream.of(
                "good.png",
                "../../secret.png",
                secret.toString(),
                "link.png",
                "there/secret.png",
                ".accepted/good.png",
                "missing.png",
                "text.png",
                "large.png",
                "bomb.png",
                "good.png")
            .map(picture -> line("a koala", picture) + "\n")
            .collect(Collectors.joining()));
    app.start();

    String file = "/parameters/guidances/start_frame/0/image/file ";
    assertThat(verdicts("koalas", 11))
        .containsExactly(
            "accepted",
            file + "path",
            file + "path",
            file + "not-a-file",
            file + "link",
            file + "path",
            file + "missing",
            file + "not-a-picture",
            file + "too-large",
            file + "too-many-pixels",
            "accepted");
    soon(inbox.accepted("good.png"));
    assertThat(inbox.inbox().resolve("text.png")).as("its line is not accepted").exists();
    assertThat(secret).exists();
    try (Stream<Path> kept = Files.list(app.data().resolve("uploads"))) {
      assertThat(kept).hasSize(1);
    }
  }

  @Test
  void theSameFileAgainTakesThePicturesThatWereMovedAndDecidesOnlyRejectedLines() throws Exception {
    inbox.file("start.png", Pictures.png(20, 10));
    String text =
        line("a", "start.png")
            + "\n"
            + line("b", "start.png").replace("\"model\":\"kling-video-o-3\",", "")
            + "\n";
    inbox.file("koalas.jsonl", text);
    app.start();
    assertThat(verdicts("koalas", 2).get(1)).startsWith("/model ");
    soon(inbox.accepted("start.png"));
    app.close();

    inbox.file("_defaults.json", "{\"model\":\"kling-3.0-turbo\"}");
    inbox.file("koalas.jsonl", text);
    app = app().start();

    await().atMost(Patience.LONG).until(() -> LedgerRows.jobs(app) == 2);
    assertThat(sandbox.count(Door.UPLOAD)).isEqualTo(1);
  }

  @Test
  void anOlderPictureOfThatNameInAcceptedIsAnotherOne() throws Exception {
    TickingClock clock = new TickingClock(Instant.now());
    app.bind("clock", clock).start();
    inbox.file("start.png", Pictures.png(20, 10));
    inbox.file("koalas.json", "[" + line("a", "start.png") + "]");
    soon(inbox.accepted("start.png"));

    clock.tick(Duration.ofMinutes(30));
    inbox.file("cats.json", "[" + line("b", "start.png") + "]");

    await()
        .atMost(Patience.LONG)
        .until(
            () -> {
              clock.tick(Duration.ofSeconds(1));
              return !LedgerRows.of(app, "SELECT job FROM batch_line WHERE job IS NULL").isEmpty();
            });
    assertThat(LedgerRows.of(app, "SELECT problem FROM batch_line WHERE job IS NULL").toString())
        .contains("the picture of that name in .accepted is older than this file");
  }

  @Test
  void aPictureThatAWaitingRequestNamesStaysForIt() throws Exception {
    app.with("leonardo.file.patience", "10m").start();
    inbox.file("start.png", Pictures.png(20, 10));
    inbox.file("later.jsonl", line("b", "start.png") + "\n");
    inbox.file("koalas.json", "[" + line("a", "start.png") + "]");

    decided("koalas.json");

    await().atMost(Patience.LONG).until(() -> isEmpty(app.data().resolve("batches")));
    assertThat(inbox.inbox().resolve("start.png")).exists();
  }

  private static boolean isEmpty(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.findAny().isEmpty();
    }
  }

  @Test
  void aPictureMayComeALittleAfterItsBatch() throws Exception {
    app.with("leonardo.file.patience", "30s").start();
    inbox.file("koalas.json", "[" + line("a", "start.png") + "]");
    soon(inbox.accepted("koalas.json"));
    inbox.file("start.png", Pictures.png(20, 10));

    assertThat(verdicts("koalas", 1)).containsExactly("accepted");
  }
}
