package io.leonardoroutes.job;

/**
 * An operator has paused the intake of a new request: it is not accepted, nor rejected. Whoever
 * brought it keeps it and tries again later.
 */
public final class IntakePaused extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final String intake;

  public IntakePaused(String intake) {
    // No stack trace: it is no fault, and may come with every request.
    super("intake " + intake + " is paused by an operator", null, false, false);
    this.intake = intake;
  }

  /** The name of the intake. */
  public String intake() {
    return intake;
  }
}
