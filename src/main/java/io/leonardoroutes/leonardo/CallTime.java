package io.leonardoroutes.leonardo;

import java.time.Instant;

/**
 * When a paid call was made: by the provider's clock as far as it is known how far ours was from
 * it, and by the order of all calls of ours, which no clock can change.
 *
 * @param from when it was begun
 * @param until when it was over; of a call that nobody ended, when the provider must be done with
 *     it
 * @param finished when a video of its kind is done, if it takes twice as long as others
 * @param measured whether the provider's clock was known then; else both times are by ours
 * @param begun greater than {@code over} of every call that was over before
 * @param over less than {@code begun} of every call that was begun after it
 */
public record CallTime(
    Instant from, Instant until, Instant finished, boolean measured, long begun, long over) {

  /** Whether it was over before the other began, by the order of our calls. */
  boolean isBefore(CallTime other) {
    return over < other.begun;
  }
}
