package io.leonardoroutes.flow;

/** Properties of an exchange by which the steps of several routes hand work to each other. */
public final class FlowProperties {
  /** The job that the exchange is about. */
  public static final String JOB = "leonardoJob";

  /** Whether a slot at the provider was just freed, so that the next job need not wait. */
  public static final String FREED = "leonardoFreed";

  private FlowProperties() {}
}
