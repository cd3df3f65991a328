package io.leonardoroutes.flow;

import com.fasterxml.jackson.databind.JsonNode;
import io.leonardoroutes.job.Price;
import io.leonardoroutes.limits.AccountLimits;
import io.leonardoroutes.limits.PriceTable;
import io.leonardoroutes.limits.QuoteQueries;
import io.leonardoroutes.limits.VideoKind;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/**
 * Says what a request will cost before it is paid: what jobs like it cost the same account, else
 * what the table of {@code leonardo.prices} says.
 */
public record PriceQuotes(QuoteQueries learned, PriceTable table, ProviderAccounts accounts) {
  /**
   * What a request will cost.
   *
   * @param account that will pay for it
   * @param request what would be sent to the provider
   * @return empty if nobody knows
   */
  public Optional<Price> price(String account, JsonNode request) {
    return learned.price(account, request).or(() -> table.price(request));
  }

  /** The same for the caller, with the reason if nobody knows. */
  public Quote quote(String account, JsonNode request) {
    return price(account, request)
        .map(Quote::of)
        .orElseGet(() -> Quote.unknown(unknown(account, request)));
  }

  /** Why nobody knows what a request will cost. */
  public static String unknown(String account, JsonNode request) {
    return "no price is known: account %s has paid for no job like it, and the price table has no row for %s"
        .formatted(account, VideoKind.of(request).words());
  }

  /**
   * How long jobs of the account take at its limits, if no others are in the way.
   *
   * @param each how long each takes, added up
   */
  Duration duration(String account, long jobs, Duration each) {
    return accounts
        .find(account)
        .map(ProviderAccounts.Account::limits)
        .map(limits -> duration(limits, jobs, each))
        .orElse(Duration.ZERO);
  }

  private Duration duration(AccountLimits limits, long jobs, Duration each) {
    Duration bySlots = each.dividedBy(Math.max(1, learned.concurrent(limits)));
    Duration byCreates = Duration.ofMinutes(jobs).dividedBy(limits.createsPerMinute());
    return Collections.max(List.of(bySlots, byCreates));
  }
}
