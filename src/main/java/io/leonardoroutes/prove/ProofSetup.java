package io.leonardoroutes.prove;

/**
 * How the program is set up for a proof.
 *
 * @param instances how many share one ledger
 * @param ledger a PostgreSQL database, as {@code jdbc:postgresql:...}; null for SQLite in the
 *     proof's own folder, which only one instance can have
 * @param concurrent {@code leonardo.limits.concurrent}; 0 for what suits the proof
 */
record ProofSetup(int instances, String ledger, int concurrent) {

  /** The same with the concurrency that suits a proof, unless one was asked for. */
  ProofSetup suited(int suitable) {
    return new ProofSetup(instances, ledger, concurrent == 0 ? suitable : concurrent);
  }
}
