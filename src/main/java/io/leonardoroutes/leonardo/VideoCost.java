package io.leonardoroutes.leonardo;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.regex.Pattern;

/**
 * What the provider says a video costs.
 *
 * @param amount a decimal number, exactly as it was written
 * @param unit {@code CREDITS} or {@code DOLLARS}, or whatever the provider adds
 */
public record VideoCost(String amount, String unit) {
  private static final Pattern DECIMAL = Pattern.compile("-?\\d{1,18}(\\.\\d{1,18})?");
  private static final Pattern UNIT = Pattern.compile("[A-Za-z][A-Za-z0-9_ -]{0,31}");

  /** Reads {@code cost}, else the older {@code apiCreditCost}; null if neither makes sense. */
  static VideoCost read(JsonNode generation) {
    VideoCost cost =
        of(
            generation.at("/cost/amount").asText(""), //
            generation.at("/cost/unit").asText(""));
    return cost != null ? cost : of(generation.path("apiCreditCost").asText(""), "CREDITS");
  }

  private static VideoCost of(String amount, String unit) {
    boolean makesSense = DECIMAL.matcher(amount).matches() && UNIT.matcher(unit).matches();
    return makesSense ? new VideoCost(amount, unit) : null;
  }
}
