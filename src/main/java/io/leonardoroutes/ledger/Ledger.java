package io.leonardoroutes.ledger;

import io.leonardoroutes.archive.OldJobs;
import io.leonardoroutes.batch.BatchTable;
import io.leonardoroutes.database.DatabaseClock;
import io.leonardoroutes.database.LedgerConnection;
import io.leonardoroutes.database.LedgerDatabase;
import io.leonardoroutes.database.LedgerSql;
import io.leonardoroutes.job.Acceptance;
import io.leonardoroutes.job.CommittedMove;
import io.leonardoroutes.job.Job;
import io.leonardoroutes.job.JobFilter;
import io.leonardoroutes.job.JobState;
import io.leonardoroutes.job.Moved;
import io.leonardoroutes.job.NewJob;
import io.leonardoroutes.job.OutboxEvent;
import io.leonardoroutes.limits.AccountLimits;
import io.leonardoroutes.limits.LiveLimits;
import io.leonardoroutes.limits.PauseTable;
import io.leonardoroutes.limits.QuoteQueries;
import io.leonardoroutes.picture.UploadTable;
import io.leonardoroutes.receipt.ReceiptChain;
import java.math.BigDecimal;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/**
 * The durable record of what was accepted and paid. When a method returns, its change is committed;
 * on SQLite it is on disk.
 *
 * <p>Every move is guarded by the state that the mover saw, so that of two movers only one succeeds
 * and the other is told. A claim leases a row for a while, so that the row of a holder that died
 * can be claimed again.
 *
 * <p>One file, because each guarded move is read against all the others.
 */
public final class Ledger implements AutoCloseable {
  /** Only jobs with something to do are ever claimed: found by index, past the many others. */
  private static final String FREE_JOBS =
      """
      UPDATE job SET leased_until = 0 WHERE leased_until > 0 AND due_at >= 0
        AND state IN ('ACCEPTED', 'SUBMITTING', 'RUNNING', 'IN_DOUBT', 'COMPLETE')
      """;

  private static final String FREE_BATCHES =
      "UPDATE batch SET leased_until = 0 WHERE due_at IS NOT NULL AND leased_until > 0";

  private static final String FREE_DELIVERIES =
      "UPDATE delivery SET leased_until = 0 WHERE state = 'PENDING' AND leased_until > 0";

  private final LedgerDatabase database;
  private final LedgerSql sql;
  private final Clock clock;
  private final Outbox outbox;
  private final AuditTrail trail;
  private final JobMoves moves;
  private final UploadTable uploads;
  private final JobInserter inserter;
  private final Leases leases;
  private final JobQueries queries;
  private final BlockedAccounts blockedAccounts;
  private final WebhookNotices notices;
  private final Governor governor;
  private final QuoteQueries quotes;
  private final ListEvidence listEvidence;
  private final BatchTable batches;
  private final WaitingJobs waiting;
  private final OldJobs oldJobs;
  private final ReceiptChain receipts;
  private final PauseTable pauses;
  private final LiveLimits limits;
  private volatile Supplier<Duration> skew = () -> null;

  private Ledger(LedgerDatabase database, Clock clock, Supplier<String> ids) {
    this.database = database;
    this.sql = database.sql();
    this.clock = clock;
    this.outbox = new Outbox(sql, clock, database.shared());
    this.trail = new AuditTrail(clock, this::skewMillis, database::committed);
    this.uploads = new UploadTable(sql, clock, database.shared());
    this.moves = new JobMoves(trail, outbox, uploads, clock, database.shared());
    this.inserter = new JobInserter(sql, clock, outbox, trail, uploads, ids, database.shared());
    this.queries = new JobQueries(sql);
    this.leases = new Leases(sql, clock, database.shared());
    this.notices = new WebhookNotices(sql, clock);
    this.blockedAccounts = new BlockedAccounts(database, sql, clock);
    this.quotes = new QuoteQueries(sql, clock);
    this.governor = new Governor(moves, leases, uploads, database, sql, clock);
    this.listEvidence = new ListEvidence(sql, clock);
    this.batches = new BatchTable(sql, clock, database.shared(), inserter);
    this.waiting = new WaitingJobs(sql, clock, moves, database.shared());
    this.pauses = new PauseTable(sql, clock, database.shared());
    this.limits = new LiveLimits(sql, clock, database.shared());
    this.oldJobs = new OldJobs(sql, clock, database.shared());
    this.receipts = new ReceiptChain(sql, database.shared());
  }

  private Long skewMillis() {
    Duration now = skew.get();
    return now == null ? null : now.toMillis();
  }

  /**
   * Opens the ledger and brings its schema up to date. A ledger for one instance is freed of the
   * leases of an instance that died. Its time is that of the machine, or that of the database where
   * several instances have to agree.
   *
   * @throws IllegalStateException if another instance has the SQLite file
   */
  public static Ledger open(LedgerConnection access) {
    LedgerDatabase database = LedgerDatabase.open(access);
    // The ledger keeps milliseconds, and the first answer must equal all later ones.
    return open(database, database.clock(Clock.tickMillis(ZoneOffset.UTC)), Ledger::newId);
  }

  /** The same, with another clock. */
  public static Ledger open(LedgerConnection access, Clock clock) {
    return open(LedgerDatabase.open(access), clock, Ledger::newId);
  }

  static Ledger open(LedgerDatabase database, Clock clock, Supplier<String> ids) {
    Ledger ledger = new Ledger(database, clock, ids);
    if (!database.shared()) {
      ledger.sql.useTransaction(
          handle -> {
            handle.execute(FREE_JOBS);
            handle.execute(FREE_DELIVERIES);
            handle.execute(FREE_BATCHES);
            ledger.uploads.free(handle);
          });
    }
    return ledger;
  }

  static String newId() {
    return UUID.randomUUID().toString();
  }

  /** Whether several instances may work on it. */
  public boolean isShared() {
    return database.shared();
  }

  /** The clock of the ledger. */
  public Clock clock() {
    return clock;
  }

  /**
   * The time of the ledger, asked anew if it is the time of the database.
   *
   * @throws RuntimeException while the database is unavailable
   */
  public Instant now() {
    return clock instanceof DatabaseClock shared ? shared.fresh() : clock.instant();
  }

  /** What jobs like a request cost and took. */
  public QuoteQueries quotes() {
    return quotes;
  }

  /**
   * Calls the observer after each commit of this instance that accepts or moves a job, on the
   * thread that commits. It must be quick; if it fails, the move has not.
   *
   * @return ends this when it is closed
   */
  public AutoCloseable onMove(Consumer<CommittedMove> observer) {
    return trail.observe(observer);
  }

  /** The receipts of delivered videos. */
  public ReceiptChain receipts() {
    return receipts;
  }

  /** SHA-256 of each picture that was uploaded for a job, by its pointer in the request. */
  public Map<String, String> pictures(String job) {
    return uploads.contents(job);
  }

  /** The events that still have to reach a sink. */
  public Outbox outbox() {
    return outbox;
  }

  /**
   * Makes a request durable, once.
   *
   * @param told makes the events of the acceptance, written in the same commit
   */
  public Acceptance accept(NewJob request, Function<Job, List<OutboxEvent>> told) {
    return inserter.accept(request, told);
  }

  /**
   * Makes requests durable in one commit, all of them or none, each once.
   *
   * @return the outcome of each; if one is a {@link Acceptance.Conflict}, nothing was accepted, and
   *     the others say what would have happened
   */
  public List<Acceptance> acceptAll(List<NewJob> requests) {
    return inserter.acceptAll(requests);
  }

  /** The batches of requests, and what became of each of their lines. */
  public BatchTable batches() {
    return batches;
  }

  /** The jobs that are done and may go. */
  public OldJobs oldJobs() {
    return oldJobs;
  }

  /** Writes something, as a check that the ledger can be written. */
  public void probe() {
    sql.useTransaction(
        handle -> handle.execute("UPDATE probe SET at = ? WHERE id = 1", clock.millis()));
  }

  /** The figures of the ledger now, with the slots and budgets of these accounts. */
  public LedgerStats figures(Collection<AccountLimits> accounts) {
    return queries.figures(
        accounts.stream().collect(Collectors.toMap(AccountLimits::account, this::of)));
  }

  /**
   * How many accepted jobs wait for what, by the names of {@link io.leonardoroutes.job.WaitsFor},
   * and as {@code pause} those in the queue of what is paused.
   */
  public Map<String, Long> waitingFor() {
    return queries.waitingFor();
  }

  private LedgerStats.Account of(AccountLimits set) {
    if (set.budget() == null) {
      return new LedgerStats.Account(governor.slots(set), null, null);
    }
    BigDecimal budget = limits.inForce(set).budget().perDay();
    return new LedgerStats.Account(governor.slots(set), governor.used(set), budget);
  }

  /**
   * Corrects times that are further ahead than they can be meant, as the clock was set back.
   *
   * @param start whether this program has just started
   */
  public FutureLimits.CorrectedTimes correctTimes(FutureLimits longest, boolean start) {
    return new ClockCorrection(sql, database.shared(), now().toEpochMilli())
        .correct(longest, start);
  }

  /** How many jobs are not finished. */
  public long unfinished() {
    return queries.unfinished();
  }

  /** Finds a job by its id. */
  public Optional<Job> find(String id) {
    return sql.withHandle(handle -> JobMapper.one(handle, "id", id));
  }

  /** Finds a job by its id, or by the {@linkplain Job#name() name} that log lines say. */
  public Optional<Job> findByIdOrName(String idOrName) {
    return find(idOrName)
        .or(() -> sql.withHandle(handle -> JobMapper.one(handle, "file_name", idOrName)));
  }

  /** Finds a job by the idempotency key of its intake. */
  public Optional<Job> withKey(String intakeKey) {
    return sql.withHandle(handle -> JobMapper.one(handle, "intake_key", intakeKey));
  }

  /**
   * Finds a job by the reference that its caller gave it.
   *
   * @param caller null for nobody's jobs
   */
  public Optional<Job> withReference(String caller, String reference) {
    return sql.withHandle(handle -> JobInserter.byReference(handle, caller, reference));
  }

  /** The last finished job with a video of the same caller, account and request. */
  public Optional<Job> finished(NewJob like) {
    return queries.finished(like);
  }

  /** The jobs with these ids, as far as they exist. */
  public List<Job> all(Collection<String> ids) {
    return queries.among(ids, "");
  }

  /** The jobs with these ids that have {@linkplain Job#ended() ended}. */
  public List<Job> ended(Collection<String> ids) {
    return queries.among(ids, JobQueries.ENDED);
  }

  /**
   * How many changes of state each of these jobs has, less one that is not all done yet: {@code
   * COMPLETE} before the video is fetched.
   */
  public Map<String, Integer> changes(Collection<String> ids) {
    return queries.changes(ids);
  }

  /** Every change of a job's state, the oldest first. */
  public List<Moved> history(String id) {
    return sql.withHandle(handle -> AuditTrail.of(handle, id));
  }

  /** Lists everybody's jobs, newest first. */
  public List<Job> list(JobState state, int limit, String after) {
    return queries.page(JobFilter.of(state), limit, after);
  }

  /**
   * A page of the jobs that fit, newest first.
   *
   * @param after the id of the last job of the page before, or null
   */
  public List<Job> page(JobFilter filter, int limit, String after) {
    return queries.page(filter, limit, after);
  }

  /**
   * Moves a job on, and writes its events in the same commit.
   *
   * @param seen the job as the mover saw it
   * @return whether the move succeeded; false if somebody else has moved the job
   */
  public boolean move(Job seen, Job.Change change, OutboxEvent... told) {
    return sql.inTransaction(handle -> moves.move(handle, seen, change, 0L, told));
  }

  /**
   * How many jobs were put in doubt.
   *
   * @param since when the first of them may have been submitted
   */
  public record Doubts(int jobs, Instant since) {}

  /**
   * Puts all jobs in doubt, in one commit, that may have been submitted since a backup that this
   * ledger was restored from. No program may work on it meanwhile.
   *
   * @param at when the backup was made, or earlier
   * @param doubt says why, and when each is due
   * @param told what is told of each
   */
  public Doubts restored(
      Instant at, UnaryOperator<Job.Change> doubt, Function<Job, OutboxEvent> told) {
    return sql.inTransaction(
        handle -> {
          RestoreFromBackup backup = new RestoreFromBackup(moves, handle, at);
          backup.stopReading();
          backup.record(clock.instant());
          return new Doubts(backup.doubt(doubt, told), backup.since());
        });
  }

  /**
   * When it was last {@linkplain #restored brought back from a backup}; empty if it never was. What
   * was done to earlier jobs since the backup is not known.
   */
  public Optional<Instant> restoredAt() {
    return sql.withHandle(RestoreFromBackup::last);
  }

  /**
   * Leases jobs that have something to do: those to be submitted in their {@linkplain
   * Leases#turn(Job) turn}, all others by the time when they are due.
   *
   * @param lease how long they are this caller's own
   */
  public List<Job> claim(JobState state, int limit, Duration lease) {
    return claim(state, null, limit, lease);
  }

  /**
   * The same of one account.
   *
   * @param account null for any
   */
  public List<Job> claim(JobState state, String account, int limit, Duration lease) {
    Leases.Wanted wanted = Leases.Wanted.of(state, account);
    return leases.any(state, account)
        ? sql.inTransaction(handle -> leases.claim(handle, wanted, limit, lease))
        : List.of();
  }

  /**
   * Finds unfinished jobs of accounts without a key, and adds a warning to those that wait.
   *
   * @param accounts the accounts that have a key
   */
  public List<JobsWithoutKey> keyless(Collection<String> accounts) {
    return sql.inTransaction(handle -> JobsWithoutKey.find(handle, accounts));
  }

  /** What operators have paused. */
  public PauseTable pauses() {
    return pauses;
  }

  /** The limits that operators have set while the program runs. */
  public LiveLimits limits() {
    return limits;
  }

  /** Decides how much each account may do at the provider. */
  public Governor governor() {
    return governor;
  }

  /** The accounts whose creates the provider declines, whatever they ask for. */
  public BlockedAccounts blockedAccounts() {
    return blockedAccounts;
  }

  /** The accounts that jobs have, with a key or without. */
  public Set<String> accounts() {
    return sql.withHandle(
        handle -> handle.createQuery("SELECT DISTINCT account FROM job").mapTo(String.class).set());
  }

  /** The pictures that are uploaded before their jobs are submitted. */
  public UploadTable uploads() {
    return uploads;
  }

  /** What the provider's notices said. */
  public WebhookNotices notices() {
    return notices;
  }

  /** How many more paid calls may begin now. */
  public int free(AccountLimits limits) {
    return governor.free(limits);
  }

  /**
   * The one door to a paid call: moves a job from {@code ACCEPTED} to {@code SUBMITTING} while the
   * limits of its own account allow it. Found in that state after the lease has run out, it is in
   * doubt.
   *
   * @return the job as it stands now, or empty: then it must not be submitted
   */
  public Optional<Job> submitting(Job seen, AccountLimits limits, Duration lease) {
    return governor.submitting(seen, limits, lease);
  }

  /**
   * Makes a running job due for a poll now, as its end was announced. A poll under way may have
   * been too early, and changes nothing any more.
   *
   * @param accounts only a job of one of these accounts
   * @return whether there is one of this generation
   */
  public boolean pollNow(String generationId, Collection<String> accounts) {
    return leases.pollNow(generationId, accounts);
  }

  /**
   * How long the provider took for the last jobs of a kind, as far as it is known.
   *
   * @param most this many jobs at most
   */
  public List<Duration> took(String kind, int most) {
    return quotes.took(kind, most);
  }

  /**
   * Records which user of the provider the account's key belongs to now.
   *
   * @return since when it is this user's; what was submitted before may be in another's list
   */
  public Instant userSince(String account, String user) {
    return sql.inTransaction(handle -> AccountUsers.since(handle, account, user, clock.instant()));
  }

  /** The jobs that own these generations, by the generation's id. */
  public Map<String, Job> owners(Collection<String> generationIds) {
    return sql.withHandle(handle -> GenerationOwners.of(handle, generationIds));
  }

  /** The jobs that wait for something other than their turn. */
  public WaitingJobs waiting() {
    return waiting;
  }

  /** What the ledger knows that the provider's list must agree with. */
  public ListEvidence listEvidence() {
    return listEvidence;
  }

  /**
   * By how much the provider's clock is ahead of this ledger's, written down with every change from
   * now on.
   *
   * @param skew answers null while it is not known
   */
  public void providerSkew(Supplier<Duration> skew) {
    this.skew = skew;
  }

  /**
   * Moves a job on with a generation that was made for it, unless another job has that one.
   *
   * @return whether the move succeeded and no other job has the generation
   */
  public boolean adopt(Job seen, Job.Change change, OutboxEvent... told) {
    String generation = change.job().generationId();
    return sql.inTransaction(
        handle -> {
          database.lockForAccounting(handle);
          return GenerationOwners.of(handle, List.of(generation)).isEmpty()
              && moves.move(handle, seen, change, 0L, told);
        });
  }

  /** Renews the leases of claimed jobs, unless they were moved since. */
  public void renew(JobState state, Collection<String> ids, Duration lease) {
    leases.renew(state, ids, lease);
  }

  /**
   * Shortens the wait of jobs that were tried in vain to at most this, as after their first try.
   */
  public void hasten(JobState state, Duration wait) {
    leases.hasten(state, wait);
  }

  /**
   * Ends the lease of a claimed job, which may be claimed again at once, unless it was moved on.
   */
  public void endLease(Job claimed) {
    leases.endLease(claimed);
  }

  @Override
  public void close() {
    database.close();
  }
}
