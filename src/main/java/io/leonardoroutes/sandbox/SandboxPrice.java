package io.leonardoroutes.sandbox;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;

/**
 * What a video costs in the sandbox, in dollars. Made up: the provider publishes no price for
 * video. The same model and duration cost the same each time: 0.0049 to 0.0098 a second, by the
 * model's name.
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
