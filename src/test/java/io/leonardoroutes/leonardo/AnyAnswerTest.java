package io.leonardoroutes.leonardo;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Answers that nobody has thought of, the same ones in every run. */
class AnyAnswerTest {
  private static final int ANSWERS = 20_000;
  private static final Instant NOW = Instant.parse("2026-11-21T12:00:00Z");
  private static final List<String> BODIES =
      List.of(
          "{\"generate\": {\"generationId\": \"1f0a\", \"cost\": {\"amount\": \"0.0147\", \"unit\":"
              + " \"DOLLARS\"}}}",
          "{\"generationId\": \"1f0a\", \"apiCreditCost\": 12}",
          "[{\"message\": \"m\", \"extensions\": {\"statusCode\": 400, \"details\": {\"errors\":"
              + " [{\"message\": \"e\"}]}}}]",
          "{\"errors\": [{\"message\": \"m\", \"extensions\": null}]}",
          "{\"error\": \"not enough api tokens userId: 0e1d7a3c-5b57-4b0e-9d6e-0123456789ab\","
              + " \"code\": \"unexpected\"}",
          "{\"generations_by_pk\": {\"status\": \"COMPLETE\", \"generated_images\":"
              + " [{\"motionMP4URL\": \"v\"}]}}",
          "<html><body>Bearer abc</body></html>",
          "");
  private static final String SPLICES = "{}[]\",:\\ne+-.019tfu\u0000\u202e\ud800\uFEFF$\\1 ";

  private final Random random = new Random(20_261_121);

  @Test
  void noAnswerRaisesAnException() {
    for (int i = 0; i < ANSWERS; i++) {
      String body = body();
      int status = random.nextInt(700) - 50;

      assertThat(Submission.read(status, body, body, NOW)).isNotNull();
      assertThat(GenerationStatus.read(status, body, body, NOW)).isNotNull();
    }
  }

  @Test
  void noServerErrorRedirectOrTimeoutIsEverCertain() {
    for (int i = 0; i < ANSWERS; i++) {
      int status = List.of(408, 300 + random.nextInt(100), 500 + random.nextInt(100)).get(i % 3);
      String body = body();

      assertThat(Submission.read(status, "1", body, NOW))
          .as("%s %s", status, body)
          .isInstanceOf(Submission.Unknown.class);
    }
  }

  @Test
  void noSuccessThatIsCutOffIsEverCertain() {
    for (String body : BODIES) {
      for (int end = 0; end < body.length(); end++) {
        assertThat(Submission.read(200, null, body.substring(0, end), NOW))
            .as(body.substring(0, end))
            .isInstanceOf(Submission.Unknown.class);
      }
    }
  }

  private String body() {
    StringBuilder body = new StringBuilder(BODIES.get(random.nextInt(BODIES.size())));
    for (int changes = random.nextInt(6); changes > 0; changes--) {
      int at = random.nextInt(body.length() + 1);
      int end = Math.min(body.length(), at + random.nextInt(4));
      body.replace(at, end, "" + SPLICES.charAt(random.nextInt(SPLICES.length())));
    }
    return body.toString();
  }
}
