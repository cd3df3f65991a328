package io.leonardoroutes.submit;

import com.fasterxml.jackson.databind.JsonNode;
import io.leonardoroutes.job.JobFilter;
import io.leonardoroutes.job.JobState;
import io.leonardoroutes.problem.RequestRejected;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Set;

/**
 * An operator's word on many creates in doubt.
 *
 * @param as unpaid or failed; not paid, as each paid create has a generation of its own
 * @param state IN_DOUBT; may be left out
 * @param account only jobs of this account, which may have lost its key; null for all accounts
 * @param before only jobs accepted before then, like {@code to} in the list; null for all
 */
public record BulkDecision(Decision.As as, JobState state, String account, Instant before) {
  private static final Set<String> KEYS = Set.of("as", "state", "account", "before");

  /**
   * How many jobs were left in doubt, and why.
   *
   * @param why the name of a problem
   */
  record Left(String why, int jobs) {}

  /** What became of the jobs. */
  public record BulkResolution(Decision.As as, int resolved, List<Left> left) {}

  /**
   * Reads a decision strictly: a guess would cost money.
   *
   * @param accounts those that there are
   * @throws RequestRejected 422
   */
  static BulkDecision read(JsonNode body, Collection<String> accounts) {
    for (Iterator<String> names = body.fieldNames(); names.hasNext(); ) {
      if (!KEYS.contains(names.next())) {
        throw invalid("there are no other keys than as, state, account and before");
      }
    }
    String state = text(body, "state");
    if (state != null && !state.equals(JobState.IN_DOUBT.name())) {
      throw invalid("state has to be IN_DOUBT, or is left out");
    }
    String account = text(body, "account");
    if (account != null && !accounts.contains(account)) {
      throw invalid("account has to be one of " + accounts + ", or is left out");
    }
    return new BulkDecision(as(text(body, "as")), JobState.IN_DOUBT, account, before(body));
  }

  JobFilter filter() {
    return new JobFilter(state, null, null, null, null, null, before);
  }

  private static Decision.As as(String text) {
    if (Decision.As.UNPAID.toString().equals(text)) {
      return Decision.As.UNPAID;
    }
    if (Decision.As.FAILED.toString().equals(text)) {
      return Decision.As.FAILED;
    }
    throw invalid("as has to be unpaid or failed; paid is only for a single job");
  }

  private static Instant before(JsonNode body) {
    String text = text(body, "before");
    try {
      return text == null ? null : OffsetDateTime.parse(text).toInstant();
    } catch (DateTimeParseException e) {
      throw invalid("before has to be a time such as 2026-07-01T00:00:00Z, or is left out");
    }
  }

  private static String text(JsonNode body, String key) {
    JsonNode value = body.path(key);
    if (!value.isMissingNode() && !value.isTextual()) {
      throw invalid(key + " has to be a text");
    }
    return value.textValue();
  }

  private static RequestRejected invalid(String detail) {
    return new RequestRejected(
        422,
        "no-decision",
        "The decision cannot be used",
        detail
            + ": send {\"as\":\"unpaid\",\"state\":\"IN_DOUBT\",\"account\":\"default\",\"before\":"
            + "\"2026-07-01T00:00:00Z\"}");
  }
}
