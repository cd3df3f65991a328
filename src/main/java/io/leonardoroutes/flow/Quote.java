package io.leonardoroutes.flow;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.leonardoroutes.job.Price;
import java.util.Locale;

/**
 * What a request will cost, for its caller.
 *
 * @param basis {@code learned} or {@code table}
 * @param from true if it may cost more; null if not
 * @param reason why nobody knows what it will cost; the rest is then null
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Quote(String amount, String unit, String basis, Boolean from, String reason) {
  /** With a price. */
  public static Quote of(Price price) {
    return new Quote(
        price.amount().toPlainString(),
        price.unit(),
        price.basis().name().toLowerCase(Locale.ROOT),
        price.isLeast() ? true : null,
        null);
  }

  /** Without a price. */
  static Quote unknown(String reason) {
    return new Quote(null, null, null, null, reason);
  }
}
