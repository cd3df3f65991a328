package io.leonardoroutes.prove;

import java.io.PrintWriter;
import java.time.Duration;
import java.time.Instant;
import java.util.function.Supplier;

/** Prints the progress of a proof, one line every few seconds. */
final class ProofProgress {
  private static final Duration EVERY = Duration.ofSeconds(5);

  private final PrintWriter out;
  private final Instant began = Instant.now();
  private Instant printed = began;

  ProofProgress(PrintWriter out) {
    this.out = out;
  }

  void print(Supplier<String> line) {
    Instant now = Instant.now();
    if (Duration.between(printed, now).compareTo(EVERY) >= 0) {
      printed = now;
      out.printf("  %4s s: %s%n", Duration.between(began, now).toSeconds(), line.get());
    }
  }
}
