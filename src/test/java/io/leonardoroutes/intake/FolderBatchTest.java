package io.leonardoroutes.intake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.leonardoroutes.fixture.App;
import io.leonardoroutes.fixture.Fixture;
import io.leonardoroutes.fixture.InboxFixture;
import io.leonardoroutes.fixture.LedgerRows;
import io.leonardoroutes.fixture.Patience;
import io.leonardoroutes.fixture.RestCall;
import io.leonardoroutes.fixture.ScriptedProvider;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of a dropped file with many requests. */
class FolderBatchTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String WRONG =
      """
      {"model":"kling-3.0-turbo","parameters":{"prompt":"b","duration":20}}\
      """;
  private static final String TOO_LONG =
      "/parameters/duration 20 is too long for kling-3.0-turbo: 3 to 15 seconds";

  @TempDir Path folder;
  @Fixture private ScriptedProvider provider;
  @Fixture private App app;
  private InboxFixture drop;

  @BeforeEach
  void open() throws Exception {
    app.with("leonardo.file.enabled", "true");
    app.with("leonardo.limits.creates-per-minute", "10000");
    app.with("leonardo.request.max-bytes", "4096");
    app.with("leonardo.file.patience", "3s");
    drop = InboxFixture.into(app.inbox());
  }

  @Test
  void eachLineIsAJobWithAVerdictOfItsOwn() throws Exception {
    app.start();
    drop.file(
        "koalas.jsonl",
        String.join(
            "\n",
            request("a"),
            WRONG,
            "",
            "{\"model\":",
            "[1]",
            request("c"),
            "x".repeat(5000),
            ""));

    accepted("koalas.jsonl");
    List<JsonNode> report = ended("koalas", 6);
    assertThat(report)
        .extracting(line -> line.get("line").asInt() + " " + line.get("state").asText())
        .containsExactly(
            "1 COMPLETE", "2 REJECTED", "4 REJECTED", "5 REJECTED", "6 COMPLETE", "7 REJECTED");
    assertThat(report.get(1).get("reason").asText()).isEqualTo(TOO_LONG);
    assertThat(report.get(1).at("/problem/violations/0/pointer").asText())
        .isEqualTo("/parameters/duration");
    assertThat(report.get(2).at("/problem/type").asText()).endsWith(":not-json");
    assertThat(report.get(5).get("reason").asText())
        .isEqualTo("the request is larger than 4096 bytes: shorten it");
    String id = report.get(0).get("job").asText();
    assertThat(report.get(0).get("video").asText())
        .isEqualTo("koalas-1-" + id.substring(0, 8) + ".mp4");
    assertThat(app.outbox().resolve(report.get(0).get("video").asText())).exists();
    assertThat(provider.creates()).hasSize(2);
    List<String> rows = Files.readAllLines(app.outbox().resolve("koalas.report.csv"));
    assertThat(rows).hasSize(7).first().isEqualTo("line,job,state,reason,price,video");
    assertThat(rows.get(2)).isEqualTo("2,,REJECTED," + TOO_LONG + ",,");
    assertThat(rows.get(1)).startsWith("1," + id + ",COMPLETE,,").endsWith(".mp4");
    assertThat(app.data().resolve("batches")).isEmptyDirectory();
    assertThat(LedgerRows.of(app, "SELECT DISTINCT batch FROM job")).hasSize(1);
  }

  @Test
  void anArrayAndATableAreReadLikewise() throws Exception {
    app.start();
    drop.file("a.json", "\uFEFF[" + request("a") + ",\n" + request("b") + "]\n");
    drop.file("t.csv", "\uFEFFprompt;model;duration\r\n=c;kling-3.0-turbo;5\r\n");
    drop.file("one.json", InboxFixture.request("d"));

    accepted("a.json", "t.csv", "one.json");
    ended("a", 2);
    ended("t", 1);
    assertThat(LedgerRows.of(app, "SELECT request FROM job ORDER BY request").toString())
        .contains("\"a\"", "\"b\"", "\"=c\"", "\"d\"");
    assertThat(LedgerRows.jobs(app)).isEqualTo(4);
  }

  @Test
  void linesLeaveOutWhatTheDefaultsSay() throws Exception {
    app.start();
    drop.file("_defaults.json", "{\"model\":\"kling-video-o-3\",\"parameters\":{\"duration\":7}}");
    drop.file("a.defaults.json", "{\"model\":\"kling-3.0-turbo\",\"parameters\":{\"duration\":9}}");
    drop.file("a.csv", "prompt,duration\na,\nb,5\n");
    drop.file("b.jsonl", "{\"parameters\":{\"prompt\":\"c\"}}\n");

    accepted("a.csv", "b.jsonl");
    ended("a", 2);
    ended("b", 1);
    assertThat(
            LedgerRows.of(app, "SELECT request FROM job ORDER BY file_name").stream()
                .map(row -> json((String) row.get("request")))
                .map(
                    request ->
                        request.get("model").asText() + " " + request.at("/parameters/duration")))
        .containsExactly("kling-3.0-turbo 9", "kling-3.0-turbo 5", "kling-video-o-3 7");
    assertThat(drop.inbox().resolve("_defaults.json")).exists();
  }

  @Test
  void theSameFileAgainIsTheSameJobsAndRejectedLinesAreDecidedAnew() throws Exception {
    app.start();
    String text = request("a") + "\n{\"parameters\":{\"prompt\":\"b\"}}\n" + request("a") + "\n";
    drop.file("koalas.jsonl", text);
    accepted("koalas.jsonl");
    ended("koalas", 3);
    assertThat(LedgerRows.jobs(app)).isEqualTo(2);

    drop.file("_defaults.json", "{\"model\":\"kling-3.0-turbo\"}");
    drop.file("koalas.jsonl", text);

    await().atMost(Patience.LONG).until(() -> LedgerRows.jobs(app) == 3);
    await()
        .atMost(Patience.LONG)
        .until(() -> states("koalas").equals(List.of("COMPLETE", "COMPLETE", "COMPLETE")));
    assertThat(provider.creates()).hasSize(3);

    drop.file("koalas.jsonl", text);
    accepted("koalas.jsonl");
    assertThat(LedgerRows.jobs(app)).isEqualTo(3);
  }

  @Test
  void anotherFileOfThatNameIsAnotherBatchWithReportsOfItsOwn() throws Exception {
    app.start();
    drop.file("koalas.jsonl", WRONG + "\n");
    accepted("koalas.jsonl");
    ended("koalas", 1);
    drop.file("koalas.jsonl", WRONG + "\n" + WRONG + "\n");
    accepted("koalas.jsonl");

    String id =
        (String) LedgerRows.of(app, "SELECT id FROM batch WHERE lines = 2").get(0).get("id");
    ended("koalas-" + id.substring(0, 8), 2);
    assertThat(states("koalas")).hasSize(1);
  }

  @Test
  void linesOfOneReferenceAreOneJobOrAConflict() throws Exception {
    app.start();
    drop.file(
        "koalas.csv",
        "reference,prompt,model\nr,a,kling-3.0-turbo\nr,a,kling-3.0-turbo\nr,b,kling-3.0-turbo\n");

    accepted("koalas.csv");
    List<JsonNode> report = ended("koalas", 3);
    assertThat(report.get(1).get("job")).isEqualTo(report.get(0).get("job"));
    assertThat(report.get(2).get("reason").asText())
        .isEqualTo(
            "job %s has this reference and asks for something else: use a new one"
                .formatted(report.get(0).get("job").asText()));
    assertThat(provider.creates()).hasSize(1);
  }

  @Test
  void aLineTakesTheVideoOfALineAboveIt() throws Exception {
    app.start();
    drop.file(
        "koalas.jsonl",
        String.join(
            "\n",
            "{\"reference\":\"first\"," + request("a").substring(1),
            editing("first", "second"),
            editing("second", "third"),
            editing("last", "later"),
            editing("circle", "circle"),
            "{\"reference\":\"last\"," + WRONG.substring(1),
            editing("last", "rejected"),
            ""));

    accepted("koalas.jsonl");
    List<JsonNode> report = ended("koalas", 7);
    assertThat(report)
        .extracting(line -> line.get("state").asText())
        .containsExactly(
            "COMPLETE", "COMPLETE", "COMPLETE", "REJECTED", "REJECTED", "REJECTED", "REJECTED");
    assertThat(report.get(3).get("reason").asText())
        .isEqualTo(
            "/parameters/guidances/video_reference_base/0/video/job \"last\" is neither a job of yours"
                + " nor an accepted line above this one: give the id or the reference of one, and"
                + " let a line follow the line that it waits for");
    assertThat(report.get(4).get("reason").asText())
        .contains("\"circle\" is neither a job of yours");
    assertThat(report.get(6).get("reason").asText()).contains("\"last\" is neither a job of yours");
    assertThat(provider.creates()).hasSize(3);
  }

  private static String editing(String job, String reference) {
    return """
    {"model":"kling-video-o-3","reference":"%s","parameters":{"prompt":"at night","guidances":\
    {"video_reference_base":[{"video":{"job":"%s"}}]}}}"""
        .formatted(reference, job);
  }

  @Test
  void tagsOfATableJoinThoseOfTheDefaults() throws Exception {
    app.start();
    drop.file("_defaults.json", "{\"model\":\"kling-3.0-turbo\",\"tags\":{\"team\":\"web\"}}");
    drop.file("koalas.csv", "prompt,tags\na,project=spring;team=red\nb,\nc,spring\n");

    accepted("koalas.csv");
    List<JsonNode> report = ended("koalas", 3);
    assertThat(LedgerRows.of(app, "SELECT tags FROM job ORDER BY file_name"))
        .extracting(row -> row.get("tags"))
        .containsExactly("{\"project\":\"spring\",\"team\":\"red\"}", "{\"team\":\"web\"}");
    assertThat(report.get(2).get("reason").asText()).startsWith("/tags ");
  }

  @Test
  void aFileThatCannotBeReadIsRejectedAsAWhole() throws Exception {
    app.with("leonardo.batches.max-lines", "3").with("leonardo.batches.max-bytes", "9000").start();
    drop.file("header.csv", "The koala,5\n");
    drop.file("empty.jsonl", "\n\n");
    drop.file("none.json", "[]");
    drop.file("lines.jsonl", "1\n2\n3\n4\n");
    drop.file("bytes.jsonl", "1234567890\n".repeat(1000));
    drop.file("cut.json", "[" + request("a") + ", {");
    drop.file("quote.csv", "prompt\n\"a\n");
    drop.file("wrong.defaults.json", "[]");
    drop.file("wrong.jsonl", request("a") + "\n");

    gone("header.csv", "empty.jsonl", "none.json", "lines.jsonl", "bytes.jsonl", "cut.json");
    gone("quote.csv", "wrong.jsonl");
    assertThat(
            Stream.of("header", "empty", "none", "lines", "bytes", "cut", "quote", "wrong")
                .map(this::reason))
        .containsExactly(
            "wrong-header",
            "empty",
            "empty",
            "batch-too-large",
            "batch-too-large",
            "not-json",
            "not-csv",
            "wrong-defaults");
    assertThat(LedgerRows.jobs(app)).isZero();
    assertThat(LedgerRows.of(app, "SELECT id FROM batch")).isEmpty();
    assertThat(app.data().resolve("batches")).isEmptyDirectory();
  }

  @Test
  void cellsThatASpreadsheetWouldRunAreNeutralInTheReport() throws Exception {
    provider.onCreate(create -> ScriptedProvider.json(400, "{\"error\":\"=cmd|' /C calc'!A0\"}"));
    app.start();
    drop.file("koalas.jsonl", request("a") + "\n");

    accepted("koalas.jsonl");
    await().atMost(Patience.LONG).until(() -> states("koalas").equals(List.of("FAILED")));
    assertThat(Files.readString(app.outbox().resolve("koalas.report.csv")))
        .doesNotContain(",=", ",\"=");
  }

  @Test
  void aBatchIsReadOnAfterTheProgramWasStopped() throws Exception {
    app.start();
    int lines = 3000;
    drop.file(
        "koalas.jsonl",
        IntStream.range(0, lines).mapToObj(i -> WRONG + "\n").collect(Collectors.joining()));
    await()
        .atMost(Patience.LONG)
        .until(() -> !LedgerRows.of(app, "SELECT id FROM batch WHERE read_lines > 0").isEmpty());
    app.close();

    try (App again = App.in(folder).at(provider).start()) {
      await()
          .atMost(Patience.LONG)
          .until(
              () -> !LedgerRows.of(again, "SELECT id FROM batch WHERE state = 'ENDED'").isEmpty());
      assertThat(Files.readAllLines(again.outbox().resolve("koalas.report.jsonl"))).hasSize(lines);
    }
  }

  @Test
  void itsStatusCountsLinesByState() throws Exception {
    app.with("leonardo.rest.enabled", "true").start();
    drop.file("koalas.jsonl", request("a") + "\n" + WRONG + "\n");
    accepted("koalas.jsonl");
    ended("koalas", 2);
    Object id = LedgerRows.of(app, "SELECT id FROM batch").get(0).get("id");

    await().atMost(Patience.LONG).until(() -> status(id).get("state").asText().equals("ENDED"));
    JsonNode status = status(id);
    assertThat(status.get("counts"))
        .hasToString("[{\"state\":\"COMPLETE\",\"lines\":1},{\"state\":\"REJECTED\",\"lines\":1}]");
    assertThat(status.get("name").asText()).isEqualTo("koalas.jsonl");
    assertThat(status.get("decided")).isEqualTo(status.get("lines"));
    assertThat(RestCall.get(app, "/batches/none").body().get("type").asText())
        .endsWith(":no-such-batch");
  }

  private JsonNode status(Object id) throws Exception {
    return RestCall.get(app, "/batches/" + id).body();
  }

  private static String request(String prompt) {
    return InboxFixture.request(prompt);
  }

  private void gone(String... names) {
    await().atMost(Patience.LONG).until(() -> List.of(names).stream().noneMatch(this::isWaiting));
  }

  private boolean isWaiting(String name) {
    return Files.exists(drop.inbox().resolve(name));
  }

  private void accepted(String... names) {
    gone(names);
    for (String name : names) {
      assertThat(drop.accepted(name)).exists();
    }
  }

  private String reason(String name) {
    try {
      return drop.reason(name).get("type").asText().replaceFirst(".*:", "");
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The report, once it has that many lines and all have ended. */
  private List<JsonNode> ended(String report, int lines) {
    await()
        .atMost(Patience.LONG)
        .until(
            () ->
                states(report).size() == lines
                    && states(report).stream()
                        .allMatch(
                            state ->
                                List.of("REJECTED", "COMPLETE", "FAILED", "CANCELLED")
                                    .contains(state))
                    && lines(report).stream()
                        .noneMatch(
                            line ->
                                line.get("state").asText().equals("COMPLETE")
                                    && !line.get("video").asText().endsWith(".mp4")));
    return lines(report);
  }

  private List<String> states(String report) {
    return lines(report).stream().map(line -> line.get("state").asText()).toList();
  }

  private List<JsonNode> lines(String report) {
    Path file = app.outbox().resolve(report + ".report.jsonl");
    List<JsonNode> lines = new ArrayList<>();
    try {
      if (Files.exists(file)) {
        Files.readString(file, StandardCharsets.UTF_8)
            .lines()
            .forEach(line -> lines.add(json(line)));
      }
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
    return lines;
  }

  private static JsonNode json(String text) {
    try {
      return JSON.readTree(text);
    } catch (IOException e) {
      throw new IllegalStateException(text, e);
    }
  }
}
