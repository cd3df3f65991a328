package io.leonardoroutes.picture;

/** A picture that cannot be used; the message says why, and what would do. */
public final class PictureRejected extends Exception {
  private static final long serialVersionUID = 1;

  private final String code;
  private final boolean incomplete;

  private PictureRejected(String code, boolean incomplete, String message) {
    super(message);
    this.code = code;
    this.incomplete = incomplete;
  }

  /**
   * A picture that stays unusable.
   *
   * @param code of the violation
   */
  public static PictureRejected because(String code, String message) {
    return new PictureRejected(code, false, message);
  }

  /** A picture that may still be written. */
  public static PictureRejected incomplete(String code, String message) {
    return new PictureRejected(code, true, message);
  }

  public String code() {
    return code;
  }

  /** Whether it may only not be there yet, or not all of it. */
  public boolean isIncomplete() {
    return incomplete;
  }
}
