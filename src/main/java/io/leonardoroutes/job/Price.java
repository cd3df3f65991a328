package io.leonardoroutes.job;

import java.math.BigDecimal;

/**
 * What a request will probably cost, known before anybody pays for it.
 *
 * @param unit {@code DOLLARS} or {@code CREDITS}, or whatever else the provider charged
 */
public record Price(BigDecimal amount, String unit, Basis basis) {
  /** How a price is known. */
  public enum Basis {
    /** By what jobs like it cost the same account. */
    LEARNED,
    /** By the table of {@code leonardo.prices}: the job may cost more. */
    TABLE
  }

  /** Whether the job may cost more. */
  public boolean isLeast() {
    return basis == Basis.TABLE;
  }
}
