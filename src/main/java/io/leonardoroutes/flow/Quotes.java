package io.leonardoroutes.flow;

import com.fasterxml.jackson.databind.JsonNode;
import io.leonardoroutes.job.Price;
import io.leonardoroutes.limits.PriceTable;
import io.leonardoroutes.limits.QuoteQueries;
import java.util.Optional;

/**
 * Says what a request will cost before it is paid: what jobs like it cost the same account, else
 * what the table of {@code leonardo.prices} says.
 */
public record Quotes(QuoteQueries learned, PriceTable table) {
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
}
