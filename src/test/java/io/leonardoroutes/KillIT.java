package io.leonardoroutes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.leonardoroutes.fixture.FlowFixture;
import io.leonardoroutes.fixture.Patience;
import io.leonardoroutes.fixture.ProgramProcess;
import io.leonardoroutes.fixture.ScriptedProvider;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import mockwebserver3.Dispatcher;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;
import org.jdbi.v3.core.Jdbi;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The program, killed with SIGKILL at every point where it could lose a request or pay for it
 * twice, and started again on what it left.
 */
@Tag("long")
class KillIT {
  @TempDir Path folder;
  private ScriptedProvider provider;
  private ProgramProcess program;
  private volatile boolean killed;

  @BeforeEach
  void open() throws IOException {
    provider = ScriptedProvider.start();
    program = ProgramProcess.in(folder).at(provider);
  }

  @AfterEach
  void close() {
    program.close();
    provider.close();
  }

  @Test
  void killedBetweenAcceptAndSubmitItSubmitsOnce() throws Exception {
    ScriptedProvider.Answer untilKilled =
        look -> killed ? provider.complete(look) : ScriptedProvider.pending(look);
    provider.onLook(Collections.nCopies(1000, untilKilled).toArray(ScriptedProvider.Answer[]::new));
    program.with("leonardo.limits.concurrent", "1").start().drop("first.json", FlowFixture.REQUEST);
    program.says(" submitted, generation ");
    program.drop("second.json", FlowFixture.REQUEST);
    program.says("second-");
    int looks = provider.looks().size();
    await().atMost(Patience.LONG).until(() -> provider.looks().size() > looks + 3);
    program.kill();
    assertThat(provider.creates()).hasSize(1);
    killed = true;

    program.start();

    await().atMost(Patience.LONG).until(() -> program.outbox(".completed.json").size() == 2);
    assertThat(program.outbox(".mp4")).hasSize(2);
    assertThat(program.files("data/outbox")).hasSize(6);
    assertThat(provider.creates()).hasSize(2);
  }

  @Test
  void killedInTheMiddleOfACreateItIsInDoubtAndPaysNoSecondTime() throws Exception {
    provider.onCreate(
        create -> {
          program.kill();
          return provider.created();
        });
    program.start().drop("koala.json", FlowFixture.REQUEST);
    await().atMost(Patience.LONG).until(() -> !program.isRunning());

    program.start();

    inDoubt();
  }

  @Test
  void killedBetweenCreateAndRecordItIsInDoubtAndPaysNoSecondTime() throws Exception {
    String record = "              - bean:\n                  id: record-create";
    program
        .edit(
            "submit.camel.yaml",
            record,
            "              - log: {message: held before the record, loggingLevel: WARN}\n"
                + "              - delay: {constant: 60000}\n"
                + record)
        .start()
        .drop("koala.json", FlowFixture.REQUEST);
    program.says("held before the record");
    program.kill();

    program.start();

    inDoubt();
  }

  @Test
  void killedWhileTrackingItGoesOnLooking() throws Exception {
    provider.onLook(
        ScriptedProvider::pending,
        look -> {
          program.kill();
          return ScriptedProvider.pending(look);
        },
        ScriptedProvider::pending);
    program.start().drop("koala.json", FlowFixture.REQUEST);
    await().atMost(Patience.LONG).until(() -> !program.isRunning());

    program.start();

    complete();
  }

  @Test
  void killedWhileDownloadingItFetchesTheWholeVideo() throws Exception {
    provider.onDownload(
        download -> {
          CompletableFuture.runAsync(
              program::kill, CompletableFuture.delayedExecutor(500, TimeUnit.MILLISECONDS));
          return ScriptedProvider.video()
              .newBuilder()
              .throttleBody(ScriptedProvider.videoBytes().length / 2, 5, TimeUnit.SECONDS)
              .build();
        });
    program.start().drop("koala.json", FlowFixture.REQUEST);
    await().atMost(Patience.LONG).until(() -> !program.isRunning());
    assertThat(program.files("data/videos")).hasSize(1).noneMatch(ProgramProcess::isVideo);

    program.start();

    complete();
    // The half of the one that was killed may be another instance's: it is swept when it is old.
    assertThat(program.files("data/videos")).filteredOn(ProgramProcess::isVideo).hasSize(1);
  }

  @Test
  void killedWhileASinkTakesAnEventItSendsTheSameEventAgain() throws Exception {
    Set<String> killedAt = ConcurrentHashMap.newKeySet();
    List<String> ids = new CopyOnWriteArrayList<>();
    try (MockWebServer sink = new MockWebServer()) {
      sink.setDispatcher(
          new Dispatcher() {
            @Override
            public MockResponse dispatch(RecordedRequest request) {
              JsonNode event = FlowFixture.json(request.getBody().utf8());
              ids.add(event.get("id").asText());
              if (killedAt.add(event.get("type").asText())) {
                program.kill();
              }
              return new MockResponse.Builder().build();
            }
          });
      sink.start();
      program.with("leonardo.sinks.web.uri", sink.url("/in").toString());
      program.start().drop("koala.json", FlowFixture.REQUEST);
      await().atMost(Patience.LONG).until(() -> !program.isRunning());
      program.start();
      await().atMost(Patience.LONG).until(() -> !program.isRunning());
      program.start();

      await().atMost(Patience.LONG).until(() -> ids.size() == 4);
      assertThat(killedAt)
          .containsExactlyInAnyOrder(
              "leonardo.generation.submitted", "leonardo.generation.completed");
      assertThat(ids.get(1)).isEqualTo(ids.get(0));
      assertThat(ids.get(3)).isEqualTo(ids.get(2)).isNotEqualTo(ids.get(0));
      complete();
    }
  }

  @Test
  void killedWhileItAcceptsABatchItAcceptsEveryLineOnce() throws Exception {
    int lines = 2000;
    provider.onLook(
        Collections.nCopies(lines, (ScriptedProvider.Answer) ScriptedProvider::pending)
            .toArray(ScriptedProvider.Answer[]::new));
    program.with("leonardo.limits.concurrent", "1").start();
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < lines; i++) {
      text.append(FlowFixture.REQUEST.strip().replace("cat", "cat " + i)).append('\n');
    }
    program.drop("koalas.jsonl", text.toString());
    int kills = 0;
    for (long read = 0; read < lines; read = read()) {
      long before = read;
      await().atMost(Patience.LONG).until(() -> read() > before);
      program.kill();
      kills++;
      program.start();
    }

    assertThat(kills).isGreaterThan(1);
    assertThat(ledger("SELECT count(*) FROM job")).isEqualTo(lines);
    assertThat(ledger("SELECT count(DISTINCT request) FROM job")).isEqualTo(lines);
    assertThat(ledger("SELECT count(DISTINCT job) FROM batch_line")).isEqualTo(lines);
    await().atMost(Patience.LONG).until(() -> program.files("data/batches").findAny().isEmpty());
    assertThat(provider.creates())
        .extracting(create -> create.getBody().utf8())
        .doesNotHaveDuplicates();
  }

  private long read() {
    return ledger("SELECT coalesce(sum(read_lines), 0) FROM batch");
  }

  private long ledger(String sql) {
    return Jdbi.create("jdbc:sqlite:" + folder.resolve("data/ledger.db") + "?busy_timeout=10000")
        .withHandle(handle -> handle.createQuery(sql).mapTo(Long.class).one());
  }

  /** Everything is in the outbox, once and whole, and was paid once. */
  private void complete() throws IOException {
    Path completed = program.delivered(".completed.json");
    assertThat(FlowFixture.json(Files.readString(completed)).at("/data/state").asText())
        .isEqualTo("COMPLETE");
    assertThat(program.delivered(".mp4")).hasBinaryContent(ScriptedProvider.videoBytes());
    program.delivered(".submitted.json");
    // What was being written at a kill is swept an hour later.
    assertThat(program.files("data/outbox"))
        .filteredOn(file -> !file.getFileName().toString().startsWith(".part-"))
        .hasSize(3);
    assertThat(provider.creates()).hasSize(1);
  }

  /** A person is told, and however long one waits nothing is sent again. */
  private void inDoubt() throws IOException {
    JsonNode event = FlowFixture.json(Files.readString(program.delivered(".in_doubt.json")));
    assertThat(event.at("/data/state").asText()).isEqualTo("IN_DOUBT");
    assertThat(event.at("/data/problem/detail").asText())
        .isEqualTo("the program ended between the paid call and the record of its answer");
    await().during(Duration.ofSeconds(1)).until(() -> provider.creates().size() == 1);
    assertThat(program.files("data/outbox")).hasSize(1);
  }
}
