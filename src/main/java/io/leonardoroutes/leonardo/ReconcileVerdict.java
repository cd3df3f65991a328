package io.leonardoroutes.leonardo;

/** What the provider's list says about a create in doubt. */
public sealed interface ReconcileVerdict {

  /** It was made, and is this generation. */
  record Paid(String generationId) implements ReconcileVerdict {}

  /** It was not made: the list shows later ones, and not this. */
  record Unpaid() implements ReconcileVerdict {}

  /** The list does not decide it. */
  record Open(String why) implements ReconcileVerdict {}
}
