package io.leonardoroutes.board;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;

/**
 * Whether a call comes from a page of this very server. A browser sends the Origin with every form
 * and every change, and no page can forge it.
 */
final class SameOrigin {
  private SameOrigin() {}

  /**
   * Compares the two; a proxy has to pass Host on, and may end TLS.
   *
   * @param origin null for none, which is no page of ours
   * @param host with its port, by the Host header or as HTTP/2 says it; null for none
   */
  static boolean is(String origin, String host) {
    if (origin == null || host == null) {
      return false;
    }
    String from = origin.strip().toLowerCase(Locale.ROOT);
    String to = host.strip().toLowerCase(Locale.ROOT);
    return from.equals("http://" + to) || from.equals("https://" + to);
  }

  /** Host and port of an address; null if there are none. */
  static String authority(Object url) {
    try {
      return url instanceof String text ? new URI(text).getRawAuthority() : null;
    } catch (URISyntaxException e) {
      return null;
    }
  }
}
