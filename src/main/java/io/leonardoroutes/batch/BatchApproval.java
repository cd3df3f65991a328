package io.leonardoroutes.batch;

import io.leonardoroutes.job.Actor;
import java.math.BigDecimal;
import java.time.Instant;

/**
 * How it stands with a batch whose jobs wait together until they may be paid.
 *
 * @param sum what its jobs will cost, as far as it is known
 * @param unpriced how many jobs are not in the sum
 * @param expires when it is cancelled if nobody decides; null if never
 * @param by the operator who decided, or null
 */
public record BatchApproval(Stage stage, BigDecimal sum, long unpriced, Instant expires, Actor by) {
  /** What its jobs wait for. */
  public enum Stage {
    /** Until all of its lines are read: then the sum is known. */
    SUMMING,
    /** For an operator, as the sum is above the limit or not known. */
    WAITING,
    /** For nothing: the sum is not above the limit. */
    OPEN,
    /** For nothing: an operator approved them. */
    APPROVED,
    /** They are cancelled: an operator rejected them. */
    REJECTED,
    /** They are cancelled: nobody decided in time. */
    EXPIRED
  }
}
