package io.leonardoroutes.ledger;

import java.lang.management.ManagementFactory;

/**
 * Who does something to a job, and where from.
 *
 * @param who a name, or null where nobody gave one
 * @param where an intake, an address or a process
 */
public record By(String who, String where) {
  /** The program by itself, in this process. */
  static final By PROGRAM =
      new By("leonardo-routes", "process " + ManagementFactory.getRuntimeMXBean().getName());
}
