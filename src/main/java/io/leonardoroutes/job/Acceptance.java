package io.leonardoroutes.job;

/** The outcome of a request that was given to the ledger. */
public sealed interface Acceptance {

  /** Durable: it may be confirmed. */
  record Accepted(Job job) implements Acceptance {}

  /** The same request as before: this is its job. */
  record Known(Job job) implements Acceptance {}

  /**
   * The same reference or key with other content.
   *
   * @param by {@code reference} or {@code key}
   */
  record Conflict(Job job, String by) implements Acceptance {}
}
