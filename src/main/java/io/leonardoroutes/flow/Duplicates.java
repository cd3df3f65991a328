package io.leonardoroutes.flow;

import io.leonardoroutes.settings.BadSetting;
import io.leonardoroutes.settings.SettingReader;
import java.util.Locale;

/** What is done with a request for what a finished job asked for: {@code leonardo.duplicates}. */
public enum Duplicates {
  /** Nothing: it is a job like any other. */
  OFF,
  /** Its job gets a warning. */
  FLAG,
  /** It gets the video of the finished job, for nothing. */
  REUSE;

  private static final String KEY = "leonardo.duplicates";

  static Duplicates read(SettingReader keys) {
    String text = keys.text(KEY);
    for (Duplicates one : values()) {
      if (one.name().toLowerCase(Locale.ROOT).equals(text)) {
        return one;
      }
    }
    throw new BadSetting(KEY, "'" + text + "' is not one of off, flag, reuse");
  }
}
