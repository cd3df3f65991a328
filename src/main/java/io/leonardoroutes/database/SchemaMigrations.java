package io.leonardoroutes.database;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.zip.CRC32;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Script;

/**
 * Brings the schema of a ledger up to date, and refuses one that this program does not know. Each
 * migration is one transaction, together with its row in the history.
 *
 * <p>The history table has the columns and checksums of Flyway, which earlier versions used. Flyway
 * itself is not used, because an application framework may let it migrate every database of the
 * application.
 *
 * <p>One file, because the list of migrations is read beside what runs them.
 */
final class SchemaMigrations {
  private static final String FOLDER = "/io/leonardoroutes/ledger/";
  private static final String HISTORY = "leonardo_schema";

  /** Every migration, in order: not every class loader can list a folder. */
  static final List<String> FILES =
      List.of(
          "V1__jobs_events_deliveries.sql",
          "V2__governor_and_money.sql",
          "V3__callers.sql",
          "V4__moved.sql",
          "V5__accounts.sql",
          "V6__lists.sql",
          "V7__refused_key.sql",
          "V8__users.sql",
          "V9__refused_account.sql",
          "V10__figures.sql",
          "V11__provider_list.sql",
          "V12__circuit.sql",
          "V13__identity.sql",
          "V14__clock.sql",
          "V15__notices.sql",
          "V17__queue.sql",
          "V18__list_shown.sql",
          "V19__uploads.sql",
          "V20__batches.sql",
          "V22__waits_for.sql",
          "V23__tags.sql",
          "V25__restored.sql",
          "V26__batch_approval.sql",
          "V27__sums.sql",
          "V28__archive.sql",
          "V29__former_ids.sql",
          "V30__budget_waits.sql",
          "V31__pauses.sql",
          "V32__live_limits.sql",
          "V33__traces.sql",
          "V34__receipts.sql");

  private static final List<Migration> KNOWN = FILES.stream().map(Migration::of).toList();

  private SchemaMigrations() {}

  /** A file of the folder. */
  private record Migration(BigDecimal version, String description, String file, String sql) {
    static Migration of(String file) {
      String[] name = file.substring(1, file.length() - ".sql".length()).split("__", 2);
      return new Migration(new BigDecimal(name[0]), name[1].replace('_', ' '), file, text(file));
    }

    private static String text(String file) {
      try (InputStream sql = SchemaMigrations.class.getResourceAsStream(FOLDER + file)) {
        return new String(sql.readAllBytes(), StandardCharsets.UTF_8);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    /** The checksum that Flyway computes; independent of line endings. */
    int checksum() {
      CRC32 sum = new CRC32();
      new BufferedReader(new StringReader(sql))
          .lines()
          .forEach(line -> sum.update(line.getBytes(StandardCharsets.UTF_8)));
      return (int) sum.getValue();
    }
  }

  /** A row of the history. */
  private record Applied(BigDecimal version, int checksum, boolean success) {
    static Applied of(ResultSet row) throws SQLException {
      return new Applied(
          new BigDecimal(row.getString("version")),
          row.getInt("checksum"),
          row.getBoolean("success"));
    }
  }

  /**
   * Migrates the schema; the caller makes sure that nobody else does at the same time.
   *
   * @param handle without a transaction
   * @throws IllegalStateException with a one-line message, if the schema is not that of this
   *     version or an older one
   */
  static void migrate(Handle handle) {
    try {
      if (!hasHistory(handle)) {
        createHistory(handle);
      }
      Map<BigDecimal, Applied> applied = applied(handle);
      refuseUnknown(applied);
      for (Migration one : KNOWN) {
        if (!applied.containsKey(one.version())) {
          apply(handle, one);
        }
      }
    } catch (SQLException e) {
      throw new IllegalStateException(e.getMessage(), e);
    }
  }

  /**
   * Checks a schema without changing it.
   *
   * @throws IllegalStateException with a one-line message, if it is not that of this version
   */
  static void requireCurrent(Handle handle) {
    try {
      Map<BigDecimal, Applied> applied = hasHistory(handle) ? applied(handle) : Map.of();
      refuseUnknown(applied);
      if (applied.size() < KNOWN.size()) {
        throw new IllegalStateException(
            "its schema is older than this program: it is brought up to date at the next start");
      }
    } catch (SQLException e) {
      throw new IllegalStateException(e.getMessage(), e);
    }
  }

  /** In another encoding, a prompt with a character that it lacks could never be accepted. */
  static void requireUtf8(Handle handle) {
    String encoding = handle.createQuery("SHOW server_encoding").mapTo(String.class).one();
    if (!encoding.equals("UTF8")) {
      throw new IllegalStateException(
          "the encoding of the database is %s, but requests may contain any Unicode: create one with ENCODING 'UTF8'"
              .formatted(encoding));
    }
  }

  private static Migration newest() {
    return KNOWN.get(KNOWN.size() - 1);
  }

  private static boolean hasHistory(Handle handle) throws SQLException {
    String schema = handle.getConnection().getSchema();
    // Both are patterns, in which _ stands for any character.
    try (ResultSet found =
        handle.getConnection().getMetaData().getTables(null, schema, HISTORY, null)) {
      while (found.next()) {
        if (HISTORY.equals(found.getString("TABLE_NAME"))
            && (schema == null || schema.equals(found.getString("TABLE_SCHEM")))) {
          return true;
        }
      }
      return false;
    }
  }

  private static void createHistory(Handle handle) throws SQLException {
    boolean sqlite = handle.getConnection().getMetaData().getDatabaseProductName().equals("SQLite");
    String now =
        sqlite ? "TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP" : "TIMESTAMP NOT NULL DEFAULT now()";
    handle.useTransaction(
        all -> {
          all.execute(
              "CREATE TABLE leonardo_schema (installed_rank INT NOT NULL PRIMARY KEY,"
                  + " version VARCHAR(50), description VARCHAR(200) NOT NULL,"
                  + " type VARCHAR(20) NOT NULL, script VARCHAR(1000) NOT NULL, checksum INT,"
                  + " installed_by VARCHAR(100) NOT NULL, installed_on "
                  + now
                  + ", execution_time INT NOT NULL, success BOOLEAN NOT NULL)");
          all.execute("CREATE INDEX leonardo_schema_s_idx ON leonardo_schema (success)");
        });
  }

  /** Only {@code SQL} rows: the baseline row of Flyway is not one of our migrations. */
  private static Map<BigDecimal, Applied> applied(Handle handle) {
    return handle
        .createQuery("SELECT version, checksum, success FROM leonardo_schema WHERE type = 'SQL'")
        .map((row, context) -> Applied.of(row))
        .collect(Collectors.toMap(Applied::version, it -> it, (a, b) -> b, TreeMap::new));
  }

  private static void refuseUnknown(Map<BigDecimal, Applied> applied) {
    Map<BigDecimal, Migration> known =
        KNOWN.stream().collect(Collectors.toMap(Migration::version, it -> it));
    BigDecimal last = applied.keySet().stream().max(Comparator.naturalOrder()).orElse(null);
    if (last == null) {
      return;
    }
    if (last.compareTo(newest().version()) > 0) {
      throw new IllegalStateException(
          "it was written by a newer leonardo-routes: its schema is %s, and this program knows schemas up to %s"
              .formatted(last, newest().version()));
    }
    for (Applied one : applied.values()) {
      Migration ours = known.get(one.version());
      if (ours == null || !one.success() || ours.checksum() != one.checksum()) {
        throw new IllegalStateException(
            "step %s of its schema is not the one that this program knows: restore it from a backup, or start the program that wrote it"
                .formatted(one.version()));
      }
    }
    for (Migration one : KNOWN) {
      if (one.version().compareTo(last) < 0 && !applied.containsKey(one.version())) {
        throw new IllegalStateException(
            "its schema is %s, but lacks step %s: restore it from a backup, or start the program that wrote it"
                .formatted(last, one.version()));
      }
    }
  }

  private static void apply(Handle handle, Migration migration) throws SQLException {
    handle.useTransaction(
        all -> {
          long began = System.nanoTime();
          new Script(all, migration.sql()).executeAsSeparateStatements();
          String user = all.getConnection().getMetaData().getUserName();
          all.createUpdate(
                  "INSERT INTO leonardo_schema (installed_rank, version, description, type, script,"
                      + " checksum, installed_by, execution_time, success) SELECT"
                      + " coalesce(max(installed_rank), 0) + 1, :version, :description, 'SQL',"
                      + " :script, :checksum, :user, :time, true FROM leonardo_schema")
              .bind("version", migration.version().toString())
              .bind("description", migration.description())
              .bind("script", migration.file())
              .bind("checksum", migration.checksum())
              .bind("user", user == null ? "" : user)
              .bind("time", (System.nanoTime() - began) / 1_000_000)
              .execute();
        });
  }
}
