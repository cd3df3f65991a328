package io.leonardoroutes.board;

import java.util.Locale;

/**
 * Whether a call comes from a page of this very server. A browser sends the Origin with every form
 * and every change, and no page can forge it.
 */
final class SameOrigin {
  private SameOrigin() {}

  /**
   * Compares the two headers; a proxy has to pass Host on, and may end TLS.
   *
   * @param origin null for none, which is no page of ours
   * @param host null for none
   */
  static boolean is(String origin, String host) {
    if (origin == null || host == null) {
      return false;
    }
    String from = origin.strip().toLowerCase(Locale.ROOT);
    String to = host.strip().toLowerCase(Locale.ROOT);
    return from.equals("http://" + to) || from.equals("https://" + to);
  }
}
