package io.leonardoroutes.flow;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonNode;
import io.leonardoroutes.job.Price;
import io.leonardoroutes.job.PricingKey;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What several requests will cost together, and how long they will take.
 *
 * @param sums one for each unit
 * @param learned how many have the price of jobs like them
 * @param table how many have a price of the table
 * @param unpriced how many have no price, and are in no sum
 * @param hours from the first create to the last video, if no other job is in the way
 */
public record QuoteTotal(
    List<Sum> sums, long learned, long table, long unpriced, BigDecimal hours) {
  /** How many there are. */
  public long requests() {
    return learned + table + unpriced;
  }

  /**
   * What those with a price in this unit will cost.
   *
   * @param from true if it may be more; null if not
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Sum(String amount, String unit, Boolean from) {}

  /** Adds requests up, one by one. */
  public static final class Counter {
    private static final int MOST_KINDS = 1000;

    /** The provider's own recipe waits so long for a video. */
    private static final Duration USUAL = Duration.ofMinutes(5);

    private static final BigDecimal HOUR = BigDecimal.valueOf(Duration.ofHours(1).toMillis());

    private final PriceQuotes quotes;
    private final Map<List<String>, Known> kinds = new HashMap<>();
    private final Map<String, Costs> costs = new TreeMap<>();
    private final Map<String, Work> work = new HashMap<>();
    private Duration longest = Duration.ZERO;
    private long learned;
    private long table;
    private long unpriced;

    private record Known(Optional<Price> price, Duration took) {}

    private record Work(long jobs, Duration each) {
      Work and(Work more) {
        return new Work(jobs + more.jobs, each.plus(more.each));
      }
    }

    private record Costs(BigDecimal amount, boolean least) {
      Costs and(Costs more) {
        return new Costs(amount.add(more.amount), least || more.least);
      }
    }

    public Counter(PriceQuotes quotes) {
      this.quotes = quotes;
    }

    /** Adds a request that this account would pay for. */
    public Optional<Price> add(String account, JsonNode request) {
      Known known = known(account, request);
      known
          .price()
          .ifPresentOrElse(
              price -> {
                costs.merge(price.unit(), new Costs(price.amount(), price.isLeast()), Costs::and);
                learned += price.isLeast() ? 0 : 1;
                table += price.isLeast() ? 1 : 0;
              },
              () -> unpriced++);
      work.merge(account, new Work(1, known.took()), Work::and);
      longest = Collections.max(List.of(longest, known.took()));
      return known.price();
    }

    private Known known(String account, JsonNode request) {
      if (kinds.size() >= MOST_KINDS) {
        kinds.clear();
      }
      return kinds.computeIfAbsent(
          List.of(account, PricingKey.of(request)),
          kind ->
              new Known(
                  quotes.price(account, request), quotes.learned().took(request).orElse(USUAL)));
    }

    /** What they will cost and take. */
    public QuoteTotal total() {
      return new QuoteTotal(
          costs.entrySet().stream()
              .map(
                  sum ->
                      new Sum(
                          sum.getValue().amount().toPlainString(),
                          sum.getKey(),
                          sum.getValue().least() ? true : null))
              .toList(),
          learned,
          table,
          unpriced,
          hours());
    }

    /** Of the account that takes longest; accounts work side by side. */
    private BigDecimal hours() {
      Duration all = longest;
      for (Map.Entry<String, Work> one : work.entrySet()) {
        Work its = one.getValue();
        all = Collections.max(List.of(all, quotes.duration(one.getKey(), its.jobs(), its.each())));
      }
      return BigDecimal.valueOf(all.toMillis()).divide(HOUR, 2, RoundingMode.CEILING);
    }
  }
}
