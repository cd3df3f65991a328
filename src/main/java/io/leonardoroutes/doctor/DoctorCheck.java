package io.leonardoroutes.doctor;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.leonardoroutes.json.SafeText;
import java.util.Locale;

/**
 * What {@code doctor} found about one thing.
 *
 * @param check what was looked at, in a word or two
 * @param detail what was found
 * @param remedy what would do; null if nothing has to be done
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record DoctorCheck(Level level, String check, String detail, String remedy) {
  private static final int LONGEST = 1_000;

  /** How bad it is. */
  public enum Level {
    OK,
    /** It works, or may work, but somebody should look at it. */
    WARN,
    /** It does not work. */
    FAIL;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  public static DoctorCheck ok(String check, String detail) {
    return new DoctorCheck(Level.OK, check, detail, null);
  }

  public static DoctorCheck warn(String check, String detail, String remedy) {
    return new DoctorCheck(Level.WARN, check, detail, remedy);
  }

  public static DoctorCheck fail(String check, String detail, String remedy) {
    return new DoctorCheck(Level.FAIL, check, detail, remedy);
  }

  /** The same in one line, which cannot disturb a terminal. */
  public String line() {
    return SafeText.plain(
        "%-5s %-10s %s%s".formatted(level, check, detail, remedy == null ? "" : ": " + remedy),
        LONGEST);
  }
}
