package io.leonardoroutes.models;

/**
 * A model that cannot work. Its message is one line that names the model and, if known, the key.
 */
public final class BadModel extends IllegalStateException {
  private static final long serialVersionUID = 1;

  /**
   * @param key the path of names in a request at which it cannot work; empty if none is known
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
