package io.leonardoroutes.leonardo;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.DictionaryEntries;
import com.code_intelligence.jazzer.junit.FuzzTest;
import com.code_intelligence.jazzer.mutation.annotation.InRange;
import com.code_intelligence.jazzer.mutation.annotation.NotNull;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Answers of the provider that nobody has thought of. */
class AnswerFuzzTest {
  private static final Instant NOW = Instant.parse("2026-11-21T12:00:00Z");
  private static final String LINE = "[^\\p{Cc}\\p{Cf}\\u2028\\u2029]{0,2010}";

  static Stream<Arguments> seeds() {
    List<String> bodies =
        List.of(
            "{\"generate\":{\"generationId\":\"1f0a\",\"cost\":{\"amount\":\"0.0147\",\"unit\":\"DOLLARS\"}}}",
            "{\"generationId\":\"1f0a\",\"apiCreditCost\":12}",
            "[{\"message\":\"m\",\"extensions\":{\"statusCode\":400,\"details\":{\"errors\":[{\"message\":\"e\"}]}}}]",
            "{\"errors\":[{\"message\":\"m\",\"extensions\":null}],\"data\":{\"generationId\":\"1f0a\"}}",
            "{\"error\":\"not enough api tokens userId: 0e1d7a3c-5b57-4b0e-9d6e-0123456789ab\"}",
            "{\"generations_by_pk\":{\"id\":\"1f0a\",\"status\":\"COMPLETE\",\"generated_images\":[{\"motionMP4URL\":\"https://cdn/0.mp4\"}]}}",
            "{\"generations_by_pk\":{\"id\":\"1f0a\",\"status\":\"FAILED\",\"generated_images\":[]}}",
            "{\"generations\":[{\"id\":\"1f0a\",\"createdAt\":\"2025-03-09T14:14:40.429\",\"prompt\":\"p\",\"imageWidth\":1}]}",
            "{\"user_details\":[{\"user\":{\"id\":\"u\"},\"apiConcurrencySlots\":10}]}",
            "{\"data\":{\"object\":{\"id\":\"1f0a\",\"apiKey\":{\"key\":\"k\"}}}}",
            "<html>",
            "");
    return Stream.of(200, 400, 429, 502)
        .flatMap(status -> bodies.stream().map(b -> Arguments.of(status, "7", b.getBytes(UTF_8))));
  }

  @MethodSource("seeds")
  @DictionaryEntries({
    "\"generate\":",
    "\"generationId\":",
    "\"cost\":",
    "\"amount\":",
    "\"unit\":",
    "\"apiCreditCost\":",
    "\"message\":",
    "\"error\":",
    "\"errors\":",
    "\"extensions\":",
    "\"statusCode\":",
    "\"details\":",
    "\"generations_by_pk\":",
    "\"generations\":",
    "\"generated_images\":",
    "\"motionMP4URL\":",
    "\"status\":",
    "\"COMPLETE\"",
    "\"FAILED\"",
    "\"user_details\":",
    "\"user\":",
    "\"id\":",
    "\"createdAt\":",
    "\"object\":",
    "too many requests",
    "4294967696",
    "Sun, 06 Nov 1994 08:49:37 GMT"
  })
  @FuzzTest(maxDuration = "2m")
  void anyAnswerIsAnOutcomeAndNoneIsCertainThatMayBePaid(
      @InRange(min = 0, max = 999) int status, String retryAfter, byte @NotNull [] bytes) {
    String body = new String(bytes, UTF_8);
    assertCertainOnlyIfItIs(status, body, Submission.read(status, retryAfter, body, NOW));
    assertTold(status, GenerationStatus.read(status, retryAfter, body, NOW));
    assertTold(GenerationPage.read(status, retryAfter, body, NOW));
    assertTold(status, AccountStatus.read(status, retryAfter, body, NOW));
    WebhookNotice.generationId(body).ifPresent(AnswerFuzzTest::assertUsable);
  }

  private static void assertCertainOnlyIfItIs(int status, String body, Submission submission) {
    boolean success = status >= 200 && status < 300;
    boolean no = status >= 400 && status < 500 && status != 408;
    if (submission instanceof Submission.Created created) {
      assertThat(success).isTrue();
      assertUsable(created.generationId());
    } else if (submission instanceof Submission.Unknown unknown) {
      assertThat(unknown.reason()).matches(LINE);
      assertThat(unknown.body()).matches(LINE);
    } else {
      assertThat(submission)
          .isInstanceOfAny(
              Submission.Declined.class, Submission.Throttled.class, Submission.NotSent.class);
      // a no to the paid call: said by the status, or in an error list that names no generation
      assertThat(no || success).as("%s %s", status, submission).isTrue();
      assertThat(ProviderAnswer.of(body).root().findValues("generationId"))
          .allMatch(id -> ProviderAnswer.usableId(id) == null);
    }
    if (submission instanceof Submission.Declined declined) {
      assertThat(declined.reason()).matches(LINE).isNotBlank();
      assertThat(status).isNotIn(408, 429);
    }
    if (submission instanceof Submission.NotSent notSent) {
      assertThat(no).isTrue();
      assertThat(notSent.reason()).matches(LINE).isNotBlank();
      assertWait(notSent.retryAfter());
    }
    if (submission instanceof Submission.Throttled turnedAway) {
      assertThat(turnedAway.reason()).matches(LINE).isNotBlank();
      assertWait(turnedAway.retryAfter());
    }
  }

  private static void assertTold(int status, GenerationStatus look) {
    if (look instanceof GenerationStatus.Complete complete) {
      assertThat(status).isBetween(200, 299);
      assertThat(complete.videoUrl()).isNotBlank();
      assertThat(complete.response()).isNotNull();
    } else if (look instanceof GenerationStatus.Failed failed) {
      assertThat(status).isBetween(200, 299);
      assertThat(failed.reason()).matches(LINE).isNotBlank();
    } else if (look instanceof GenerationStatus.Unclear unclear) {
      assertWait(unclear.retryAfter());
    } else if (look instanceof GenerationStatus.Throttled turnedAway) {
      assertThat(status).isEqualTo(429);
      assertWait(turnedAway.retryAfter());
    }
  }

  private static void assertTold(GenerationPage listing) {
    if (listing instanceof GenerationPage.Page page) {
      GenerationHistory history = new GenerationHistory();
      history.add(page);
      assertThat(history.ids()).allSatisfy(AnswerFuzzTest::assertUsable);
    }
  }

  private static void assertTold(int status, AccountStatus account) {
    if (account instanceof AccountStatus.Known known) {
      assertThat(status).isBetween(200, 299);
      assertUsable(known.userId());
      assertThat(known.concurrencySlots() == null || known.concurrencySlots() > 0).isTrue();
    }
  }

  private static void assertUsable(String id) {
    assertThat(id).isNotBlank().matches(LINE);
    assertThat(id.length()).isLessThanOrEqualTo(200);
    assertThat(GenerationStatus.pathSegment(id)).matches("[A-Za-z0-9._%-]+").isNotIn(".", "..");
  }

  private static void assertWait(Duration wait) {
    assertThat(wait == null || !wait.isNegative() && wait.compareTo(Duration.ofHours(1)) <= 0)
        .isTrue();
  }
}
