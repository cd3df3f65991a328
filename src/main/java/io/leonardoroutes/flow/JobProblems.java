package io.leonardoroutes.flow;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leonardoroutes.job.Job;
import io.leonardoroutes.problem.Problem;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The problem documents (RFC 9457) of jobs; those of requests are in {@link
 * io.leonardoroutes.problem}.
 */
public final class JobProblems {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String SINCE = "since";
  private static final String HELD = "held";
  private static final String READINGS = "readings";
  private static final String WITHOUT_A_REASON = ", without a reason";
  private static final String NAMED = "generationIds";
  private static final Pattern MADE =
      Pattern.compile("(?i)generation[_-]?id|generation[\\\\\"']{1,4}\\s*:\\s*\\{");

  private JobProblems() {}

  public static JsonNode declined(int status, String reason) {
    return json("refused-by-provider", "The provider declined the request", status, reason);
  }

  public static JsonNode waiting(String reason) {
    return json(
        "waiting", "The request did not reach the provider; it will be sent again", 0, reason);
  }

  public static JsonNode pictureWaits(String reason) {
    return json(
        "picture-waits", "A picture could not be uploaded; it will be tried again", 0, reason);
  }

  public static JsonNode accountBlocked(String reason) {
    return json(
        "account-refused",
        "The provider blocks the account; the job waits until that is over",
        0,
        reason);
  }

  /** Whether the job's last create was declined because of its account. */
  public static boolean isOfTheAccount(Job job) {
    return is(job, "account-refused");
  }

  private static boolean is(Job job, String type) {
    return job.problem() != null && job.problem().path("type").asText("").endsWith(":" + type);
  }

  public static JsonNode failed(String reason) {
    return json("failed-at-provider", "The provider made no video", 0, reason);
  }

  /**
   * @param answer as much of the answer as arrived; it may name the generation
   * @param named generations that the answer may mean
   * @param over when the paid call is over for sure
   */
  public static JsonNode inDoubt(String why, String answer, List<String> named, Instant over) {
    ObjectNode problem =
        (ObjectNode)
            json(
                "in-doubt",
                "Nobody knows whether the paid call was billed; it is repeated only once it is"
                    + " known to be unpaid",
                0,
                why);
    if (!answer.isEmpty()) {
      problem.put("answer", answer);
    }
    named.forEach(id -> problem.withArray(NAMED).add(id));
    return problem.put(SINCE, over.toString());
  }

  /** A new doubt that keeps the answer of an earlier one. */
  public static JsonNode inDoubtAgain(Job job, String why, Instant over) {
    String answer = job.problem() == null ? "" : job.problem().path("answer").asText("");
    return inDoubt(why, answer, named(job), over);
  }

  /** The same doubt, and why it is not settled yet. */
  public static JsonNode held(JsonNode inDoubt, String why) {
    ObjectNode problem =
        inDoubt instanceof ObjectNode known ? known.deepCopy() : JSON.createObjectNode();
    problem.remove(READINGS);
    return problem.put(HELD, why);
  }

  /** The same doubt, which was missing from the list in so many readings in a row. */
  public static JsonNode notListed(JsonNode inDoubt, String why, int readings) {
    return ((ObjectNode) held(inDoubt, why)).put(READINGS, readings);
  }

  /** In how many readings of the provider's list in a row it was missing. */
  public static int readings(Job job) {
    return job.problem() == null ? 0 : job.problem().path(READINGS).asInt(0);
  }

  /** Generations that the answer to its create may mean. */
  public static List<String> named(Job job) {
    List<String> ids = new ArrayList<>();
    if (job.problem() != null) {
      job.problem().path(NAMED).forEach(id -> ids.add(id.asText()));
    }
    return ids;
  }

  /** Whether the answer to its create mentions a generation: then one was made, listed or not. */
  public static boolean wasMade(Job job) {
    return job.problem() != null && MADE.matcher(job.problem().path("answer").asText("")).find();
  }

  /** Why the doubt is held; empty if it was not examined yet. */
  public static String heldBecause(Job job) {
    return job.problem() == null ? "" : job.problem().path(HELD).asText("");
  }

  /** When the paid call of a job in doubt was, or will be, over for sure. */
  public static Optional<Instant> callOverAt(Job job) {
    return since(job);
  }

  private static Optional<Instant> since(Job job) {
    try {
      return Optional.ofNullable(job.problem())
          .map(problem -> Instant.parse(problem.path(SINCE).asText("")));
    } catch (DateTimeParseException e) {
      return Optional.empty();
    }
  }

  public static JsonNode givenUp(Job job) {
    return json(
        "given-up",
        "An operator gave it up",
        0,
        "it was %s, and was resolved as failed".formatted(isLate(job) ? "late" : "in doubt"));
  }

  /** Whether an operator ended it as failed while nobody knew what became of its paid call. */
  public static boolean isGivenUp(Job job) {
    return is(job, "given-up");
  }

  public static JsonNode late(Duration giveUp) {
    return json(
        "late",
        "The provider is not done yet",
        0,
        "it has not ended within " + giveUp.toMinutes() + " minutes");
  }

  /** Whether it was said that the running job takes longer than {@code leonardo.track.give-up}. */
  public static boolean isLate(Job job) {
    return is(job, "late");
  }

  /**
   * @param since when this was first seen
   */
  public static JsonNode noVideoYet(String why, Instant since) {
    ObjectNode problem =
        (ObjectNode) json("no-video-yet", "The provider is done, but shows no video yet", 0, why);
    return problem.put(SINCE, since.toString());
  }

  public static boolean isWithoutVideo(Job job) {
    return is(job, "no-video-yet");
  }

  /** Since when the provider has called the job complete and shown no video. */
  public static Optional<Instant> withoutVideoSince(Job job) {
    return isWithoutVideo(job) ? since(job) : Optional.empty();
  }

  /** The same failure; if it has no reason, with the one of the provider's notice. */
  public static JsonNode saidByNotice(JsonNode failed, String words) {
    String reason = failed.path("detail").asText("");
    return failed instanceof ObjectNode known && reason.endsWith(WITHOUT_A_REASON)
        ? known.deepCopy().put("detail", said(reason, words))
        : failed;
  }

  /** The reason of a failure; if it has none, the one of the provider's notice. */
  public static String said(String reason, String words) {
    return reason.endsWith(WITHOUT_A_REASON)
        ? reason.replace(WITHOUT_A_REASON, ": " + words)
        : reason;
  }

  public static JsonNode notApproved() {
    return json("not-approved", "An operator rejected it", 0, "nothing was paid");
  }

  /** Whether an operator rejected it. */
  public static boolean isNotApproved(Job job) {
    return is(job, "not-approved");
  }

  public static JsonNode approvalExpired(Duration expires) {
    return json(
        "approval-expired",
        "Nobody approved it in time",
        0,
        "it waited for %s hours (leonardo.approval.expires)".formatted(expires.toHours()));
  }

  public static JsonNode noAwaitedVideo(String why) {
    return json(
        "no-awaited-video", "The job that it waited for has no video; nothing was paid", 0, why);
  }

  public static JsonNode notFetched(String why) {
    return json("not-fetched", "The video was made, but could not be downloaded", 0, why);
  }

  /** Whether its download was given up. */
  public static boolean isNotFetched(Job job) {
    return is(job, "not-fetched");
  }

  private static JsonNode json(String type, String title, int status, String detail) {
    return Problem.of(status, type, title, detail).json();
  }
}
