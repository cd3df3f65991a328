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
import io.leonardoroutes.fixture.TickingClock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Names that mean something elsewhere, and things in an inbox that are no plain files. */
class FileNamesTest {
  private static final Duration LONG = Patience.LONG;
  private static final List<String> ODD =
      List.of(
          "new\nline.json",
          "${body}.json",
          "{{leonardo.api-key}}.json",
          "$simple{date:now}.json",
          "äöü-日本.json",
          "  two  spaces .json",
          "up..json..json",
          "back\\slash.json",
          "a?b=c&d#e%2e.json",
          "-rf.JSON",
          "x".repeat(250) + ".json",
          "日".repeat(83) + ".json");

  @TempDir Path folder;
  @Fixture private ScriptedProvider provider;
  @Fixture private App app;
  private InboxFixture drop;

  @BeforeEach
  void open() throws Exception {
    app.with("leonardo.file.enabled", "true")
        .with("leonardo.inbox", folder.resolve("my inbox #1 100%+").toString());
    drop = InboxFixture.into(folder.resolve("my inbox #1 100%+"));
  }

  private List<String> names(Path in) throws IOException {
    try (Stream<Path> files = Files.list(in)) {
      return files.map(path -> path.getFileName().toString()).toList();
    }
  }

  @Test
  void aFileOfAnyNameIsAcceptedUnderItsName() throws Exception {
    for (String name : ODD.subList(2, ODD.size())) {
      drop.file(name, InboxFixture.request("a"));
    }
    drop.file(ODD.get(0), InboxFixture.request("a"));
    drop.file(ODD.get(1), InboxFixture.request("a"));
    app.start();

    await()
        .atMost(LONG)
        .untilAsserted(() -> assertThat(names(drop.inbox())).containsOnly(".accepted"));
    assertThat(names(drop.inbox().resolve(".accepted"))).containsExactlyInAnyOrderElementsOf(ODD);
    assertThat(LedgerRows.jobs(app)).isEqualTo(ODD.size());
    assertThat(LedgerRows.of(app, "SELECT file_name AS name FROM job"))
        .allSatisfy(row -> assertThat((String) row.get("name")).matches("[A-Za-z0-9._-]{1,89}"));
  }

  @Test
  void aRefusedFileOfAnyNameHasItsReasonBesideIt() throws Exception {
    for (String name : ODD) {
      drop.file(name, "{}");
    }
    app.start();

    await()
        .atMost(LONG)
        .untilAsserted(() -> assertThat(names(drop.inbox())).containsOnly(".rejected"));
    assertThat(names(drop.inbox().resolve(".rejected")))
        .containsAll(ODD)
        .hasSize(2 * ODD.size())
        .contains("new\nline.reason.json", "${body}.reason.json", "back\\slash.reason.json")
        .contains("-rf.reason.json", "up..json..reason.json", "x".repeat(237) + ".reason.json");
  }

  @Test
  void aLinkThatLeavesTheInboxIsRefusedAndItsTargetIsLeftAlone() throws Exception {
    Path secret = Files.writeString(folder.resolve("secret.json"), InboxFixture.request("secret"));
    Files.createSymbolicLink(drop.inbox().resolve("link.json"), secret);
    app.start();

    await().atMost(LONG).until(() -> Files.exists(drop.rejected("link.reason.json")));
    await().atMost(LONG).until(() -> Files.isSymbolicLink(drop.rejected("link.json")));
    assertThat(drop.reason("link"))
        .hasToString(
            """
            {"type":"urn:leonardo-routes:problem:link","title":"The file is a link","status":400,\
            "detail":"it leads out of the folder: drop the file itself"}\
            """);
    assertThat(secret).hasContent(InboxFixture.request("secret"));
    assertThat(LedgerRows.jobs(app)).isZero();
  }

  @Test
  void anotherOneUnderTheNameOfOneThatIsGoneIsSaidAgain() throws Exception {
    TickingClock clock = new TickingClock();
    app.bind("clock", clock);
    try (LogCapture log = LogCapture.open()) {
      Path daily = drop.inbox().resolve("daily.json");
      Files.createSymbolicLink(daily, folder.resolve("nowhere.json"));
      app.start();
      await().atMost(LONG).until(() -> log.with("daily.json").size() == 1);
      Files.delete(daily);
      Path good = drop.file("good.json", InboxFixture.request("good"));
      clock.tick(Duration.ofHours(1));
      await().atMost(LONG).until(() -> Files.notExists(good));

      Files.createSymbolicLink(daily, folder.resolve("nowhere.json"));

      await().atMost(LONG).until(() -> log.with("daily.json").size() == 2);
    }
  }

  @Test
  void whatIsNoFileWaitsIsSaidOnceAndHoldsUpNoOther() throws Exception {
    try (LogCapture log = LogCapture.open()) {
      Path dangling = drop.inbox().resolve("dangling.json");
      Files.createSymbolicLink(dangling, folder.resolve("nowhere.json"));
      Path pipe = drop.inbox().resolve("pipe.json");
      new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor();
      app.start();
      for (int i = 0; i < 3; i++) {
        Path good = drop.file("good" + i + ".json", InboxFixture.request("good"));
        await().atMost(LONG).until(() -> Files.notExists(good));
      }

      assertThat(log.with("dangling.json"))
          .containsExactly(
              "WARN "
                  + dangling
                  + " stays where it is, and is tried again: it is not a file that can be read");
      assertThat(log.with("pipe.json")).hasSize(1);
      assertThat(log.with("is away")).isEmpty();
      assertThat(Files.isSymbolicLink(dangling)).isTrue();
      assertThat(pipe).exists();
    }
  }
}
