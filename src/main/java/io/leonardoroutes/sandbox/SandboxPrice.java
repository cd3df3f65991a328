package io.leonardoroutes.sandbox;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;

/**
 * The price of a video in the sandbox, in dollars. It is invented, because the provider publishes
 * no prices for video: 0.0049 to 0.0098 per second, derived from the model's name, so that the same
 * model and duration always cost the same.
 */
final class SandboxPrice {

  private static final BigDecimal STEP = new BigDecimal("0.0001");
  private static final int SECONDS_WHEN_ABSENT = 5;

  private SandboxPrice() {}

  static String dollars(JsonNode request) {
    int seconds = request.path("parameters").path("duration").asInt(SECONDS_WHEN_ABSENT);
    int steps = 49 + Math.floorMod(request.path("model").asText().hashCode(), 50);
    return STEP.multiply(BigDecimal.valueOf((long) steps * seconds)).toPlainString();
  }
}
