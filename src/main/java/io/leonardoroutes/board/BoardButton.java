package io.leonardoroutes.board;

import io.leonardoroutes.job.Job;
import java.util.Arrays;
import java.util.List;

/**
 * Something that an operator may do: a link to a page that asks back.
 *
 * @param what it is done with, for those who hear the page
 * @param tone plain, main or bad
 */
record BoardButton(String label, String what, String href, String tone) {
  /** What may be done with a job now. */
  static List<BoardButton> of(Job job) {
    return Arrays.stream(JobAction.values())
        .filter(action -> action.isFor(job))
        .map(
            action ->
                new BoardButton(
                    action.label(),
                    job.name(),
                    BoardPaths.job(job.id()) + "/" + action.word(),
                    tone(action)))
        .toList();
  }

  private static String tone(JobAction action) {
    return switch (action) {
      case APPROVE -> "main";
      case REJECT, CANCEL, UNPAID, FAILED_ -> "bad";
      default -> "plain";
    };
  }
}
