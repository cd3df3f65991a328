package io.leonardoroutes.intake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.leonardoroutes.fixture.App;
import io.leonardoroutes.fixture.Fixture;
import io.leonardoroutes.fixture.InboxFixture;
import io.leonardoroutes.fixture.LedgerRows;
import io.leonardoroutes.fixture.LogCapture;
import io.leonardoroutes.fixture.Patience;
import io.leonardoroutes.fixture.ScriptedProvider;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;
import org.apache.camel.Exchange;
import org.apache.camel.component.file.GenericFile;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of a dropped file. */
class FileIntakeTest {
  private static final Duration LONG = Patience.LONG;

  @TempDir Path folder;
  @Fixture private ScriptedProvider provider;
  @Fixture private App app;
  private InboxFixture drop;

  @BeforeEach
  void open() throws Exception {
    app.with("leonardo.file.enabled", "true");
    app.with("leonardo.file.patience", "3s");
    drop = InboxFixture.into(app.inbox());
  }

  private void gone(String... names) {
    await().atMost(LONG).until(() -> Stream.of(names).noneMatch(this::waiting));
  }

  private boolean waiting(String name) {
    return Files.exists(drop.inbox().resolve(name));
  }

  @Test
  void anAcceptedFileIsKeptAndItsVideoBearsItsName() throws Exception {
    app.start();
    drop.file("koala.json", InboxFixture.request("The koala"));

    gone("koala.json");
    assertThat(drop.accepted("koala.json")).hasContent(InboxFixture.request("The koala"));
    String id = (String) LedgerRows.of(app, "SELECT id FROM job").get(0).get("id");
    Path video = app.outbox().resolve("koala-" + id.substring(0, 8) + ".mp4");
    await().atMost(LONG).until(() -> Files.exists(video));
    assertThat(drop.rejected(".")).doesNotExist();
  }

  @Test
  void aRefusedFileIsKeptBesideTheReasonThatRestWouldAnswer() throws Exception {
    app.start();
    drop.file("first.cut.json", InboxFixture.request("a").replace("}}", ",\"duration\":20}}"));

    gone("first.cut.json");
    assertThat(drop.rejected("first.cut.json")).exists();
    assertThat(drop.reason("first.cut"))
        .hasToString(
            """
            {"type":"urn:leonardo-routes:problem:invalid","title":"The request breaks the rules",\
            "status":422,"detail":"1 violation","violations":[{"pointer":"/parameters/duration",\
            "code":"range","message":"20 is too long for kling-3.0-turbo: 3 to 15 seconds",\
            "allowed":"3..15"}]}\
            """);
    assertThat(LedgerRows.jobs(app)).isZero();
  }

  @Test
  void aSecondDropOfTheSameFileIsTheSameJob() throws Exception {
    app.start();
    drop.file("koala.json", InboxFixture.request("The koala"));
    gone("koala.json");
    drop.file("koala.json", InboxFixture.request("The koala"));
    gone("koala.json");

    drop.file("koala.json", InboxFixture.request("Another koala"));
    gone("koala.json");
    await().atMost(LONG).until(() -> provider.creates().size() == 2);
    assertThat(LedgerRows.jobs(app)).isEqualTo(2);
    assertThat(drop.accepted("koala.json")).hasContent(InboxFixture.request("Another koala"));
  }

  @Test
  void theSameReferenceWithOtherContentIsAConflict() throws Exception {
    app.start();
    drop.file("a.json", InboxFixture.request("a").replaceFirst("\\{", "{\"reference\":\"R\","));
    gone("a.json");
    drop.file("b.json", InboxFixture.request("b").replaceFirst("\\{", "{\"reference\":\"R\","));
    gone("b.json");

    Object id = LedgerRows.of(app, "SELECT id FROM job").get(0).get("id");
    assertThat(drop.reason("b"))
        .hasToString(
            """
            {"type":"urn:leonardo-routes:problem:conflict",\
            "title":"The same reference stands for another request","status":409,\
            "detail":"job %s has this reference and asks for something else: use a new one"}\
            """
                .formatted(id));
  }

  @Test
  void brokenFilesAreRefusedOneByOneAndHoldUpNoOther() throws Exception {
    app.start();
    drop.file("empty.json", "");
    drop.file("twice.json", "{\"model\":\"a\",\"model\":\"b\"}");
    drop.file("more.json", InboxFixture.request("a") + "{}");
    drop.file("deep.json", "{\"a\":" + "[".repeat(65) + "]".repeat(65) + "}");
    drop.file("latin1.json", new byte[] {'{', (byte) 0xe9, '}'});
    drop.file("large.json", "x".repeat(300 * 1024));
    Files.createDirectory(drop.inbox().resolve("folder.json"));
    drop.file("good.json", InboxFixture.request("good"));

    gone("good.json");
    gone("empty.json", "twice.json", "more.json", "deep.json", "latin1.json", "large.json");
    assertThat(drop.accepted("good.json")).exists();
    assertThat(drop.inbox().resolve("folder.json")).isDirectory();
    assertThat(drop.reason("empty").get("detail").asText())
        .isEqualTo("there is no text in the request: a JSON object is needed");
    assertThat(drop.reason("large").get("detail").asText())
        .isEqualTo("the request is larger than 262144 bytes: shorten it");
    assertThat(drop.reason("latin1").get("detail").asText())
        .isEqualTo("the request is not UTF-8 text: save it as UTF-8");
    for (String name : new String[] {"twice", "more", "deep"}) {
      assertThat(drop.reason(name).get("status").asInt()).as(name).isEqualTo(400);
    }
  }

  @Test
  void aGrowingFileIsTakenOnlyWhenItIsWhole() throws Exception {
    app.with("leonardo.file.patience", "1h").start();
    String whole =
        """
        {"model":"kling-3.0-turbo","public":false,"parameters":{"prompt":"a","guidances":{}}}\
        """;
    String half = whole.substring(0, whole.length() - 2);
    Path file = drop.file("growing.json", half);
    drop.file("after.json", InboxFixture.request("after"));
    gone("after.json");
    assertThat(file).hasContent(half);

    Files.writeString(file, whole);

    gone("growing.json");
    assertThat(drop.accepted("growing.json")).hasContent(whole);
  }

  @Test
  void aFileWhoseWriterHasGivenUpIsRefused() throws Exception {
    app.start();
    drop.file("half.json", "{\"model\":");

    gone("half.json");
    assertThat(drop.reason("half").get("title").asText()).isEqualTo("The request is not JSON");
  }

  @Test
  void aFileThatIsReplacedWhileItIsTakenIsLeftToBeTakenToo() throws Exception {
    app.with("leonardo.file.enabled", "false").start();
    FileIntake inbox =
        app.context().getRegistry().lookupByNameAndType("leonardoInbox", FileIntake.class);
    Exchange exchange = new DefaultExchange(app.context());
    GenericFile<File> dropped = new GenericFile<>();
    dropped.setFile(drop.file("koala.json", InboxFixture.request("first")).toFile());
    exchange.getMessage().setBody(dropped);

    inbox.open(exchange);
    Files.delete(drop.inbox().resolve("koala.json"));
    drop.file("koala.json", InboxFixture.request("second"));
    inbox.accepted(exchange);

    assertThat(drop.inbox().resolve("koala.json")).hasContent(InboxFixture.request("second"));
    assertThat(drop.accepted("koala.json")).doesNotExist();
  }

  @Test
  void aFileThatAnotherInstanceHasTakenIsPassedOverWithoutAWord() throws Exception {
    app.with("leonardo.file.enabled", "false").start();
    FileIntake inbox =
        app.context().getRegistry().lookupByNameAndType("leonardoInbox", FileIntake.class);
    GenericFile<File> listed = new GenericFile<>();
    listed.setFile(drop.inbox().resolve("koala.json").toFile());
    try (LogCapture log = LogCapture.open()) {
      assertThat(inbox.accept(listed)).isFalse();
      assertThat(log.with("koala")).isEmpty();
    }
  }
}
