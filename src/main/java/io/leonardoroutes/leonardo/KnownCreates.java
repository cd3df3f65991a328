package io.leonardoroutes.leonardo;

import java.util.Map;
import java.util.Set;

/**
 * What is known of our own generations when the provider's list is read.
 *
 * @param owned the creates behind listed generations that jobs of ours have, by the generation's id
 * @param leftOut by model, the last of our generations that the list should show and does not
 * @param shown by model, the {@link ListTraits traits} of generations of ours that the list has
 *     shown
 */
public record KnownCreates(
    Map<String, CreateAttempt> owned,
    Map<String, LeftOut> leftOut,
    Map<String, Set<String>> shown) {

  /**
   * One that is missing in the list.
   *
   * @param over where its create stands among all of ours, see {@link CallTime#over}
   */
  public record LeftOut(String generationId, long over) {}

  /** Copies what it is given. */
  public KnownCreates {
    owned = Map.copyOf(owned);
    leftOut = Map.copyOf(leftOut);
    shown = Map.copyOf(shown);
  }
}
