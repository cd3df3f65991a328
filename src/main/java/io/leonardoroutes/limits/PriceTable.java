package io.leonardoroutes.limits;

import com.fasterxml.jackson.databind.JsonNode;
import io.leonardoroutes.job.Price;
import java.math.BigDecimal;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The prices that an operator knows, by model, length, size and sound. */
public final class PriceTable {
  /** Where several rows fit: size matters most, and then sound. */
  private static final Comparator<Row> CLOSEST =
      Comparator.comparing((Row row) -> row.size() != null)
          .thenComparing(row -> row.audio() != null)
          .thenComparing(row -> row.seconds() != null)
          .thenComparing(row -> !row.isPerSecond());

  /** A table that knows nothing. */
  public static final PriceTable NONE = new PriceTable(List.of());

  private final Map<String, List<Row>> byModel = new LinkedHashMap<>();

  /**
   * What videos of one kind cost.
   *
   * @param seconds the length; 1 if the amount is for each second, whatever the length; null for
   *     any length
   * @param size null for any
   * @param audio null for with and without
   * @param asOf null if the file does not say
   */
  public record Row(
      String model,
      Integer seconds,
      String size,
      Boolean audio,
      BigDecimal amount,
      String unit,
      LocalDate asOf,
      String source) {

    private boolean isPerSecond() {
      return seconds != null && seconds == 1;
    }

    private boolean fits(VideoKind video) {
      boolean length =
          seconds == null
              || (isPerSecond() ? video.seconds() != null : seconds.equals(video.seconds()));
      return length
          && (size == null || size.equals(video.size()))
          && (audio == null || audio.equals(video.audio()));
    }

    private Price price(VideoKind video) {
      BigDecimal all =
          isPerSecond()
              ? amount.multiply(BigDecimal.valueOf(video.seconds())).stripTrailingZeros()
              : amount;
      return new Price(all, unit, Price.Basis.TABLE);
    }

    /** What no other row may say too. */
    List<Object> kind() {
      return Arrays.asList(model, seconds, size, audio);
    }
  }

  PriceTable(List<Row> rows) {
    rows.forEach(row -> byModel.computeIfAbsent(row.model(), model -> new ArrayList<>()).add(row));
  }

  /** In the order of the file, but for each model together. */
  public List<Row> rows() {
    return byModel.values().stream().flatMap(List::stream).toList();
  }

  /** What a request costs at least; empty if no row fits it. */
  public Optional<Price> price(JsonNode request) {
    VideoKind video = VideoKind.of(request);
    return byModel.getOrDefault(video.model(), List.of()).stream()
        .filter(row -> row.fits(video))
        .max(CLOSEST)
        .map(row -> row.price(video));
  }
}
