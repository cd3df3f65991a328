package io.leonardoroutes.steer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.leonardoroutes.auth.Caller;
import io.leonardoroutes.flow.FlowContext;
import io.leonardoroutes.flow.IntakeProperties;
import io.leonardoroutes.job.Actor;
import io.leonardoroutes.limits.Pause;
import io.leonardoroutes.limits.Pause.What;
import io.leonardoroutes.limits.PauseTable;
import io.leonardoroutes.problem.RequestRejected;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import org.apache.camel.Body;
import org.apache.camel.Header;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What {@code pauses.camel.yaml} and {@code drain.camel.yaml} do: an operator pauses an account, an
 * intake or all submitting, and lets it go on. Every instance obeys, and a restart changes nothing.
 *
 * <p>All calls throw {@link RequestRejected}: 403 unless the caller is an operator, 404 for a name
 * that there is not, 400 or 422 for a body that cannot be used.
 */
public final class PauseStep {
  /**
   * The body of a call, which may be left out.
   *
   * @param reason why, in words
   */
  public record Reason(String reason) {}

  private static final Logger LOG = LoggerFactory.getLogger(PauseStep.class);
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Set<String> KEYS = Set.of("reason");

  private final FlowContext flow;
  private final PauseTable pauses;

  public PauseStep(FlowContext flow) {
    this.flow = flow;
    this.pauses = flow.ledger().pauses();
  }

  /** All that is paused. */
  public JsonNode list(@Header(Caller.HEADER) Object user) {
    operator(user);
    return JSON.valueToTree(new PauseState.PauseList(all()));
  }

  /** The same for callers in this program. */
  public List<PauseState> all() {
    return pauses.all().stream().map(PauseState::of).toList();
  }

  /** No job of an account is submitted any more. */
  public JsonNode pauseAccount(
      @Header("name") Object name, @Header(Caller.HEADER) Object user, @Body String body) {
    return pause(What.ACCOUNT, account(name, user), user, body);
  }

  /** Jobs of an account are submitted again. */
  public JsonNode resumeAccount(
      @Header("name") Object name, @Header(Caller.HEADER) Object user, @Body String body) {
    return resume(What.ACCOUNT, account(name, user), user, body);
  }

  /** No job is submitted any more. */
  public JsonNode pauseSubmitting(@Header(Caller.HEADER) Object user, @Body String body) {
    return pause(What.SUBMITTING, "", user, body);
  }

  /** Jobs are submitted again, but for those of accounts that are paused. */
  public JsonNode resumeSubmitting(@Header(Caller.HEADER) Object user, @Body String body) {
    return resume(What.SUBMITTING, "", user, body);
  }

  /** No new request of an intake is accepted any more. */
  public JsonNode pauseIntake(
      @Header("name") Object name, @Header(Caller.HEADER) Object user, @Body String body) {
    return pause(What.INTAKE, intake(name, user), user, body);
  }

  /** Requests of an intake are accepted again. */
  public JsonNode resumeIntake(
      @Header("name") Object name, @Header(Caller.HEADER) Object user, @Body String body) {
    return resume(What.INTAKE, intake(name, user), user, body);
  }

  /** Nothing begins any more; what has begun goes on to its end. Answers what is still to do. */
  public JsonNode drain(@Header(Caller.HEADER) Object user, @Body String body) {
    Actor by = operator(user);
    String reason = SteerBody.read(body, KEYS).reason();
    pauses.drain(IntakeProperties.PAUSABLE, by, reason).forEach(this::paused);
    return drained();
  }

  /** Submitting and all intakes go on. */
  public JsonNode resumeDrain(@Header(Caller.HEADER) Object user, @Body String body) {
    Actor by = operator(user);
    String reason = SteerBody.read(body, KEYS).reason();
    pauses.resumeDrained().forEach(pause -> resumed(pause, by, reason));
    return drained();
  }

  private JsonNode drained() {
    return JSON.valueToTree(DrainState.of(flow.ledger().figures(List.of()), all()));
  }

  private Actor operator(Object user) {
    Caller operator = flow.caller(user);
    operator.requireOperator();
    return new Actor(operator.name(), operator.source());
  }

  private String account(Object header, Object user) {
    operator(user);
    Collection<String> known = new ArrayList<>(flow.settings().accounts().names());
    String name = FlowContext.inPath(header);
    // One whose key was removed may still be paused.
    pauses.all().stream()
        .filter(pause -> pause.what() == What.ACCOUNT)
        .map(Pause::name)
        .forEach(known::add);
    if (known.contains(name)) {
      return name;
    }
    throw new RequestRejected(
        404,
        "no-such-account",
        "No such account",
        "there is no account %s: %s".formatted(name, String.join(", ", known)));
  }

  private String intake(Object header, Object user) {
    operator(user);
    String name = FlowContext.inPath(header);
    if (IntakeProperties.PAUSABLE.contains(name)) {
      return name;
    }
    throw new RequestRejected(
        404,
        "no-such-intake",
        "No such intake",
        "there is no intake %s: %s".formatted(name, String.join(", ", IntakeProperties.PAUSABLE)));
  }

  private JsonNode pause(What what, String name, Object user, String body) {
    Actor by = operator(user);
    String reason = SteerBody.read(body, KEYS).reason();
    pauses.pause(what, List.of(name), by, reason).forEach(this::paused);
    PauseState now =
        pauses.all().stream()
            .filter(pause -> pause.what() == what && pause.name().equals(name))
            .findFirst()
            .map(PauseState::of)
            // Somebody has resumed it at once.
            .orElse(PauseState.resumed(what, name));
    return JSON.valueToTree(now);
  }

  private void paused(Pause pause) {
    String reason = pause.reason() == null ? "" : ": " + pause.reason();
    LOG.warn("{} was paused by an operator{}", pause.title(), reason);
    SteerAudit.write(
        pause.since(), pause.by(), "pause", pause.title(), "running", "paused", pause.reason());
  }

  private JsonNode resume(What what, String name, Object user, String body) {
    Actor by = operator(user);
    String reason = SteerBody.read(body, KEYS).reason();
    pauses.resume(what, name).forEach(pause -> resumed(pause, by, reason));
    return JSON.valueToTree(PauseState.resumed(what, name));
  }

  private void resumed(Pause pause, Actor by, String reason) {
    LOG.info("{} was resumed by an operator", pause.title());
    SteerAudit.write(
        flow.clock().instant(), by, "pause", pause.title(), "paused", "running", reason);
  }
}
