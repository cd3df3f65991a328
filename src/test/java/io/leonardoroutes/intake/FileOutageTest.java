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
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A dropped file while something that it needs is away. */
@Tag("long")
class FileOutageTest {
  private static final Duration LONG = Patience.LONG;

  @TempDir Path folder;
  private ScriptedProvider provider;
  private App app;
  private InboxFixture drop;

  @BeforeEach
  void open() throws Exception {
    provider = ScriptedProvider.start();
    drop = InboxFixture.into(folder.resolve("data/inbox"));
    app = app();
  }

  private App app() {
    return App.in(folder).at(provider).with("leonardo.file.enabled", "true");
  }

  private String ledger(String options) {
    return "jdbc:sqlite:" + folder.resolve("data/ledger.db") + options;
  }

  @AfterEach
  void close() {
    app.close();
    provider.close();
  }

  @Test
  void aFileWaitsWhileTheLedgerIsLockedAndTheLogSaysSoOnce() throws Exception {
    TickingClock clock = new TickingClock(Instant.now());
    app.with("leonardo.ledger.url", ledger("?busy_timeout=100")).bind("clock", clock).start();
    try (LogCapture log = LogCapture.open();
        Connection other = DriverManager.getConnection(ledger(""));
        Statement sql = other.createStatement()) {
      sql.execute("BEGIN IMMEDIATE");
      drop.file("good.json", InboxFixture.request("good"));
      drop.file("bad.json", "{}");
      await().atMost(LONG).until(() -> !log.with("what new requests need").isEmpty());
      clock.tick(Duration.ofSeconds(6)); // the rest is over, and it is tried again
      await().during(Duration.ofSeconds(1)).atMost(LONG).until(() -> accepted() == 0);
      assertThat(log.with("what new requests need")).hasSize(1);
      assertThat(log.with("what new requests need").get(0))
          .startsWith("WARN what new requests need is away, retrying: ");
      sql.execute("COMMIT");

      clock.tick(Duration.ofSeconds(6));
      await().atMost(LONG).until(() -> accepted() == 1);
      assertThat(log.with("what new requests need"))
          .hasSize(2)
          .last()
          .isEqualTo("INFO what new requests need is back");
      assertThat(drop.reason("bad").get("status").asInt()).isEqualTo(422);
    }
  }

  private int accepted() {
    return Files.exists(drop.accepted("good.json")) ? 1 : 0;
  }

  @Test
  void filesThatAFullLedgerCannotTakeAreTakenByTheNextStart() throws Exception {
    app.start();
    long pages = pages();
    app.close();
    app = app().with("leonardo.ledger.url", ledger("?max_page_count=" + pages)).start();
    for (int i = 0; i < 60; i++) {
      drop.file(i + ".json", InboxFixture.request("a".repeat(2_400)));
    }
    try (LogCapture log = LogCapture.open()) {
      await().atMost(LONG).until(() -> !log.with("database or disk is full").isEmpty());
    }
    app.close();
    app = app().start();

    await()
        .atMost(LONG)
        .until(() -> LedgerRows.jobs(app) == 60 && drop.inbox().toFile().list().length == 1);
  }

  @Test
  void aFileThatCannotBeMovedHoldsUpNoOtherAndIsSaidOnceAndTriedAgain() throws Exception {
    TickingClock clock = new TickingClock(Instant.now());
    Path inTheWay = drop.rejected("evil.reason.json");
    Files.createDirectories(inTheWay.resolve("something"));
    app.bind("clock", clock).start();
    try (LogCapture log = LogCapture.open()) {
      Path evil = drop.file("evil.json", "{}");
      await().atMost(LONG).until(() -> !log.with(evil + " stays where it is").isEmpty());

      drop.file("good.json", InboxFixture.request("good"));
      await().atMost(LONG).until(() -> accepted() == 1);

      for (int i = 0; i < 3; i++) {
        clock.tick(Duration.ofSeconds(30));
        drop.file(i + ".json", InboxFixture.request("good"));
        Path taken = drop.accepted(i + ".json");
        await().atMost(LONG).until(() -> Files.exists(taken));
      }
      assertThat(log.with(evil + " stays where it is")).hasSize(1);
      assertThat(evil).exists();
      Files.delete(inTheWay.resolve("something"));
      Files.delete(inTheWay);
      await()
          .atMost(LONG)
          .until(
              () -> {
                clock.tick(Duration.ofSeconds(10));
                return Files.notExists(evil);
              });
      assertThat(drop.reason("evil").get("status").asInt()).isEqualTo(422);
    }
  }

  private long pages() throws Exception {
    try (Connection other = DriverManager.getConnection(ledger(""));
        Statement sql = other.createStatement()) {
      return sql.executeQuery("PRAGMA page_count").getLong(1);
    }
  }

  @Test
  void aFileThatWasCommittedButNotMovedIsTheSameJobAfterTheStart() throws Exception {
    Files.createDirectories(drop.inbox());
    Path inTheWay = Files.writeString(drop.inbox().resolve(".accepted"), "");
    app.start();
    Path file;
    try (LogCapture log = LogCapture.open()) {
      file = drop.file("koala.json", InboxFixture.request("The koala"));
      await().atMost(LONG).until(() -> log.with("is already known").size() == 2);
      assertThat(log.warnings())
          .containsExactly(
              "WARN %s stays where it is, and is tried again: %s: %s"
                  .formatted(file, FileAlreadyExistsException.class.getName(), inTheWay));
    }
    assertThat(provider.creates()).hasSize(1);
    app.close();
    assertThat(file).exists();
    Files.delete(inTheWay);
    app = app().start();

    await().atMost(LONG).until(() -> Files.exists(drop.accepted("koala.json")));
    assertThat(LedgerRows.jobs(app)).isEqualTo(1);
    assertThat(provider.creates()).hasSize(1);
  }
}
