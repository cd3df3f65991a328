package io.leonardoroutes.steer;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.leonardoroutes.limits.Pause;
import java.util.List;

/**
 * Whether something is paused.
 *
 * @param what {@code account}, {@code submitting} or {@code intake}
 * @param name of the account or the intake; null for submitting
 * @param since null, as all that follows, while it is not paused
 * @param by the name of the operator, or where the call came from
 * @param reason the operator's words, if there are any
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record PauseState(
    String what, String name, boolean paused, String since, String by, String reason) {

  /** All that is paused. */
  public record PauseList(List<PauseState> items) {}

  public static PauseState of(Pause pause) {
    return new PauseState(
        pause.what().toString(),
        pause.name().isEmpty() ? null : pause.name(),
        true,
        pause.since().toString(),
        pause.by().name() == null ? pause.by().source() : pause.by().name(),
        pause.reason());
  }

  static PauseState resumed(Pause.What what, String name) {
    return new PauseState(what.toString(), name.isEmpty() ? null : name, false, null, null, null);
  }
}
