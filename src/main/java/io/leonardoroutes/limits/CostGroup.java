package io.leonardoroutes.limits;

/**
 * What costs are summed by, besides day, account, model and unit.
 *
 * @param tag the name of the tag whose values they are summed by; null for the callers
 */
public record CostGroup(String tag) {
  /** By caller. */
  public static final CostGroup CALLER = new CostGroup(null);

  /** The kind of {@link Spent.Payer}. */
  String payers() {
    return tag == null ? "caller" : "tag " + tag;
  }
}
