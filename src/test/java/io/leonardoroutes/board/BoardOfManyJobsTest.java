package io.leonardoroutes.board;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.OperatingSystemMXBean;
import io.leonardoroutes.fixture.App;
import io.leonardoroutes.fixture.InboxFixture;
import io.leonardoroutes.fixture.LedgerRows;
import io.leonardoroutes.fixture.RestClient;
import java.lang.management.ManagementFactory;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the board costs beside many jobs. More with {@code -Dledger.rows=1000000}. */
class BoardOfManyJobsTest {
  private static final int ROWS = Integer.getInteger("ledger.rows", 20_000);
  private static final Duration FIRST_PAGE = Duration.ofMillis(100);

  /** As often as the script asks, a hundredth of a core. */
  private static final Duration FOLLOWING = Duration.ofSeconds(5).dividedBy(100);

  /** The overview, read anew: else it is kept for a second, which would hide what it costs. */
  private static final String FRESH = "/board?did=resume";

  private static final String COLUMNS =
      "content_hash, model, priority, request, sinks, warnings, attempt, tries, leased_until,"
          + " account, queued_by, caller, kind, turn";

  @TempDir Path folder;

  private App app() {
    return App.onlyRest(folder)
        .with("leonardo.board.enabled", "true")
        .with("leonardo.ledger.url", "jdbc:sqlite:" + folder.resolve("data/ledger.db"));
  }

  @Test
  void aPageCostsLittleHoweverManyJobsThereAre() throws Exception {
    String template;
    // The program notices what another one writes into its file, so it is not running then.
    try (App app = app()) {
      String job = RestClient.of(app.start()).post(InboxFixture.request("a")).body();
      template = RestClient.JSON.readTree(job).get("id").asText();
    }
    LedgerRows.change(
        app(),
        """
        INSERT INTO job (id, file_name, state, created_at, %1$s)
        WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %2$s)
        SELECT 'w' || i, 'w' || i, CASE WHEN i %% 50 = 0 THEN 'ACCEPTED' WHEN i %% 7 = 0 THEN
          'FAILED' ELSE 'COMPLETE' END, created_at - i, %1$s FROM n CROSS JOIN job
          WHERE id = '%3$s'
        """
            .formatted(COLUMNS, ROWS, template));
    try (App app = app().start()) {
      RestClient rest = RestClient.of(app);

      for (String path :
          new String[] {
            FRESH, "/board/jobs", "/board/jobs?state=FAILED", "/board/doubts", "/board/sinks"
          }) {
        assertThat(cpu(rest, path, null))
            .as("CPU of %s beside %s jobs", path, ROWS)
            .isLessThan(FIRST_PAGE);
      }
      String tag = rest.get("/board/jobs").headers().firstValue("ETag").orElseThrow();
      assertThat(cpu(rest, "/board/jobs", tag)).as("CPU of asking again").isLessThan(FOLLOWING);
      tag = rest.get(FRESH).headers().firstValue("ETag").orElseThrow();
      assertThat(cpu(rest, FRESH, tag)).as("CPU of asking again").isLessThan(FOLLOWING);
    }
  }

  /**
   * Of one call, the caller's share included; by the clock of the CPU, so that others do not count.
   */
  private static Duration cpu(RestClient rest, String path, String tag) throws Exception {
    OperatingSystemMXBean system =
        (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    for (int i = 0; i < 5; i++) {
      call(rest, path, tag);
    }
    long before = system.getProcessCpuTime();
    int calls = 0;
    for (; calls < 6; calls++) {
      call(rest, path, tag);
    }
    Duration each = Duration.ofNanos((system.getProcessCpuTime() - before) / calls);
    System.out.printf(
        "%s beside %s jobs%s: %s ms of CPU%n",
        path, ROWS, tag == null ? "" : ", known", each.toNanos() / 1_000_000.0);
    return each;
  }

  private static void call(RestClient rest, String path, String tag) throws Exception {
    HttpResponse<String> answer =
        tag == null ? rest.get(path) : rest.send("GET", path, "", "If-None-Match", tag);
    assertThat(answer.statusCode()).isIn(200, 304);
  }
}
