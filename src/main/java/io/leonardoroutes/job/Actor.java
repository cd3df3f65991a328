package io.leonardoroutes.job;

import java.lang.management.ManagementFactory;

/**
 * Who does something to a job, and where from.
 *
 * @param name a name, or null where nobody gave one
 * @param source an intake, an address or a process
 */
public record Actor(String name, String source) {
  /** The program by itself, in this process. */
  public static final Actor PROGRAM =
      new Actor("leonardo-routes", "process " + ManagementFactory.getRuntimeMXBean().getName());
}
