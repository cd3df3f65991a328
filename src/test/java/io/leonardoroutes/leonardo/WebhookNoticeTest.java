package io.leonardoroutes.leonardo;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is kept of a notice: words for why there is no video, and nothing else. */
class WebhookNoticeTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {"generation_notes": [{"noteType": "PROVIDER_FAILURE", "failureReason": {"errorCode": "PROVIDER_TIMEOUT"}}]} | PROVIDER_FAILURE; PROVIDER_TIMEOUT
          {"generation_notes": "The provider is out of order"}                    | The provider is out of order
          {"generation_notes": ["a b", "cc", "cc", 7, null, "12:30"]}             | cc
          {"generation_notes": [], "failureReason": {"errorCode": "ALL_PROVIDERS_FAILED"}} | ALL_PROVIDERS_FAILED
          {"failureReason": "no luck for 0e1d7a3c-5b57-4b0e-9d6e-0123456789ab"}   | no luck for ***
          {"failureReason": {"userId": "somebody", "url": "https://x", "createdAt": "Monday", "message": "m n oo"}} | m n oo
          {"failureReason": "key THE-KEY-IN-CLEAR", "apiKey": {"key": "THE-KEY-IN-CLEAR"}} | none
          {"failureReason": "bad luck", "apiKey": {"name": "a", "key": "k"}}      | bad luck
          {"generation_notes": null}                                              | none
          {}                                                                      | none
          """)
  void theWordsAreKeptAndNothingElse(String object, String words) {
    assertThat(WebhookNotice.reason("{\"data\": {\"object\": " + object + "}}").orElse("none"))
        .isEqualTo(words);
  }

  @Test
  void theyAreOneBoundedLine() {
    String long1 = "x\\n".repeat(5_000);
    assertThat(
            WebhookNotice.reason("{\"data\":{\"object\":{\"failureReason\":\"xx" + long1 + "\"}}}")
                .orElseThrow())
        .hasSizeLessThanOrEqualTo(500)
        .doesNotContain("\n");
    assertThat(WebhookNotice.reason("not JSON")).isEmpty();
  }
}
