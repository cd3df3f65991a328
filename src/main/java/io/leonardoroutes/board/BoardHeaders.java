package io.leonardoroutes.board;

import java.util.Map;

/** The headers of every answer of the board: what a browser may do with it. */
final class BoardHeaders {
  /** Nothing from another host, nothing inline, and in no frame. */
  private static final String POLICY =
      String.join(
          "; ",
          "default-src 'none'",
          "script-src 'self'",
          "style-src 'self'",
          "img-src 'self' blob:",
          "media-src 'self' blob:",
          "connect-src 'self'",
          "form-action 'self'",
          "base-uri 'none'",
          "frame-ancestors 'none'");

  /** By their names. */
  static final Map<String, String> ALL =
      Map.of(
          "Content-Security-Policy", POLICY,
          "X-Content-Type-Options", "nosniff",
          "X-Frame-Options", "DENY",
          // not no-referrer: with that, a form of our own page has the Origin null
          "Referrer-Policy", "same-origin",
          "Cross-Origin-Opener-Policy", "same-origin",
          "Cross-Origin-Resource-Policy", "same-origin");

  /** Of pages with data, which no disk should keep. */
  static final String NOT_KEPT = "no-store";

  /** Of style and script: asked for again, and answered 304. */
  static final String ASKED_AGAIN = "no-cache";

  private BoardHeaders() {}
}
