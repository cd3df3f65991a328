package io.leonardoroutes.board;

import io.leonardoroutes.problem.RequestRejected;
import io.leonardoroutes.rest.QueryParameters;
import java.util.Map;

/** What was just done, by the query of the page that a browser is sent to after it. */
final class BoardDone {
  static final String KEY = "did";

  private static final Map<String, String> OTHERS =
      Map.of(
          "pause", "Paused, on all instances.",
          "resume", "It goes on.",
          "limit", "The new limit holds, on all instances.",
          "limit-back", "The limit of the settings holds again.",
          "redeliver", "It is sent to the sink again.");

  private BoardDone() {}

  /**
   * In words; null for nothing.
   *
   * @throws RequestRejected 400 or 404 for anything else
   */
  static String words(QueryParameters query) {
    String done = query.text(KEY);
    if (done == null) {
      return null;
    }
    return OTHERS.containsKey(done) ? OTHERS.get(done) : JobAction.of(done).done();
  }
}
