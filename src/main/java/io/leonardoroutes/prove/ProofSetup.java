package io.leonardoroutes.prove;

/**
 * How the program is set up for a proof.
 *
 * @param instances the number of instances that share one ledger
 * @param ledger a PostgreSQL database, as {@code jdbc:postgresql:...}; null for SQLite in the
 *     proof's own folder, which only one instance can use
 * @param concurrent {@code leonardo.limits.concurrent}; 0 for the default of the proof
 */
record ProofSetup(int instances, String ledger, int concurrent) {

  /** The same setup, with this concurrency unless one was given. */
  ProofSetup withDefaultConcurrency(int otherwise) {
    return new ProofSetup(instances, ledger, concurrent == 0 ? otherwise : concurrent);
  }
}
