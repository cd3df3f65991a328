package io.leonardoroutes.ledger;

import java.time.Duration;

/**
 * The order of paid calls by the ledger's count of changes: a call that was over before another
 * began has the lower numbers, whatever the clocks said.
 *
 * @param begun the change to {@code SUBMITTING}; of a job that a restored ledger put in doubt, that
 *     change; 0 of one whose generation was found in the list, as it may be an equal job's
 * @param over the change that followed: its generation was known, or it was in doubt
 * @param skew how far the provider's clock was ahead of the ledger's; null if that is not known
 * @param sure whether the program by itself read the generation's id; a person may be wrong
 */
public record CreateOrder(long begun, long over, Duration skew, boolean sure) {
  /** For a job of which nothing is known: neither before nor after any other. */
  public static final CreateOrder UNKNOWN = new CreateOrder(0, Long.MAX_VALUE, null, false);
}
