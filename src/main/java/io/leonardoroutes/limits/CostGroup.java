package io.leonardoroutes.limits;

/**
 * What costs are summed by, besides day, account, model and unit.
 *
 * @param tag the name of the tag whose values they are summed by; null for the callers
 */
public record CostGroup(String tag) {
  /** By caller. */
  public static final CostGroup CALLER = new CostGroup(null);

  /** SQL of the value that a job has. */
  String value() {
    return tag == null ? "caller" : "job_tag.value";
  }

  /** SQL that joins a job with that value. */
  String join() {
    return tag == null ? "" : "LEFT JOIN job_tag ON job_tag.job = job.id AND job_tag.name = :tag";
  }
}
