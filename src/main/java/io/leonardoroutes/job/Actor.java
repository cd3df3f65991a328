package io.leonardoroutes.job;

import java.lang.management.ManagementFactory;

/**
 * Who changes a job, and from where.
 *
 * @param name null if there is none
 * @param source an intake, an address or a process
 */
public record Actor(String name, String source) {
  /** The program by itself, in this process. */
  public static final Actor PROGRAM =
      new Actor("leonardo-routes", "process " + ManagementFactory.getRuntimeMXBean().getName());
}
