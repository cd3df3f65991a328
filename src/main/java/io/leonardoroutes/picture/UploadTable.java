package io.leonardoroutes.picture;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leonardoroutes.database.LedgerSql;
import io.leonardoroutes.job.Job;
import io.leonardoroutes.job.JobPicture;
import io.leonardoroutes.job.NewJob;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.generic.GenericType;
import org.jdbi.v3.core.statement.StatementContext;

/**
 * Which pictures the provider has, once per content and account, and which jobs wait for one that
 * it has not. A job with {@code uploads > 0} is not submitted.
 *
 * <p>Whoever changes an upload changes the count of its jobs in the same transaction, upload first:
 * that row is the lock, so that no job waits for an upload that was just done.
 *
 * <p>One file, because the two tables and that count always change together.
 */
public final class UploadTable {
  /** Counts anew the pictures that jobs wait for. */
  private static final String COUNT =
      """
      UPDATE job SET uploads = (SELECT count(*) FROM job_picture p
          JOIN upload u ON u.account = p.account AND u.sha256 = p.sha256
          WHERE p.job_id = job.id AND u.image_id IS NULL)
      """;

  private static final String OF_ALL_JOBS =
      """
      WHERE state = 'ACCEPTED' AND id IN
        (SELECT job_id FROM job_picture WHERE sha256 = :sha256 AND account = :account)
      """;

  private static final String WAITING =
      """
      EXISTS (SELECT 1 FROM job_picture p JOIN job j ON j.id = p.job_id
        WHERE p.sha256 = upload.sha256 AND p.account = upload.account AND j.state = 'ACCEPTED')
      """;

  private static final String NEEDED =
      """
      SELECT 1 FROM job_picture p JOIN job j ON j.id = p.job_id
        WHERE p.sha256 = :sha256 AND j.state IN ('ACCEPTED', 'SUBMITTING', 'IN_DOUBT')
      UNION ALL SELECT 1 FROM upload WHERE sha256 = :sha256 AND due_at IS NOT NULL LIMIT 1
      """;

  private final LedgerSql sql;
  private final Clock clock;
  private final boolean shared;

  public UploadTable(LedgerSql sql, Clock clock, boolean shared) {
    this.sql = sql;
    this.clock = clock;
    this.shared = shared;
  }

  /** Ends the leases of an instance that died. */
  public void free(Handle handle) {
    handle.execute(
        "UPDATE upload SET leased_until = 0 WHERE due_at IS NOT NULL AND leased_until > 0");
  }

  /**
   * Adds the pictures of a job that was just inserted; it waits for those that are not uploaded.
   */
  public void add(Handle handle, Job job, Collection<JobPicture> pictures) {
    // Two jobs with the same pictures lock them in the same order.
    pictures.stream()
        .sorted(Comparator.comparing(JobPicture::sha256))
        .forEach(
            picture -> {
              need(handle, job.account(), Picture.of(picture), false);
              handle.execute(
                  "INSERT INTO job_picture (job_id, pointer, account, sha256, renewed)"
                      + " VALUES (?, ?, ?, ?, 0)",
                  job.id(),
                  picture.pointer(),
                  job.account(),
                  picture.sha256());
            });
    if (!pictures.isEmpty()) {
      count(handle, job);
    }
  }

  /** SHA-256 of each picture of a job, by its pointer in the request. */
  public Map<String, String> contents(String job) {
    return sql.withHandle(
        handle ->
            new TreeMap<>(
                handle
                    .createQuery("SELECT pointer, sha256 FROM job_picture WHERE job_id = :job")
                    .bind("job", job)
                    .setMapKeyColumn("pointer")
                    .setMapValueColumn("sha256")
                    .collectInto(new GenericType<Map<String, String>>() {})));
  }

  /** Adds the pictures of several requests, in the order in which those of one are added. */
  public void prepare(Handle handle, Collection<NewJob> asked) {
    Map<String, NewJob> bySha = new TreeMap<>();
    asked.forEach(
        request ->
            request
                .pictures()
                .forEach(
                    picture -> bySha.put(picture.sha256() + " " + request.account(), request)));
    bySha.forEach(
        (key, request) ->
            request.pictures().stream()
                .filter(picture -> key.startsWith(picture.sha256()))
                .findFirst()
                .ifPresent(picture -> need(handle, request.account(), Picture.of(picture), false)));
  }

  /**
   * Has the pictures of a job uploaded that are not, before the job waits to be submitted again:
   * only those of waiting jobs are kept uploaded. {@link #count} comes after the job's own move.
   */
  public void needAgain(Handle handle, Job job) {
    for (Placed placed : placed(handle, job)) {
      handle.execute(
          "UPDATE upload SET due_at = CASE WHEN image_id IS NULL THEN coalesce(due_at, ?) END"
              + " WHERE account = ? AND sha256 = ?",
          clock.millis(),
          job.account(),
          placed.sha256());
    }
  }

  /** Counts anew for how many pictures a job waits. */
  public void count(Handle handle, Job job) {
    handle.execute(COUNT + "WHERE id = ?", job.id());
  }

  /** Has a picture uploaded for a caller that wants its id, unless it is uploaded. */
  public Upload request(String account, Picture picture) {
    return sql.inTransaction(handle -> need(handle, account, picture, true));
  }

  private Upload need(Handle handle, String account, Picture picture, boolean kept) {
    return handle
        .createQuery(
            """
            INSERT INTO upload (account, sha256, extension, width, height, kept, tries, due_at,
              leased_until)
            VALUES (:account, :sha256, :extension, :width, :height, :kept, 0, :now, 0)
            ON CONFLICT (account, sha256) DO UPDATE SET
              kept = CASE WHEN excluded.kept = 1 THEN 1 ELSE upload.kept END,
              due_at = CASE WHEN upload.image_id IS NULL
                THEN coalesce(upload.due_at, excluded.due_at) END
            RETURNING *
            """)
        .bind("account", account)
        .bind("sha256", picture.sha256())
        .bind("extension", picture.extension())
        .bind("width", picture.width())
        .bind("height", picture.height())
        .bind("kept", kept ? 1 : 0)
        .bind("now", clock.millis())
        .map(UploadTable::read)
        .one();
  }

  /** The upload as it is now. */
  public Optional<Upload> find(String account, String sha256) {
    return sql.withHandle(
        handle ->
            handle
                .createQuery("SELECT * FROM upload WHERE account = ? AND sha256 = ?")
                .bind(0, account)
                .bind(1, sha256)
                .map(UploadTable::read)
                .findOne());
  }

  /**
   * Leases uploads that are due.
   *
   * @param accounts of these accounts alone
   */
  public List<Upload> claim(Collection<String> accounts, int limit, Duration lease) {
    long now = clock.millis();
    if (limit <= 0 || accounts.isEmpty() || !any(now)) {
      return List.of();
    }
    return sql.inTransaction(
        handle ->
            handle
                .createQuery(
                    """
                    UPDATE upload SET leased_until = :until FROM (
                      SELECT account AS a, sha256 AS s FROM upload
                      WHERE due_at <= :now AND leased_until <= :now AND account IN (<accounts>)
                      ORDER BY due_at LIMIT :limit %s) AS due
                    WHERE account = a AND sha256 = s
                    RETURNING *
                    """
                        .formatted(shared ? "FOR UPDATE SKIP LOCKED" : ""))
                .bindList("accounts", List.copyOf(accounts))
                .bind("until", now + lease.toMillis())
                .bind("now", now)
                .bind("limit", limit)
                .map(UploadTable::read)
                .list());
  }

  private boolean any(long now) {
    return sql.withHandle(
        handle ->
            handle
                .createQuery("SELECT 1 FROM upload WHERE due_at <= ? AND leased_until <= ? LIMIT 1")
                .bind(0, now)
                .bind(1, now)
                .mapTo(Integer.class)
                .findOne()
                .isPresent());
  }

  /** Renews the leases of uploads under way. */
  public void renew(List<Upload> uploads, Duration lease) {
    sql.useTransaction(
        handle ->
            uploads.forEach(
                upload ->
                    update(
                        handle, "leased_until = :at", upload, clock.millis() + lease.toMillis())));
  }

  /** Of one that is still due: another instance may have done it meanwhile. */
  private static void update(Handle handle, String change, Upload upload, Long at) {
    handle
        .createUpdate(
            "UPDATE upload SET "
                + change
                + " WHERE account = :account AND sha256 = :sha256"
                + " AND due_at IS NOT NULL")
        .bind("account", upload.account())
        .bind("sha256", upload.picture().sha256())
        .bind("at", at)
        .execute();
  }

  /** Puts a claimed upload off, as it could not be tried. */
  public void later(Upload upload, Duration wait) {
    sql.useTransaction(
        handle ->
            update(
                handle,
                "due_at = :at, leased_until = 0",
                upload,
                clock.millis() + wait.toMillis()));
  }

  /**
   * Records that the provider has the picture. Jobs that waited for it alone can be submitted.
   *
   * @param settle how long the provider may take to find it
   */
  public void done(Upload upload, String imageId, Duration settle) {
    long now = clock.millis();
    sql.useTransaction(
        handle -> {
          handle.execute(
              "UPDATE upload SET image_id = ?, uploaded_at = ?, due_at = NULL, leased_until = 0,"
                  + " tries = 0, error = NULL WHERE account = ? AND sha256 = ?",
              imageId,
              now,
              upload.account(),
              upload.picture().sha256());
          lockJobs(handle, upload.account(), upload.picture().sha256());
          handle
              .createUpdate(
                  COUNT
                      + ", problem = NULL, due_at = CASE WHEN due_at < :settled THEN :settled ELSE"
                      + " due_at END "
                      + OF_ALL_JOBS)
              .bind("sha256", upload.picture().sha256())
              .bind("account", upload.account())
              .bind("settled", now + settle.toMillis())
              .execute();
        });
  }

  /**
   * Records a failed try.
   *
   * @param problem of the jobs that wait for the picture; written with the first try that failed
   */
  public void failed(Upload upload, String why, Duration wait, JsonNode problem) {
    sql.useTransaction(
        handle -> {
          handle.execute(
              "UPDATE upload SET tries = tries + 1, error = ?, due_at = ?, leased_until = 0"
                  + " WHERE account = ? AND sha256 = ? AND due_at IS NOT NULL",
              why,
              clock.millis() + wait.toMillis(),
              upload.account(),
              upload.picture().sha256());
          if (upload.tries() == 0) {
            lockJobs(handle, upload.account(), upload.picture().sha256());
            handle.execute(
                "UPDATE job SET problem = ? WHERE state = 'ACCEPTED' AND uploads > 0 AND id IN"
                    + " (SELECT job_id FROM job_picture WHERE sha256 = ? AND account = ?)",
                problem.toString(),
                upload.picture().sha256(),
                upload.account());
          }
        });
  }

  /**
   * The request of a job with the provider's ids in place of its pictures; the same if it has none.
   *
   * @return empty if one of them is not uploaded
   */
  public Optional<JsonNode> sent(Handle handle, Job job) {
    JsonNode request = job.request().deepCopy();
    boolean all = true;
    for (Placed placed : placed(handle, job)) {
      ObjectNode image = (ObjectNode) request.at(placed.pointer());
      image.removeAll();
      image.put("id", placed.imageId()).put("type", "UPLOADED");
      all &= placed.imageId() != null;
    }
    return all ? Optional.of(request) : Optional.empty();
  }

  /** A picture of a job, and the id that it has now. */
  private record Placed(String pointer, String sha256, String imageId, int renewed) {}

  private static List<Placed> placed(Handle handle, Job job) {
    return handle
        .createQuery(
            "SELECT p.pointer, p.sha256, p.renewed, u.image_id FROM job_picture p JOIN upload u"
                + " ON u.account = p.account AND u.sha256 = p.sha256 WHERE p.job_id = ?"
                + " ORDER BY p.sha256")
        .bind(0, job.id())
        .map(
            (row, context) ->
                new Placed(
                    row.getString("pointer"),
                    row.getString("sha256"),
                    row.getString("image_id"),
                    row.getInt("renewed")))
        .list();
  }

  /** The pictures of a job. */
  public List<JobPicture> of(Job job) {
    return sql.withHandle(
        handle ->
            handle
                .createQuery(
                    """
                    SELECT p.pointer, u.sha256, u.extension, u.width, u.height FROM job_picture p
                      JOIN upload u ON u.account = p.account AND u.sha256 = p.sha256
                    WHERE p.job_id = ? ORDER BY p.pointer
                    """)
                .bind(0, job.id())
                .map(
                    (row, context) ->
                        new JobPicture(
                            row.getString("pointer"),
                            row.getString("sha256"),
                            row.getString("extension"),
                            row.getInt("width"),
                            row.getInt("height")))
                .list());
  }

  /**
   * Has the pictures of a job uploaded anew, as the provider refused the ids that were sent; once
   * for each job. An id that was replaced meanwhile is not replaced again. Ids that the request
   * itself named are among them if they are of pictures of ours.
   *
   * @param kept whether we still have the bytes of a picture that the request named by its id
   * @return whether there are any; the same if it is asked again for the same attempt
   */
  public boolean uploadAnew(Job refused, Predicate<Picture> kept) {
    return sql.inTransaction(
        handle -> {
          named(handle, refused, kept);
          int attempt = refused.schedule().attempt();
          List<Placed> placed =
              placed(handle, refused).stream()
                  .filter(picture -> Set.of(0, attempt).contains(picture.renewed()))
                  .toList();
          for (Placed picture : placed) {
            String sent = refused.request().at(picture.pointer()).path("id").asText();
            int forgotten =
                handle.execute(
                    "UPDATE upload SET former_id = image_id, image_id = NULL, uploaded_at = NULL,"
                        + " due_at = ?"
                        + " WHERE account = ? AND sha256 = ? AND image_id = ?",
                    clock.millis(),
                    refused.account(),
                    picture.sha256(),
                    sent);
            if (forgotten > 0) {
              recount(handle, refused.account(), picture.sha256());
            }
          }
          handle.execute(
              "UPDATE job_picture SET renewed = ? WHERE job_id = ? AND renewed = 0",
              attempt,
              refused.id());
          count(handle, refused);
          return !placed.isEmpty();
        });
  }

  /** From now on, a picture of ours that the request named by its id is a picture of the job. */
  private static void named(Handle handle, Job job, Predicate<Picture> kept) {
    Map<String, String> ids = new TreeMap<>();
    named(job.request(), "", ids);
    ids.forEach(
        (pointer, id) ->
            handle
                .createQuery(
                    "SELECT * FROM upload WHERE account = ? AND (image_id = ? OR former_id = ?)"
                        + " ORDER BY sha256")
                .bind(0, job.account())
                .bind(1, id)
                .bind(2, id)
                .map(UploadTable::read)
                .stream()
                .map(Upload::picture)
                .filter(kept)
                .findFirst()
                .ifPresent(
                    picture ->
                        handle.execute(
                            "INSERT INTO job_picture (job_id, pointer, account, sha256, renewed)"
                                + " VALUES (?, ?, ?, ?, 0) ON CONFLICT DO NOTHING",
                            job.id(),
                            pointer,
                            job.account(),
                            picture.sha256())));
  }

  /** Where a request names uploaded pictures, and by which ids. */
  private static void named(JsonNode node, String pointer, Map<String, String> ids) {
    if (node.path("type").asText().equals("UPLOADED") && node.path("id").isTextual()) {
      ids.put(pointer, node.get("id").textValue());
    }
    node.fields()
        .forEachRemaining(field -> named(field.getValue(), pointer + "/" + field.getKey(), ids));
    for (int i = 0; node.isArray() && i < node.size(); i++) {
      named(node.get(i), pointer + "/" + i, ids);
    }
  }

  /** In the order of their ids, as two pictures may have several jobs in common. */
  private void lockJobs(Handle handle, String account, String sha256) {
    if (shared) {
      handle
          .createQuery("SELECT id FROM job " + OF_ALL_JOBS + " ORDER BY id FOR UPDATE")
          .bind("sha256", sha256)
          .bind("account", account)
          .mapTo(String.class)
          .list();
    }
  }

  private void recount(Handle handle, String account, String sha256) {
    lockJobs(handle, account, sha256);
    handle
        .createUpdate(COUNT + OF_ALL_JOBS)
        .bind("sha256", sha256)
        .bind("account", account)
        .execute();
  }

  /**
   * Forgets the ids of pictures that were uploaded before that instant; waiting jobs get new ones.
   */
  public void forget(Instant before) {
    sql.useTransaction(
        handle -> {
          if (shared) {
            // In the order in which the pictures of a job are added.
            handle
                .createQuery(
                    "SELECT 1 FROM upload WHERE uploaded_at < ? ORDER BY sha256, account FOR UPDATE")
                .bind(0, before.toEpochMilli())
                .mapTo(Integer.class)
                .list();
          }
          forget(handle, before);
        });
  }

  private void forget(Handle handle, Instant before) {
    handle
        .createQuery(
            """
                    UPDATE upload SET former_id = image_id, image_id = NULL, uploaded_at = NULL, kept = 0,
                      due_at = CASE WHEN %s THEN :now END
                    WHERE uploaded_at < :before RETURNING *
                    """
                .formatted(WAITING))
        .bind("now", clock.millis())
        .bind("before", before.toEpochMilli())
        .map(UploadTable::read)
        .list()
        .forEach(upload -> recount(handle, upload.account(), upload.picture().sha256()));
  }

  /**
   * Makes the uploaded pictures due that were uploaded for jobs alone, once none of these needs
   * them any more: they are to be erased. A new job that needs one of them takes it out again.
   */
  public void eraseUnneeded() {
    sql.useTransaction(
        handle ->
            handle.execute(
                """
                UPDATE upload SET due_at = ? WHERE uploaded_at IS NOT NULL AND due_at IS NULL
                  AND kept = 0 AND NOT EXISTS (
                    SELECT 1 FROM job_picture p JOIN job j ON j.id = p.job_id
                    WHERE p.sha256 = upload.sha256 AND p.account = upload.account
                      AND j.state IN ('ACCEPTED', 'SUBMITTING', 'IN_DOUBT', 'RUNNING'))
                """,
                clock.millis()));
  }

  /** Records that the provider has erased a picture; a job that needs it now has it uploaded. */
  public void erased(Upload upload) {
    sql.useTransaction(
        handle -> {
          handle
              .createUpdate(
                  """
                  UPDATE upload SET image_id = NULL, uploaded_at = NULL, leased_until = 0, tries = 0,
                    error = NULL, due_at = CASE WHEN kept = 1 OR %s THEN :now END
                  WHERE account = :account AND sha256 = :sha256 AND image_id = :id
                  """
                      .formatted(WAITING))
              .bind("now", clock.millis())
              .bind("account", upload.account())
              .bind("sha256", upload.picture().sha256())
              .bind("id", upload.imageId())
              .execute();
          recount(handle, upload.account(), upload.picture().sha256());
        });
  }

  /** Whether the bytes of a picture may still have to be uploaded. */
  public boolean needs(String sha256) {
    return sql.withHandle(
        handle ->
            handle
                .createQuery(NEEDED)
                .bind("sha256", sha256)
                .mapTo(Integer.class)
                .findFirst()
                .isPresent());
  }

  private static Upload read(ResultSet row, StatementContext context) throws SQLException {
    long millis = row.getLong("uploaded_at");
    Instant at = row.wasNull() ? null : Instant.ofEpochMilli(millis);
    return new Upload(
        row.getString("account"),
        new Picture(
            row.getString("sha256"),
            row.getString("extension"),
            row.getInt("width"),
            row.getInt("height")),
        row.getString("image_id"),
        at,
        row.getInt("tries"),
        row.getString("error"));
  }
}
