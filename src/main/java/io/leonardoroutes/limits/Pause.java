package io.leonardoroutes.limits;

import io.leonardoroutes.job.Actor;
import java.time.Instant;
import java.util.Locale;

/**
 * What an operator has paused.
 *
 * @param name of the account or the intake; empty for {@link What#SUBMITTING}
 * @param reason in the operator's words, or null
 */
public record Pause(What what, String name, Instant since, Actor by, String reason) {
  /** The kinds of things that can be paused. */
  public enum What {
    /** Nothing more is submitted by this account. */
    ACCOUNT,
    /** Nothing more is submitted at all. */
    SUBMITTING,
    /** No new request of this intake is accepted. */
    INTAKE;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** The name of what is paused, for people: {@code account main}, or {@code submitting}. */
  public String title() {
    return name.isEmpty() ? what.toString() : what + " " + name;
  }
}
