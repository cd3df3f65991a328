package io.leonardoroutes.settings;

/**
 * Thrown for a setting that is missing or invalid. Its message is one line that begins with the
 * key.
 */
public final class BadSetting extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  private final String why;

  public BadSetting(String key, String why) {
    super(key + ": " + why);
    this.why = why;
  }

  /** The message without the key. */
  public String why() {
    return why;
  }
}
