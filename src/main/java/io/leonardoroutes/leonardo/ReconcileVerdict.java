package io.leonardoroutes.leonardo;

/** What the provider's list says of a doubtful create. */
public sealed interface ReconcileVerdict {

  /** It was made: this is what became of it. */
  record Paid(String generationId) implements ReconcileVerdict {}

  /** It was not made: the list shows later ones, and not this. */
  record Unpaid() implements ReconcileVerdict {}

  /** The list does not decide it. */
  record Open(String why) implements ReconcileVerdict {}
}
