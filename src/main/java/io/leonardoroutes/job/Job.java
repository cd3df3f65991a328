package io.leonardoroutes.job;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonInclude.Include;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.annotation.JsonSerialize;
import com.fasterxml.jackson.databind.ser.std.ToStringSerializer;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * One request for a video and all that became of it. Its JSON form is what callers and sinks see;
 * how it is routed and scheduled stays inside.
 *
 * <p>One file, because it is one row of the ledger and one JSON document.
 *
 * @param id opaque, unique
 * @param reference the caller's own id, or null
 * @param caller whose it is, by the name that the REST server knows, or null
 * @param batch the batch that it was accepted in, or null
 * @param account by which of the provider's accounts it goes, for ever
 * @param tags what it is booked under, sorted by name; never null
 * @param retryOf the id of the job that this one tries again, or null
 * @param duplicateOf the id of a finished job that asked for the same, or null
 * @param waitsFor what it waits for before it may be submitted, or null
 * @param request exactly what is sent to the provider, once it waits for nothing
 * @param response what the provider last answered of note, or null
 * @param approvedAt when an operator approved it; null if nobody had to, or nobody has
 * @param problem an RFC 9457 problem, once something is wrong, or null
 */
@JsonInclude(Include.NON_NULL)
public record Job(
    String id,
    String reference,
    String caller,
    String batch,
    String account,
    @JsonInclude(Include.NON_EMPTY) Map<String, String> tags,
    String retryOf,
    String duplicateOf,
    String model,
    JobState state,
    WaitsFor waitsFor,
    String generationId,
    Cost cost,
    JsonNode request,
    JsonNode response,
    Video video,
    JsonNode problem,
    List<String> warnings,
    @JsonSerialize(using = ToStringSerializer.class) Instant createdAt,
    @JsonSerialize(using = ToStringSerializer.class) Instant approvedAt,
    @JsonSerialize(using = ToStringSerializer.class) Instant submittedAt,
    @JsonSerialize(using = ToStringSerializer.class) Instant finishedAt,
    @JsonIgnore Routing routing,
    @JsonIgnore Schedule schedule) {

  /** The account of requests that name none, if there is only one key. */
  public static final String DEFAULT_ACCOUNT = "default";

  /** What the provider says it costs; the amount is its own decimal text. */
  @JsonInclude(Include.NON_NULL)
  public record Cost(String amount, String unit) {}

  /**
   * The finished video: where the provider has it, and our copy once it is fetched.
   *
   * @param id by which another request can use it; null if the provider did not say
   */
  @JsonInclude(Include.NON_NULL)
  public record Video(
      String id, String url, String poster, String file, Long bytes, String sha256) {}

  /**
   * Where a job came from and where its events go.
   *
   * @param fileName unique name of its files in an outbox, without the ending
   * @param intakeKey the same again is the same job; may be null
   * @param contentHash tells whether the same reference asks for the same thing
   * @param priority 0 to 9, 9 first
   * @param sinks names; empty means all that are configured
   * @param replyTo where a JMS caller wants its answers, or null
   * @param trace the trace that it came in, or null
   */
  public record Routing(
      String fileName,
      String intakeKey,
      String contentHash,
      int priority,
      List<String> sinks,
      ReplyTo replyTo,
      TraceContext trace) {
    /** Copies the list. */
    public Routing {
      sinks = List.copyOf(sinks);
    }

    /** In no trace. */
    public Routing(
        String fileName,
        String intakeKey,
        String contentHash,
        int priority,
        List<String> sinks,
        ReplyTo replyTo) {
      this(fileName, intakeKey, contentHash, priority, sinks, replyTo, null);
    }
  }

  /** A JMS destination, as in {@code queue:NAME}, and the id to answer under. */
  public record ReplyTo(String destination, String correlationId) {}

  /**
   * When its step has something to do.
   *
   * @param attempt how often it was moved to {@code SUBMITTING}
   * @param tries failed tries of the step it is at
   * @param dueAt null when nothing is left to do
   * @param runningAt the last poll that showed it still running, or null
   * @param took how long the provider took for it, or null where the polls cannot tell
   */
  public record Schedule(int attempt, int tries, Instant dueAt, Instant runningAt, Duration took) {
    private Schedule with(int attempt, int tries, Instant dueAt) {
      return new Schedule(attempt, tries, dueAt, runningAt, took);
    }
  }

  /** Copies list and map, and keeps of a time what the ledger keeps: milliseconds. */
  public Job {
    tags = Collections.unmodifiableSortedMap(new TreeMap<>(tags));
    warnings = List.copyOf(warnings);
    createdAt = millis(createdAt);
    approvedAt = millis(approvedAt);
    submittedAt = millis(submittedAt);
    finishedAt = millis(finishedAt);
  }

  private static Instant millis(Instant time) {
    return time == null ? null : time.truncatedTo(ChronoUnit.MILLIS);
  }

  /** The name that people see: that of its files in an outbox. */
  public String name() {
    return routing.fileName();
  }

  /** The kind of job; jobs of one kind cost and take about the same. */
  public String kind() {
    return PricingKey.of(request);
  }

  /** Whether all is done that the program does for it; of a video, only once it was fetched. */
  public boolean ended() {
    return JobState.LAST.contains(state) && schedule.dueAt() == null;
  }

  /** The same job, changed: one builder for every move. */
  public Change to(JobState state) {
    return new Change(this, state);
  }

  /** The changes of a move. Everything else stays as it was. */
  public static final class Change {
    private final Job from;
    private final JobState state;
    private WaitsFor waitsFor;
    private JsonNode request;
    private String generationId;
    private Cost cost;
    private JsonNode response;
    private Video video;
    private JsonNode problem;
    private Instant approvedAt;
    private Instant submittedAt;
    private Instant finishedAt;
    private Schedule schedule;
    private Cost reserved;
    private Actor actor = Actor.PROGRAM;
    private String warning;

    private Change(Job from, JobState state) {
      this.from = from;
      this.state = state;
      // A job in doubt that turns out to be unpaid waits as before.
      boolean open = state == JobState.ACCEPTED || state == JobState.IN_DOUBT;
      this.waitsFor = open && from.waitsFor != WaitsFor.UPLOAD ? from.waitsFor : null;
      this.request = from.request;
      this.generationId = from.generationId;
      this.cost = from.cost;
      this.response = from.response;
      this.video = from.video;
      this.problem = from.problem;
      this.approvedAt = from.approvedAt;
      this.submittedAt = from.submittedAt;
      this.finishedAt = from.finishedAt;
      this.schedule = from.schedule;
    }

    /** Who makes the change, if not the program itself. */
    public Change by(Actor actor) {
      this.actor = actor;
      return this;
    }

    public Actor by() {
      return actor;
    }

    /** What it waits for from now on; null for nothing but its turn. */
    public Change waitsFor(WaitsFor what) {
      this.waitsFor = what;
      return this;
    }

    /** What is sent, once the ids of its pictures are known. */
    public Change request(JsonNode request) {
      this.request = request;
      return this;
    }

    /** The provider's id and price. */
    public Change created(String generationId, Cost cost) {
      this.generationId = generationId;
      this.cost = cost;
      return this;
    }

    /** What budgets keep for it until its price is known; null keeps what they kept. */
    public Change reserve(Cost reserved) {
      this.reserved = reserved;
      return this;
    }

    /** What it {@linkplain #reserve reserves}, or null. */
    public Cost reserved() {
      return reserved;
    }

    /** What the provider answered; null keeps the last. */
    public Change response(JsonNode response) {
      this.response = response == null ? this.response : response;
      return this;
    }

    /** The video, as far as it is known. */
    public Change video(Video video) {
      this.video = video;
      return this;
    }

    /** What is wrong, or null when nothing is any more. */
    public Change problem(JsonNode problem) {
      this.problem = problem;
      return this;
    }

    /** Adds a warning that stays with the job, whatever becomes of it; null adds none. */
    public Change warning(String warning) {
      this.warning = warning;
      return this;
    }

    /** The warning that it adds, or null. */
    public String warning() {
      return warning;
    }

    /** When an operator approved it. */
    public Change approvedAt(Instant at) {
      this.approvedAt = at;
      return this;
    }

    /** When the paid call was begun. */
    public Change submittedAt(Instant at) {
      this.submittedAt = at;
      return this;
    }

    /** When we saw that the provider had finished. */
    public Change finishedAt(Instant at) {
      this.finishedAt = at;
      return this;
    }

    /** Due at once or later, with a fresh count of tries. */
    public Change dueAt(Instant at) {
      this.schedule = schedule.with(schedule.attempt(), 0, at);
      return this;
    }

    /** Due again after one more failed try. */
    public Change triedAgainAt(Instant at) {
      this.schedule = schedule.with(schedule.attempt(), schedule.tries() + 1, at);
      return this;
    }

    /** A poll showed it still running. */
    public Change runningAt(Instant at) {
      this.schedule =
          new Schedule(schedule.attempt(), schedule.tries(), schedule.dueAt(), at, null);
      return this;
    }

    /** How long the provider took for it; null if the polls cannot tell. */
    public Change took(Duration took) {
      this.schedule =
          new Schedule(
              schedule.attempt(), schedule.tries(), schedule.dueAt(), schedule.runningAt(), took);
      return this;
    }

    /** Nothing is left to do. */
    public Change done() {
      return dueAt(null);
    }

    public Change nextAttempt() {
      this.schedule =
          new Schedule(schedule.attempt() + 1, schedule.tries(), schedule.dueAt(), null, null);
      return this;
    }

    /**
     * A number above any attempt made since a backup, so that no late answer of one of those is
     * taken for this one's.
     */
    public Change attemptAfterBackup() {
      this.schedule =
          schedule.with(schedule.attempt() + 1_000_000, schedule.tries(), schedule.dueAt());
      return this;
    }

    /** The job after the change. */
    public Job job() {
      boolean waits = state == JobState.ACCEPTED && waitsFor != null;
      return new Job(
          from.id,
          from.reference,
          from.caller,
          from.batch,
          from.account,
          from.tags,
          from.retryOf,
          from.duplicateOf,
          from.model,
          state,
          waitsFor,
          generationId,
          cost,
          request,
          response,
          video,
          problem,
          warning == null
              ? from.warnings
              : Stream.concat(from.warnings.stream(), Stream.of(warning)).toList(),
          from.createdAt,
          approvedAt,
          submittedAt,
          finishedAt,
          from.routing,
          waits ? schedule.with(schedule.attempt(), schedule.tries(), null) : schedule);
    }
  }
}
