package io.leonardoroutes.batch;

/** How far a batch is. */
public enum BatchState {
  /** Its lines are being accepted or rejected. */
  READING,
  /** Every line is decided, and some jobs have not ended. */
  RUNNING,
  /** Every line was rejected or its job has ended, and the reports say so. */
  ENDED
}
