package io.leonardoroutes.intake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.leonardoroutes.fixture.App;
import io.leonardoroutes.fixture.InboxFixture;
import io.leonardoroutes.fixture.LogCapture;
import io.leonardoroutes.fixture.Patience;
import io.leonardoroutes.fixture.ScriptedProvider;
import io.leonardoroutes.ledger.Engine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jdbi.v3.core.Jdbi;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two instances on one PostgreSQL ledger, each with a data folder of its own. */
@Tag("long")
class SharedBatchesTest {
  @TempDir Path folder;
  private ScriptedProvider provider;
  private String url;
  private InboxFixture first;

  @BeforeEach
  void open() throws IOException {
    provider = ScriptedProvider.start();
    url = Engine.POSTGRES.emptyLedger(folder);
    first = InboxFixture.into(instance("first").inbox());
  }

  @AfterEach
  void close() {
    provider.close();
  }

  @Test
  void aBatchIsReadOnOnlyByTheInstanceThatHasItsCopy() throws Exception {
    taken("koalas.jsonl");
    try (App other = instance("second").start();
        LogCapture log = LogCapture.open()) {
      InboxFixture.into(other.inbox()).file("cats.json", "[" + InboxFixture.request("a cat") + "]");
      await().atMost(Patience.LONG).until(() -> batches("ENDED").equals(List.of("cats.json")));
      assertThat(batches("READING")).containsExactly("koalas.jsonl");
      assertThat(log.warnings()).isEmpty();

      try (App again = instance("first").start()) {
        await().atMost(Patience.LONG).until(() -> batches("READING").isEmpty());
        assertThat(again.data().resolve("batches")).isEmptyDirectory();
      }
    }
  }

  @Test
  void aBatchWhoseCopyIsNowhereIsSaidOnceAndReadOnceTheFileIsDroppedAgain() throws Exception {
    taken("koalas.jsonl");
    Jdbi.create(url).useHandle(it -> it.execute("UPDATE batch SET due_at = due_at - 600000"));
    try (LogCapture log = LogCapture.open();
        App other = instance("second").with("leonardo.file.patience", "1ms").start()) {
      await().atMost(Patience.LONG).until(() -> !log.warnings().isEmpty());
      assertThat(log.warnings())
          .singleElement()
          .asString()
          .contains(
              "koalas.jsonl is not read on from request 1: no instance that runs has its copy; start"
                  + " the one that took it, or drop the same file again");
      assertThat(batches("READING")).containsExactly("koalas.jsonl");

      Path inbox = InboxFixture.into(other.inbox()).inbox();
      Files.move(first.accepted("koalas.jsonl"), inbox.resolve("koalas.jsonl"));
      await().atMost(Patience.LONG).until(() -> batches("READING").isEmpty());
      assertThat(log.warnings()).hasSize(1);
    }
  }

  /** An instance takes a batch, and is stopped before it reads any of it. */
  private void taken(String file) throws Exception {
    try (App app = instance("first").with("leonardo.tick", "10h").start()) {
      first.file(file, InboxFixture.request("a koala") + "\n");
      await().atMost(Patience.LONG).until(() -> Files.exists(first.accepted(file)));
      assertThat(app.data().resolve("batches")).isNotEmptyDirectory();
    }
  }

  private App instance(String name) {
    return App.in(folder.resolve(name))
        .at(provider)
        .with("leonardo.ledger.url", url)
        .with("leonardo.file.enabled", "true")
        .with("leonardo.file.patience", "1ms");
  }

  private List<String> batches(String state) {
    return Jdbi.create(url)
        .withHandle(
            it ->
                it.createQuery("SELECT name FROM batch WHERE state = ?")
                    .bind(0, state)
                    .mapTo(String.class)
                    .list());
  }
}
