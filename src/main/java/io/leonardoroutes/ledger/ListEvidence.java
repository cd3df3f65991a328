package io.leonardoroutes.ledger;

import io.leonardoroutes.database.LedgerSql;
import io.leonardoroutes.job.Actor;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;

/**
 * What the ledger knows of creates that the provider's list has to agree with before it is
 * believed: their order, the generations that it must show, and what it has shown so far.
 */
public final class ListEvidence {
  /** As many earlier generations are looked for in a list: some may be deleted there. */
  private static final int ANCHORS = 200;

  /** What was made for a job of ours, and known by the program itself and not by a person. */
  static final String MADE =
      """
      SELECT job.generation_id, job.submitted_at, moved.step, moved.at FROM moved
      JOIN job ON job.id = moved.job
      WHERE moved.step %s :step AND moved.to_state = 'RUNNING' AND moved.who = :program
        AND (job.account = :account) IS TRUE AND (job.submitted_at > :since) IS TRUE
        AND (job.generation_id IS NOT NULL) IS TRUE
      """;

  /**
   * Only what was begun later was surely made later: one that was adopted, or whose call took long,
   * may stand further back in the list than it was read.
   */
  static final String BEGUN_LATER =
      """
       AND moved.from_state = 'SUBMITTING' AND EXISTS (SELECT 1 FROM moved AS begun
         WHERE begun.job = moved.job AND begun.n = moved.n - 1 AND begun.step > :step)
      """;

  private final LedgerSql sql;
  private final Clock clock;

  ListEvidence(LedgerSql sql, Clock clock) {
    this.sql = sql;
    this.clock = clock;
  }

  /** Where the last paid call of each of these jobs stands among all others. */
  public Map<String, CreateOrder> orders(Collection<String> jobs) {
    Map<String, CreateOrder> orders = new HashMap<>();
    sql.useHandle(
        handle ->
            JobQueries.batches(jobs)
                .forEach(
                    batch ->
                        handle
                            .createQuery(
                                """
                                SELECT job, from_state, to_state, step, skew, who FROM moved
                                WHERE job IN (<jobs>)
                                  AND to_state IN ('SUBMITTING', 'RUNNING', 'IN_DOUBT')
                                ORDER BY job, n
                                """)
                            .bindList("jobs", batch)
                            .map((row, context) -> add(orders, row))
                            .list()));
    return orders;
  }

  private static CreateOrder add(Map<String, CreateOrder> orders, ResultSet row)
      throws SQLException {
    String job = row.getString("job");
    long step = row.getLong("step");
    long millis = row.getLong("skew");
    Duration skew = row.wasNull() ? null : Duration.ofMillis(millis);
    CreateOrder before = orders.get(job);
    CreateOrder now =
        switch (row.getString("to_state")) {
          case "SUBMITTING" -> new CreateOrder(step, Long.MAX_VALUE, skew, false);
          case "RUNNING" -> {
            boolean sure = Actor.PROGRAM.name().equals(row.getString("who"));
            boolean adopted = "IN_DOUBT".equals(row.getString("from_state"));
            // Of equal requests in doubt, one may have got what another made before.
            long begun = before == null || adopted ? 0 : before.begun();
            Duration first = before == null ? null : before.skew();
            yield new CreateOrder(begun, step, known(first, skew), sure);
          }
          default ->
              before == null
                  ? new CreateOrder(step, step, skew, false)
                  : new CreateOrder(before.begun(), step, known(skew, before.skew()), false);
        };
    orders.put(job, now);
    return now;
  }

  private static Duration known(Duration first, Duration other) {
    return first == null ? other : first;
  }

  /**
   * A generation of ours that a list must show, or may be read back to.
   *
   * @param begun when its paid call was begun
   * @param step when its id was written down, as {@link CreateOrder#over}
   */
  public record Made(String generationId, Instant begun, long step) {}

  /**
   * The last generations whose ids were written down before a create was begun: who reads back to
   * one of them has read past that create.
   *
   * @param before the create, as {@link CreateOrder#begun}
   * @param since only those of jobs that were submitted later: before, the list was another user's
   */
  public Map<String, Instant> before(String account, long before, Instant since) {
    Map<String, Instant> anchors = new HashMap<>();
    sql.useHandle(
        handle ->
            handle
                .createQuery(MADE.formatted("<") + " ORDER BY moved.step DESC LIMIT :most")
                .bind("step", before)
                .bind("program", Actor.PROGRAM.name())
                .bind("account", account)
                .bind("since", millis(since))
                .bind("most", ANCHORS)
                .map((row, context) -> made(row))
                .forEach(made -> anchors.put(made.generationId(), made.begun())));
    return anchors;
  }

  /**
   * How many generations of the account were written down since a create was begun: so many stand
   * before it in the list.
   *
   * @param begun the create, as {@link CreateOrder#begun}
   * @param most counts no further
   */
  public long madeSince(String account, long begun, int most) {
    return sql.withHandle(
        handle ->
            handle
                .createQuery(
                    """
                    SELECT count(*) FROM (
                      SELECT moved.step FROM moved JOIN job ON job.id = moved.job
                      WHERE moved.step > :step AND moved.to_state = 'RUNNING'
                        AND (job.account = :account) IS TRUE LIMIT :most) AS made
                    """)
                .bind("step", begun)
                .bind("account", account)
                .bind("most", most)
                .mapTo(Long.class)
                .one());
  }

  /**
   * The last of our generations of a model that a list must show, and does not.
   *
   * @param after those whose paid calls were begun after this change
   * @param since only those of jobs that were submitted later
   * @param until only those whose ids were written down then or earlier
   */
  public Optional<Made> leftOut(
      String account, String model, long after, Instant since, Instant until, Set<String> listed) {
    Set<String> shown = listed.stream().map(GenerationOwners::key).collect(Collectors.toSet());
    return sql.withHandle(
        handle ->
            handle
                .createQuery(
                    MADE.formatted(">")
                        + BEGUN_LATER
                        + " AND (job.model = :model) IS TRUE AND moved.at <= :until"
                        + " ORDER BY moved.step DESC LIMIT :most")
                .bind("step", after)
                .bind("program", Actor.PROGRAM.name())
                .bind("account", account)
                .bind("since", millis(since))
                .bind("model", model)
                .bind("until", until.toEpochMilli())
                // Of so many, one at least is not listed.
                .bind("most", listed.size() + 1)
                .map((row, context) -> made(row))
                .stream()
                .filter(made -> !shown.contains(GenerationOwners.key(made.generationId())))
                .findFirst());
  }

  private static Made made(ResultSet row) throws SQLException {
    return new Made(
        row.getString("generation_id"),
        Instant.ofEpochMilli(row.getLong("submitted_at")),
        row.getLong("step"));
  }

  private static long millis(Instant time) {
    return time.equals(Instant.MIN) ? Long.MIN_VALUE : time.toEpochMilli();
  }

  /** By model, what generations of ours that this user's list has shown ever had. */
  public Map<String, Set<String>> shown(String user) {
    Map<String, Set<String>> shown = new HashMap<>();
    sql.useHandle(
        handle ->
            handle
                .createQuery("SELECT model, trait FROM list_shown WHERE user_id = :user")
                .bind("user", user)
                .map((row, context) -> Map.entry(row.getString("model"), row.getString("trait")))
                .forEach(
                    one ->
                        shown
                            .computeIfAbsent(one.getKey(), model -> new TreeSet<>())
                            .add(one.getValue())));
    return shown;
  }

  /** Notes what generations of ours have that this user's list shows. */
  public void shown(String user, Map<String, Set<String>> shown) {
    Map<String, Set<String>> known = shown(user);
    sql.useTransaction(
        handle ->
            shown.forEach(
                (model, traits) ->
                    traits.stream()
                        .filter(trait -> !known.getOrDefault(model, Set.of()).contains(trait))
                        .forEach(trait -> note(handle, user, model, trait))));
  }

  private void note(Handle handle, String user, String model, String trait) {
    handle.execute(
        """
        INSERT INTO list_shown (user_id, model, trait, at) VALUES (?, ?, ?, ?)
        ON CONFLICT (user_id, model, trait) DO NOTHING
        """,
        user,
        model,
        trait,
        clock.millis());
  }
}
