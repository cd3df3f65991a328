package io.leonardoroutes.limits;

import io.leonardoroutes.database.LedgerSql;
import io.leonardoroutes.job.Actor;
import io.leonardoroutes.limits.Pause.What;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.jdbi.v3.core.Handle;

/**
 * What operators have paused, for all instances. The moves that begin something look here in their
 * own transaction. A pause waits for the moves that are under way, so that nothing begins once it
 * is committed; what has begun goes on to its end.
 */
public final class PauseTable {
  private static final String SUBMITTING =
      """
      SELECT 1 FROM pause WHERE what = 'SUBMITTING' OR what = 'ACCOUNT' AND name = :account LIMIT 1
      """;

  private final LedgerSql sql;
  private final Clock clock;
  private final boolean shared;

  public PauseTable(LedgerSql sql, Clock clock, boolean shared) {
    this.sql = sql;
    this.clock = clock;
    this.shared = shared;
  }

  /** Whether no job of the account may be submitted. */
  public static boolean holdsSubmitting(Handle handle, String account) {
    return isThere(handle, SUBMITTING, "account", account);
  }

  /** Whether no new request of an intake may be accepted. */
  public static boolean holdsIntake(Handle handle, String intake) {
    String paused = "SELECT 1 FROM pause WHERE what = 'INTAKE' AND name = :intake";
    return isThere(handle, paused, "intake", intake);
  }

  private static boolean isThere(Handle handle, String query, String parameter, String name) {
    return handle
        .createQuery(query)
        .bind(parameter, name)
        .mapTo(Integer.class)
        .findOne()
        .isPresent();
  }

  /** The same in a transaction of its own. */
  public boolean holdsIntake(String intake) {
    return sql.withHandle(handle -> holdsIntake(handle, intake));
  }

  /** All that is paused, by kind and name. */
  public List<Pause> all() {
    return sql.withHandle(PauseTable::all);
  }

  private static List<Pause> all(Handle handle) {
    return handle
        .createQuery("SELECT * FROM pause ORDER BY what, name")
        .map((row, context) -> read(row))
        .list();
  }

  private static Pause read(ResultSet row) throws SQLException {
    return new Pause(
        What.valueOf(row.getString("what")),
        row.getString("name"),
        Instant.ofEpochMilli(row.getLong("since")),
        new Actor(row.getString("who"), row.getString("place")),
        row.getString("reason"));
  }

  /**
   * Pauses all of these in one commit. What is paused already stays so as it was.
   *
   * @param names of accounts or intakes; one that is empty for submitting
   * @param by who says so
   * @param reason in words, or null
   * @return those that were not paused before
   */
  public List<Pause> pause(What what, Collection<String> names, Actor by, String reason) {
    return pause(of(what, names, by, reason));
  }

  /** Pauses submitting and these intakes, in one commit; see {@link #pause}. */
  public List<Pause> drain(Collection<String> intakes, Actor by, String reason) {
    List<Pause> all = of(What.SUBMITTING, List.of(""), by, reason);
    all.addAll(of(What.INTAKE, intakes, by, reason));
    return pause(all);
  }

  private List<Pause> of(What what, Collection<String> names, Actor by, String reason) {
    List<Pause> all = new ArrayList<>();
    names.forEach(name -> all.add(new Pause(what, name, clock.instant(), by, reason)));
    return all;
  }

  private List<Pause> pause(List<Pause> asked) {
    return sql.inTransaction(
        handle -> {
          if (shared) {
            // Waits for those that have read it, and who reads it next sees the pause.
            handle.execute("LOCK TABLE pause");
          }
          return asked.stream().filter(one -> insert(handle, one)).toList();
        });
  }

  private static boolean insert(Handle handle, Pause pause) {
    return handle.execute(
            """
            INSERT INTO pause (what, name, since, who, place, reason) VALUES (?, ?, ?, ?, ?, ?)
            ON CONFLICT DO NOTHING
            """,
            pause.what().name(),
            pause.name(),
            pause.since().toEpochMilli(),
            pause.by().name(),
            pause.by().source(),
            pause.reason())
        == 1;
  }

  /**
   * Lets what is paused go on.
   *
   * @return what was paused until now
   */
  public List<Pause> resume(What what, String name) {
    return resume("what = ? AND name = ?", what.name(), name);
  }

  /** Lets submitting and all intakes go on, however they were paused; not accounts. */
  public List<Pause> resumeDrained() {
    return resume("what <> ?", What.ACCOUNT.name());
  }

  private List<Pause> resume(String such, Object... arguments) {
    return sql.inTransaction(
        handle -> {
          List<Pause> before = all(handle);
          handle.execute("DELETE FROM pause WHERE " + such, arguments);
          List<Pause> after = all(handle);
          return before.stream().filter(one -> !after.contains(one)).toList();
        });
  }
}
