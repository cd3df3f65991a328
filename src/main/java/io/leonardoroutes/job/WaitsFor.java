package io.leonardoroutes.job;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** What an accepted job waits for before it may be submitted. */
public enum WaitsFor {
  /** An operator's approval. */
  APPROVAL,
  /** The end of another job, whose video it takes. */
  JOB,
  /** Room in the budget of its caller or of one of its tags. */
  BUDGET,
  /** The upload of its pictures. The ledger knows this by how many of them are not uploaded. */
  UPLOAD;

  /** The one of this name. */
  public static Optional<WaitsFor> of(String name) {
    return Arrays.stream(values()).filter(one -> one.toString().equals(name)).findFirst();
  }

  /** The name in answers, queries and the ledger. */
  @JsonValue
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
