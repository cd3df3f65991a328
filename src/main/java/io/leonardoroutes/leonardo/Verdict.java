package io.leonardoroutes.leonardo;

/** What the provider's list says of a doubtful create. */
public sealed interface Verdict {

  /** It was made: this is what became of it. */
  record Paid(String generationId) implements Verdict {}

  /** It was not made: the list shows later ones, and not this. */
  record Unpaid() implements Verdict {}

  /** The list does not decide it. */
  record Open(String why) implements Verdict {}
}
