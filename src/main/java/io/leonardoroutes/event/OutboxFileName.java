package io.leonardoroutes.event;

/**
 * The first part of a name in the outbox: the caller's own reference with only what every file
 * system takes, ASCII letters, digits, {@code .}, {@code _} and {@code -}, at most 80 of them.
 *
 * <p>Two references can become one name: what makes a file's name unique comes after it.
 */
public final class OutboxFileName {
  private static final int LONGEST = 80;

  /**
   * The name for a reference.
   *
   * @param reference null reads as empty
   * @param fallback what to use, reduced too, if nothing of the reference is left
   */
  public static String of(String reference, String fallback) {
    String name = reduced(reference);
    return name.isEmpty() ? reduced(fallback) : name;
  }

  /** The name for a file that was dropped as {@code NAME.json}. */
  public static String ofDropped(String file, String fallback) {
    return of(file.replaceFirst("(?i)\\.json$", ""), fallback);
  }

  private static String reduced(String text) {
    String name =
        text == null ? "" : text.replaceAll("[^A-Za-z0-9._-]", "").replaceFirst("^\\.+", "");
    return name.length() <= LONGEST ? name : name.substring(0, LONGEST);
  }

  private OutboxFileName() {}
}
