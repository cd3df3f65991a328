package io.leonardoroutes.command;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.leonardoroutes.fixture.FlowFixture;
import io.leonardoroutes.fixture.ScriptedProvider;
import io.leonardoroutes.fixture.TestLedger;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jdbi.v3.core.Jdbi;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code quote FILE|FOLDER}: what requests will cost, before any of them is sent. */
class QuoteCommandTest {
  private static final String FIVE_SECONDS =
      """
      {"model":"kling-3.0-turbo","parameters":{"prompt":"A cat"}}\
      """;
  private static final String NO_DURATION =
      """
      {"model":"kling-video-o-3","parameters":{"prompt":"A cat"}}\
      """;

  @TempDir Path folder;
  private final Map<String, String> settings = new HashMap<>();
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private Path requests;

  @BeforeEach
  void open() throws IOException {
    settings.put("leonardo.data", folder.resolve("data").toString());
    requests = Files.createDirectory(folder.resolve("requests"));
  }

  @Test
  void aFileIsQuotedWithoutAKeyAndNothingIsWritten() throws Exception {
    Path file = Files.writeString(requests.resolve("koala.json"), FIVE_SECONDS);

    assertThat(quote(file)).isZero();
    assertThat(told(out))
        .containsExactly(
            "koala.json: 1 request, at least 1.196 DOLLARS",
            "all: 1 request, at least 1.196 DOLLARS, 0.09 hours; priced by jobs like them: 0, by"
                + " the table: 1, not priced: 0, rejected: 0");
    assertThat(err.toString(UTF_8)).isEmpty();
    assertThat(folder.resolve("data")).doesNotExist();
  }

  @Test
  void eachFileOfAFolderIsQuoted() throws Exception {
    Files.writeString(requests.resolve("_defaults.json"), "{\"model\":\"kling-2.6\"}");
    Files.writeString(requests.resolve("a.csv"), "prompt,duration\nA cat,5\nA dog,10\nA goat,5\n");
    Files.writeString(requests.resolve("b.json"), "[" + FIVE_SECONDS + "," + FIVE_SECONDS + "]");
    Files.writeString(requests.resolve("c.jsonl"), FIVE_SECONDS + "\n" + FIVE_SECONDS + "\n");
    Files.writeString(requests.resolve(".d.json"), "hidden");
    Files.writeString(requests.resolve("e.png"), "no request");
    settings.put("leonardo.limits.concurrent", "1");

    assertThat(quote(requests)).as(err.toString(UTF_8)).isZero();
    assertThat(told(out))
        .containsExactly(
            "a.csv: 3 requests, at least 3.612 DOLLARS",
            "b.json: 2 requests, at least 2.392 DOLLARS",
            "c.jsonl: 2 requests, at least 2.392 DOLLARS",
            "all: 7 requests, at least 8.396 DOLLARS, 0.59 hours; priced by jobs like them: 0, by"
                + " the table: 7, not priced: 0, rejected: 0");
  }

  @Test
  void whatCannotBePricedIsNamed() throws Exception {
    Path file =
        Files.writeString(
            requests.resolve("work.jsonl"),
            String.join(
                "\n",
                FIVE_SECONDS,
                NO_DURATION,
                "{}",
                "hello",
                FIVE_SECONDS.replace("{\"model\"", "{\"account\":\"studio\",\"model\"")));

    assertThat(quote(file)).isEqualTo(1);
    assertThat(told(out))
        .hasSize(6)
        .startsWith(
            "work.jsonl, request 2: no price is known: account default has paid for no job like it,"
                + " and the price table has no row for kling-video-o-3 without a duration")
        .contains(
            "work.jsonl, request 5: rejected: 422 invalid: /account has to be one of default",
            "work.jsonl: 5 requests, at least 1.196 DOLLARS")
        .last()
        .asString()
        .endsWith("by the table: 1, not priced: 1, rejected: 3");
  }

  @Test
  void besideTheRunningProgramPricesAreThoseOfItsJobs() throws Exception {
    Path file =
        Files.writeString(requests.resolve("koala.json"), FIVE_SECONDS.replace("cat", "dog"));
    try (ScriptedProvider provider = ScriptedProvider.start();
        FlowFixture flow =
            FlowFixture.in(folder, provider)
                .with("leonardo.ledger.url", ledger(folder.resolve("data").resolve("own.db")))
                .start()) {
      settings.put("leonardo.ledger.url", ledger(folder.resolve("data").resolve("own.db")));
      flow.until(flow.accept(FIVE_SECONDS), "COMPLETE");

      assertThat(quote(file)).isZero();
      assertThat(told(out).get(0)).isEqualTo("koala.json: 1 request, 0.0147 DOLLARS");

      flow.until(flow.accept(FIVE_SECONDS), "COMPLETE");
    }
    out.reset();
    assertThat(quote(file)).as("after it has stopped").isZero();
    assertThat(told(out).get(0)).isEqualTo("koala.json: 1 request, 0.0147 DOLLARS");
    TestLedger.open(settings.get("leonardo.ledger.url")).close();
  }

  @Test
  void withALedgerThatCannotBeReadTheTableHasToDo() throws Exception {
    Path file = Files.writeString(requests.resolve("koala.json"), FIVE_SECONDS);
    String url = ledger(folder.resolve("other.db"));
    settings.put("leonardo.ledger.url", url);
    TestLedger.open(url).close();
    Jdbi.create(url)
        .useHandle(
            all ->
                all.execute(
                    "DELETE FROM leonardo_schema WHERE installed_rank ="
                        + " (SELECT max(installed_rank) FROM leonardo_schema)"));

    assertThat(quote(file)).isZero();
    assertThat(told(out).get(0)).isEqualTo("koala.json: 1 request, at least 1.196 DOLLARS");
    assertThat(told(err))
        .containsExactly(
            "quote: all prices are those of the table, as the ledger cannot be read: its schema is"
                + " older than this program: it is brought up to date at the next start");
  }

  @Test
  void whatIsNoFileOrHasNoRequestFails() throws Exception {
    assertThat(quote(folder.resolve("nowhere.json"))).isEqualTo(1);
    assertThat(quote(Files.writeString(requests.resolve("a.txt"), "x"))).isEqualTo(1);
    assertThat(told(err))
        .containsExactly(
            "quote: there is no file or folder " + folder.resolve("nowhere.json"),
            "quote: " + requests.resolve("a.txt") + " is no .json, .jsonl or .csv file");
    assertThat(quote(requests)).isEqualTo(1);
    assertThat(told(out))
        .containsExactly(
            "all: 0 requests, no price, 0 hours; priced by jobs like them: 0, by the table: 0, not"
                + " priced: 0, rejected: 0");
  }

  @Test
  void aTableThatIsWrongIsOneLine() throws Exception {
    Path file = Files.writeString(requests.resolve("koala.json"), FIVE_SECONDS);
    Path prices = Files.writeString(folder.resolve("prices.csv"), "model,price\n");
    settings.put("leonardo.prices", prices.toString());

    assertThat(quote(file)).isEqualTo(1);
    assertThat(told(err))
        .singleElement()
        .asString()
        .startsWith("quote: leonardo.prices: " + prices + ", line 1, 'price' is not a column");
  }

  private static String ledger(Path file) {
    return "jdbc:sqlite:" + file;
  }

  private int quote(Path target) {
    return CommandFixture.with(settings, folder).line(out, err).execute("quote", target.toString());
  }

  private static List<String> told(ByteArrayOutputStream stream) {
    return stream.toString(UTF_8).lines().toList();
  }
}
