package io.leonardoroutes.job;

import java.util.EnumSet;
import java.util.Set;

/**
 * The state of a job. A job in {@code IN_DOUBT} is submitted again only if the list proves that it
 * was not billed, or an operator says so.
 */
public enum JobState {
  /** Durable and confirmed to the caller; not yet submitted. */
  ACCEPTED,
  /** The paid call may be under way. Found after a crash, it is {@link #IN_DOUBT}. */
  SUBMITTING,
  /** The provider has it and answered an id. */
  RUNNING,
  /** The create may or may not have been billed: nobody knows until someone looks. */
  IN_DOUBT,
  /** The provider finished it with a video. */
  COMPLETE,
  /**
   * The provider declined it, or finished it without a video; or the job that it {@linkplain
   * WaitsFor waited} for has none.
   */
  FAILED,
  /** Cancelled before it was submitted. */
  CANCELLED;

  private Set<JobState> next;

  static {
    // RUNNING: the answer of an attempt that was taken for unpaid came after all.
    // IN_DOUBT: it stands so in a backup, and may have been submitted since.
    // FAILED: the job whose video it waits for has none.
    ACCEPTED.next = EnumSet.of(ACCEPTED, SUBMITTING, CANCELLED, RUNNING, IN_DOUBT, FAILED);
    SUBMITTING.next = EnumSet.of(ACCEPTED, RUNNING, FAILED, IN_DOUBT);
    RUNNING.next = EnumSet.of(RUNNING, COMPLETE, FAILED);
    IN_DOUBT.next = EnumSet.of(RUNNING, FAILED, ACCEPTED, IN_DOUBT);
    COMPLETE.next = EnumSet.of(COMPLETE);
    FAILED.next = EnumSet.noneOf(JobState.class);
    CANCELLED.next = EnumSet.noneOf(JobState.class);
  }

  /** States that no job leaves. */
  public static final Set<JobState> LAST = EnumSet.of(COMPLETE, FAILED, CANCELLED);

  public boolean leadsTo(JobState state) {
    return next.contains(state);
  }
}
