package speed;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32;

/**
 * An SQLite ledger with many finished jobs, made by SQL: as many on each of the last 30 days, the
 * same on today, with their changes of state, events and deliveries. It has the schema of V23, and
 * the program that opens it brings it up to date, with whatever later schemas keep besides.
 */
final class FilledLedger {
  private static final String FOLDER = "/io/leonardoroutes/ledger/";
  private static final List<String> SCHEMA =
      List.of(
          "V1__jobs_events_deliveries",
          "V2__governor_and_money",
          "V3__callers",
          "V4__moved",
          "V5__accounts",
          "V6__lists",
          "V7__refused_key",
          "V8__users",
          "V9__refused_account",
          "V10__figures",
          "V11__provider_list",
          "V12__circuit",
          "V13__identity",
          "V14__clock",
          "V15__notices",
          "V17__queue",
          "V18__list_shown",
          "V19__uploads",
          "V20__batches",
          "V22__waits_for",
          "V23__tags");

  private static final String HISTORY =
      """
      CREATE TABLE leonardo_schema (installed_rank INT NOT NULL PRIMARY KEY, version VARCHAR(50),
        description VARCHAR(200) NOT NULL, type VARCHAR(20) NOT NULL, script VARCHAR(1000) NOT NULL,
        checksum INT, installed_by VARCHAR(100) NOT NULL,
        installed_on TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP, execution_time INT NOT NULL,
        success BOOLEAN NOT NULL);
      CREATE INDEX leonardo_schema_s_idx ON leonardo_schema (success)
      """;

  /** Of a job's number i: its id, and when it was accepted; a thirtieth of all were so today. */
  private static final String JOBS =
      """
      CREATE TEMP TABLE n AS
      WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < %1$d - 1)
      SELECT i, printf('%%08x-0000-4000-8000-%%012x', (i * 2654435761) %% 4294967296, i) AS id,
        CASE WHEN i %% 30 = 0 THEN %2$d + (%3$d - %2$d) * i / %1$d
          ELSE %2$d - 86400000 * (i %% 30) + 86400000 * i / %1$d END AS at,
        i %% 100 = 7 AS failed
      FROM n
      """;

  private static final String JOB =
      """
      INSERT INTO job (id, file_name, reference, intake_key, content_hash, model, state, priority, request, sinks,
        warnings, attempt, tries, generation_id, cost_amount, cost_unit, response, video_url, video_file,
        video_bytes, video_sha256, created_at, submitted_at, finished_at, leased_until, kind, turn, took,
        queued_by, sent_hash)
      SELECT id, 'koala-' || substr(id, 1, 8) || i, 'order-' || i, 'file:koala-' || i || '.json:' || id,
        hex(randomblob(32)), 'kling-3.0-turbo', CASE WHEN failed THEN 'FAILED' ELSE 'COMPLETE' END, 4,
        '{"model":"kling-3.0-turbo","public":false,"parameters":{"prompt":"The koala number ' || i
          || ' plays with the cat","duration":5,"motion_has_audio":true,"width":1920,"height":1080}}',
        '[]', '[]', 1, 0, 'a' || substr(id, 2), '0.0147', 'DOLLARS',
        '{"id":"a' || substr(id, 2) || '","status":"COMPLETE"}',
        CASE WHEN failed THEN NULL ELSE 'https://cdn.leonardo.ai/' || id || '.mp4' END,
        CASE WHEN failed THEN NULL ELSE id || '.mp4' END, 22325, hex(randomblob(32)),
        at, at + 100, at + 60000, 0,
        '{"model":"kling-3.0-turbo","parameters":{"duration":5,"motion_has_audio":true,"width":1920,"height":1080}}',
        at - 4 * 3600000, 60000, '', hex(randomblob(32))
      FROM n
      """;

  private static final String MOVED =
      """
      INSERT INTO moved (job, n, from_state, to_state, at, who, place, step)
      SELECT id, k, nullif(f, ''), coalesce(nullif(t, ''), CASE WHEN failed THEN 'FAILED' ELSE 'COMPLETE' END),
        at + later, NULL, 'file', 4 * i + k
      FROM n CROSS JOIN (SELECT 0 AS k, '' AS f, 'ACCEPTED' AS t, 0 AS later
        UNION ALL SELECT 1, 'ACCEPTED', 'SUBMITTING', 100
        UNION ALL SELECT 2, 'SUBMITTING', 'RUNNING', 200
        UNION ALL SELECT 3, 'RUNNING', '', 60000)
      """;

  private static final String EVENT =
      """
      INSERT INTO event (id, subject, type, document, file_name, time)
      SELECT id || '-' || k, id, type, '{"specversion":"1.0","subject":"' || id || '"}', 'koala-' || i, at + later
      FROM n CROSS JOIN (SELECT 1 AS k, 'submitted' AS type, 200 AS later
        UNION ALL SELECT 2, 'completed', 60000)
      """;

  private static final String DELIVERY =
      """
      INSERT INTO delivery (event_id, sink, content, state, tries, due_at, leased_until, since)
      SELECT id || '-' || k, 'outbox', content, 'DELIVERED', 0, at, 0, at
      FROM n CROSS JOIN (SELECT 1 AS k, 'EVENT' AS content
        UNION ALL SELECT 2, 'EVENT' UNION ALL SELECT 2, 'VIDEO')
      """;

  private FilledLedger() {}

  /**
   * Makes one; a million jobs take a minute or two and 4 GB.
   *
   * @param file that is not there yet
   */
  static void make(Path file, int jobs) throws SQLException, IOException {
    try (Connection ledger = DriverManager.getConnection("jdbc:sqlite:" + file);
        Statement statement = ledger.createStatement()) {
      statement.execute("PRAGMA journal_mode = OFF");
      statement.execute("PRAGMA synchronous = OFF");
      statement.execute("PRAGMA cache_size = -500000");
      statement.execute("PRAGMA temp_store = MEMORY");
      script(statement, HISTORY);
      ledger.setAutoCommit(false);
      for (String file1 : SCHEMA) {
        migrate(ledger, statement, file1 + ".sql");
      }
      // Made anew at the end, which is a lot faster than to keep them.
      List<String> indexes = indexes(statement);
      fill(statement, jobs);
      for (String index : indexes) {
        statement.execute(index);
      }
      ledger.commit();
      statement.execute("ANALYZE");
      ledger.commit();
    }
  }

  private static void fill(Statement statement, int jobs) throws SQLException {
    Instant now = Instant.now();
    long today = now.truncatedTo(ChronoUnit.DAYS).toEpochMilli();
    statement.execute(JOBS.formatted(jobs, today, now.toEpochMilli() - 60_000));
    for (String insert : List.of(JOB, MOVED, EVENT, DELIVERY)) {
      statement.execute(insert);
    }
    statement.execute("INSERT INTO ended SELECT state, count(*) FROM job GROUP BY state");
    statement.execute("DROP TABLE n");
  }

  private static List<String> indexes(Statement statement) throws SQLException {
    List<String> names = new ArrayList<>();
    List<String> made = new ArrayList<>();
    try (ResultSet row =
        statement.executeQuery(
            "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL")) {
      while (row.next()) {
        names.add(row.getString(1));
        made.add(row.getString(2));
      }
    }
    for (String name : names) {
      statement.execute("DROP INDEX " + name);
    }
    return made;
  }

  /** As the program does, with its row in the history. */
  private static void migrate(Connection ledger, Statement statement, String script)
      throws SQLException, IOException {
    String sql;
    try (InputStream in = FilledLedger.class.getResourceAsStream(FOLDER + script)) {
      sql = new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
    script(statement, sql);
    CRC32 sum = new CRC32();
    new BufferedReader(new StringReader(sql))
        .lines()
        .forEach(line -> sum.update(line.getBytes(StandardCharsets.UTF_8)));
    String[] name = script.substring(1, script.length() - ".sql".length()).split("__");
    try (PreparedStatement row =
        ledger.prepareStatement(
            "INSERT INTO leonardo_schema (installed_rank, version, description, type, script,"
                + " checksum, installed_by, execution_time, success) SELECT"
                + " coalesce(max(installed_rank), 0) + 1, ?, ?, 'SQL', ?, ?, '', 0, true FROM"
                + " leonardo_schema")) {
      row.setString(1, name[0]);
      row.setString(2, name[1].replace('_', ' '));
      row.setString(3, script);
      row.setInt(4, (int) sum.getValue());
      row.execute();
    }
  }

  /** No text in our migrations has a semicolon. */
  private static void script(Statement statement, String sql) throws SQLException {
    for (String one : sql.replaceAll("--[^\n]*", "").split(";")) {
      if (!one.isBlank()) {
        statement.execute(one);
      }
    }
  }
}
