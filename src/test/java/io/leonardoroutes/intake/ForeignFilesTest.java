package io.leonardoroutes.intake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.leonardoroutes.fixture.App;
import io.leonardoroutes.fixture.InboxFixture;
import io.leonardoroutes.fixture.LedgerRows;
import io.leonardoroutes.fixture.LogCapture;
import io.leonardoroutes.fixture.Patience;
import io.leonardoroutes.fixture.ScriptedProvider;
import io.leonardoroutes.fixture.TickingClock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files in an inbox that are no requests, or not yet. */
class ForeignFilesTest {
  private static final Duration LONG = Patience.LONG;

  @TempDir Path folder;
  private ScriptedProvider provider;
  private App app;
  private InboxFixture drop;
  private LogCapture log;

  @BeforeEach
  void open() throws Exception {
    provider = ScriptedProvider.start();
    app =
        App.in(folder)
            .at(provider)
            .with("leonardo.file.enabled", "true")
            .with("leonardo.file.patience", "1s");
    drop = InboxFixture.into(app.inbox());
    log = LogCapture.open();
  }

  @AfterEach
  void close() {
    log.close();
    app.close();
    provider.close();
  }

  private void another(String name) throws Exception {
    Path good = drop.file(name, InboxFixture.request(name));
    await().atMost(LONG).until(() -> Files.notExists(good));
  }

  @Test
  void anEmptyFileWithYesterdaysTimeThatIsFilledLaterIsTakenWhole() throws Exception {
    app.with("leonardo.file.patience", "1h").start();
    Path zero = Files.createFile(drop.inbox().resolve("zero.json"));
    Files.setLastModifiedTime(zero, FileTime.from(Instant.now().minus(Duration.ofDays(1))));
    another("good.json");
    another("next.json");
    assertThat(zero).isEmptyFile();

    Files.writeString(zero, InboxFixture.request("zero"));

    await().atMost(LONG).until(() -> Files.exists(drop.accepted("zero.json")));
    assertThat(drop.rejected("zero.json")).doesNotExist();
    assertThat(log.warnings()).isEmpty();
  }

  @Test
  void aFileThatDoesNotEndInJsonIsSaidOnceWithWhatIsTaken() throws Exception {
    Path text = drop.file("koala.txt", "x");
    Path none = drop.file("koala", "x");
    drop.file(".koala.part", "x");
    app.start();

    await().atMost(LONG).until(() -> log.warnings().size() == 2);
    another("a.json");
    another("b.json");
    assertThat(log.warnings())
        .containsExactlyInAnyOrder(
            "WARN %s is not taken: only files whose names end in .json, .jsonl or .csv are"
                .formatted(text),
            "WARN %s is not taken: only files whose names end in .json, .jsonl or .csv are"
                .formatted(none));
  }

  @Test
  void aNameThatBeginsWithADotIsSaidOnceUnlessItIsGoneSoon() throws Exception {
    Path one = drop.file(".json", InboxFixture.request("a"));
    Path two = drop.file("..json", InboxFixture.request("a"));
    app.start();

    await().atMost(LONG).until(() -> log.warnings().size() == 2);
    another("a.json");
    assertThat(log.warnings())
        .allMatch(
            line ->
                line.endsWith(
                    " is not taken: its name begins with a dot, as those of files that are still"
                        + " written"))
        .anyMatch(line -> line.startsWith("WARN " + one + " is"))
        .anyMatch(line -> line.startsWith("WARN " + two + " is"));
    assertThat(one).exists();
    assertThat(two).exists();
    assertThat(LedgerRows.jobs(app)).isEqualTo(1);
  }

  @Test
  void aNameThatIsNoTextIsSaidOnce() throws Exception {
    app.start();
    shell("printf x > $'" + drop.inbox() + "/caf\\xe9.json'");

    await().atMost(LONG).until(() -> log.warnings().size() == 1);
    another("a.json");
    another("b.json");
    assertThat(log.warnings())
        .containsExactly(
            "WARN %s/caf\uFFFD.json stays where it is, and is tried again: its name is not text in %s, as file names are read here: rename it"
                .formatted(drop.inbox(), System.getProperty("sun.jnu.encoding")));
  }

  private static void shell(String command) throws Exception {
    assertThat(new ProcessBuilder("bash", "-c", command).start().waitFor()).isZero();
  }

  @Test
  void aFloodOfJunkIsAFewLinesAndAsManyFilesAsMayStay() throws Exception {
    TickingClock clock = new TickingClock(Instant.now());
    app.with("leonardo.rejected.max-files", "100").bind("clock", clock);
    for (int i = 0; i < 300; i++) {
      Files.writeString(drop.inbox().resolve(i + ".json"), "{}");
      Files.writeString(drop.inbox().resolve(i + ".junk"), "x");
    }
    app.start();

    await().atMost(LONG).until(() -> count(drop.inbox(), ".json") == 0);
    await().atMost(LONG).until(() -> log.with(".junk is not taken").size() == 10);
    await().atMost(LONG).until(() -> count(drop.inbox(), ".junk") == 300);
    // Each was looked at as often as two that came later.
    another("a.json");
    another("b.json");
    assertThat(count(drop.inbox().resolve(".rejected"), ".json")).isBetween(80L, 100L);
    assertThat(log.with(" rejected: ")).hasSize(20);
    assertThat(log.with(" files deleted from ")).hasSize(2);
    clock.tick(Duration.ofMinutes(2));
    await().atMost(LONG).until(() -> log.with("more in the last minute").size() == 3);
    assertThat(log.with("more in the last minute"))
        .contains(
            "INFO rejected requests: 280 more in the last minute",
            "INFO files that stay in the inbox: 290 more in the last minute")
        .anyMatch(line -> line.matches("INFO sweeps of rejected files: \\d+ more in .*"));
  }

  @Test
  void aRefusedFileAndItsReasonAreDeletedOnceTheyAreKeptLongEnough() throws Exception {
    TickingClock clock = new TickingClock(Instant.now());
    app.bind("clock", clock).start();
    Path bad = drop.file("bad.json", "{}");
    Files.setLastModifiedTime(bad, FileTime.from(Instant.EPOCH));
    await().atMost(LONG).until(() -> Files.exists(drop.rejected("bad.json")));
    FileIntake inbox =
        app.context().getRegistry().lookupByNameAndType("leonardoInbox", FileIntake.class);

    clock.tick(Duration.ofDays(29));
    inbox.forgetRejected();
    assertThat(count(drop.inbox().resolve(".rejected"), ".json")).isEqualTo(2);
    clock.tick(Duration.ofDays(2));
    inbox.forgetRejected();
    assertThat(count(drop.inbox().resolve(".rejected"), ".json")).isZero();
  }

  private static long count(Path in, String ending) throws IOException {
    try (Stream<Path> files = Files.list(in)) {
      return files.filter(file -> file.toString().endsWith(ending)).count();
    }
  }
}
