package io.leonardoroutes.models;

/**
 * A model with invalid rules. The message is one line that names the model and, if known, the key.
 */
public final class BadModel extends IllegalStateException {
  private static final long serialVersionUID = 1;

  /**
   * @param key the dotted path of the key in a request; empty if unknown
   */
  BadModel(String model, String key, RuntimeException why) {
    super("model " + model + (key.isEmpty() ? "" : ", key " + key) + ": " + innermost(why), why);
  }

  private static String innermost(Throwable why) {
    Throwable cause = why;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause.getMessage() == null ? cause.toString() : cause.getMessage();
  }
}
