package io.leonardoroutes.board;

import io.leonardoroutes.job.Job;
import java.util.List;

/**
 * Something that an operator may do: a link to a page that asks back.
 *
 * @param what it is done with, for those who hear the page
 * @param tone plain or bad
 */
record BoardButton(String label, String what, String href, String tone) {
  /** What may be done with a job now. */
  static List<BoardButton> of(Job job) {
    return List.of();
  }
}
