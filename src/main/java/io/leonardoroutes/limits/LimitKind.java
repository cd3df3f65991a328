package io.leonardoroutes.limits;

import java.math.BigDecimal;

/** What operators can limit while the program runs, each with the values that it may have. */
public enum LimitKind {
  CONCURRENT("accounts.%s.concurrent", 1, AccountLimits.MOST_CONCURRENT),
  CREATES_PER_MINUTE("accounts.%s.creates-per-minute", 1, AccountLimits.MOST_CREATES),
  REQUESTS_PER_MINUTE("accounts.%s.requests-per-minute", 2, AccountLimits.MOST_REQUESTS),
  /** What a day of an account may cost, in the unit of its budget. */
  BUDGET("accounts.%s.budget-per-day", 0, Budget.MOST),
  /** What a day may cost of a caller or a tag. */
  PAYER_DAY("budgets.%s.per-day", 0, Budget.MOST),
  /** What a month may cost of a caller or a tag. */
  PAYER_MONTH("budgets.%s.per-month", 0, Budget.MOST);

  private static final int MOST_DECIMALS = 9;

  private final String pattern;
  private final long least;
  private final long most;

  LimitKind(String pattern, long least, long most) {
    this.pattern = pattern;
    this.least = least;
    this.most = most;
  }

  /** The name of the limit of this kind for an account or a budget. */
  public String of(String name) {
    return pattern.replace("%s", name);
  }

  private boolean isMoney() {
    return least == 0;
  }

  /** Whether a limit of this kind can have this value. */
  public boolean allows(BigDecimal amount) {
    return amount.scale() >= 0
        && amount.scale() <= (isMoney() ? MOST_DECIMALS : 0)
        && amount.compareTo(BigDecimal.valueOf(least)) >= 0
        && amount.compareTo(BigDecimal.valueOf(most)) <= 0;
  }

  /** The values that it can have, in words. */
  public String allowed() {
    return (isMoney() ? "a decimal number from " : "a whole number from ") + least + " to " + most;
  }
}
