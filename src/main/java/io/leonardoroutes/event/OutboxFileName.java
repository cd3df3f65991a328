package io.leonardoroutes.event;

/**
 * The first part of a file name in the outbox: the caller's reference, reduced to what every file
 * system accepts (ASCII letters, digits, {@code .}, {@code _} and {@code -}; at most 80
 * characters).
 *
 * <p>Two references may be reduced to the same name; the rest of the file name makes it unique.
 */
public final class OutboxFileName {
  private static final int LONGEST = 80;

  /**
   * The name for a reference.
   *
   * @param reference null counts as empty
   * @param fallback used instead, reduced in the same way, if nothing of the reference is left
   */
  public static String of(String reference, String fallback) {
    String name = reduced(reference);
    return name.isEmpty() ? reduced(fallback) : name;
  }

  /** The name for a dropped file, without the ending of a request, a batch or a picture. */
  public static String ofDropped(String file, String fallback) {
    return of(file.replaceFirst("(?i)\\.(jsonl?|csv|png|jpe?g|webp)$", ""), fallback);
  }

  private static String reduced(String text) {
    String name =
        text == null ? "" : text.replaceAll("[^A-Za-z0-9._-]", "").replaceFirst("^\\.+", "");
    return name.length() <= LONGEST ? name : name.substring(0, LONGEST);
  }

  private OutboxFileName() {}
}
