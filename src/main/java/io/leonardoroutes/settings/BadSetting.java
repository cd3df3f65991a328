package io.leonardoroutes.settings;

/** A setting that cannot work. Its message is one line that begins with the key. */
public final class BadSetting extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  private final String why;

  public BadSetting(String key, String why) {
    super(key + ": " + why);
    this.why = why;
  }

  /** The same without the key. */
  public String why() {
    return why;
  }
}
