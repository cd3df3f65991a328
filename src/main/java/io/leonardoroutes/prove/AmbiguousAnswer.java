package io.leonardoroutes.prove;

import io.leonardoroutes.sandbox.Fault;

/** Answers to a create that do not show whether it was paid. */
enum AmbiguousAnswer {
  CLOSED_BEFORE(Fault.NOT_ACCEPTED, false),
  CLOSED_AFTER(Fault.ANSWER_LOST, true),
  ERROR_500_BEFORE(Fault.refused(500, "internal error"), false),
  ERROR_500_AFTER(Fault.acceptedThen(500), true),
  ERROR_502_BEFORE(Fault.refused(502, "Service Error"), false),
  ERROR_502_AFTER(Fault.acceptedThen(502), true),
  HANGING(Fault.HANGING, true),
  CUT_OFF(Fault.CUT_OFF, true),
  UNREADABLE(Fault.UNREADABLE, true),
  WITHOUT_ID(Fault.WITHOUT_ID, true);

  final Fault fault;

  /** Whether the provider accepted the job nevertheless. */
  final boolean paid;

  AmbiguousAnswer(Fault fault, boolean paid) {
    this.fault = fault;
    this.paid = paid;
  }
}
