package io.leonardoroutes.leonardo;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.SocketTimeoutException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GenerationPageTest {
  private static final Instant NOW = Instant.parse("2026-11-21T12:00:00Z");

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {"id": "g", "createdAt": "2025-03-09T14:14:40.429", "prompt": " a  koala\\n", "public": false, "imageWidth": 1920, "imageHeight": 1080} | g 2025-03-09T14:14:40.429Z a koala 1920 1080 false
          {"id": "g", "createdAt": "2025-03-09T14:14:40Z"}              | g 2025-03-09T14:14:40Z null null null null
          {"id": "g", "createdAt": "2025-03-09T14:14:40.429123+02:00"}  | g 2025-03-09T12:14:40.429123Z null null null null
          {"id": "g", "createdAt": "2025-03-09 14:14:40+00"}            | g 2025-03-09T14:14:40Z null null null null
          {"id": "g", "createdAt": 1741529680429, "prompt": "", "imageWidth": 0, "imageHeight": "9", "public": "no"} | g null null null null null
          {"id": "g", "createdAt": "yesterday", "prompt": 7}            | g null null null null null
          {"id": null, "createdAt": null, "prompt": null}               | null null null null null null
          {"id": "..", "new": []}                                       | null null null null null null
          {}                                                            | null null null null null null
          """)
  void aGenerationOfTheListIsReadLeniently(String generation, String told) {
    GenerationPage listing =
        GenerationPage.read(200, null, "{\"generations\": [" + generation + "], \"new\": 1}", NOW);

    assertThat(listing)
        .isInstanceOfSatisfying(
            GenerationPage.Page.class,
            page -> assertThat(told(page.generations())).isEqualTo(told));
  }

  private static String told(List<ListedGeneration> page) {
    ListedGeneration listed = page.get(0);
    VideoFingerprint fingerprint = listed.shown();
    return "%s %s %s %s %s %s"
        .formatted(
            listed.id(),
            listed.createdAt(),
            fingerprint.prompt(),
            fingerprint.width(),
            fingerprint.height(),
            fingerprint.isPublic());
  }

  @Test
  void aPageWithoutGenerationsIsAPage() {
    assertThat(GenerationPage.read(200, null, "{\"generations\": []}", NOW))
        .isEqualTo(new GenerationPage.Page(List.of()));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          200 | ``                                 | with nothing that can be read
          200 | {"generations": [{"id": "g"}       | with nothing that can be read
          200 | {"generations": null}              | without a list
          200 | {"generations": {"id": "g"}}       | without a list
          200 | {"generations": [{"id": "g"}, 7]}  | without a list
          200 | {"generations": [null]}            | without a list
          200 | []                                 | without a list
          302 | {"generations": []}                | without a list
          401 | {"error": "Authentication hook unauthorized this request"} | (Authentication hook unauthorized this request)
          429 | ``                                 | with nothing that can be read
          500 | {"error": "Service Error"}         | (Service Error)
          503 | <html></html>                      | with nothing that can be read
          """)
  void whatIsNoListTellsNothing(int status, String body, String told) {
    assertThat(GenerationPage.read(status, "9", body, NOW))
        .isEqualTo(
            new GenerationPage.Unclear(
                "the provider answered " + status + " " + told, Duration.ofSeconds(9)));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {"user_details": [{"user": {"id": "u", "username": "n"}, "tokenRenewalDate": null, "apiConcurrencySlots": 10}]} | Known[userId=u, concurrencySlots=10]
          {"user_details": [{"user": {"id": "u"}}]}                                 | Known[userId=u, concurrencySlots=null]
          {"user_details": [{"user": {"id": "u"}, "apiConcurrencySlots": null}]}    | Known[userId=u, concurrencySlots=null]
          {"user_details": [{"user": {"id": "u"}, "apiConcurrencySlots": 0}]}       | Known[userId=u, concurrencySlots=null]
          {"user_details": [{"user": {"id": "u"}, "apiConcurrencySlots": "ten"}]}   | Known[userId=u, concurrencySlots=null]
          {"user_details": [{"user": {"id": 7}, "apiConcurrencySlots": 1e99}]}      | Known[userId=7, concurrencySlots=null]
          {"user_details": [{"user": {"id": ".."}}]}      | Unclear[reason=the provider answered 200 without a user id, retryAfter=null]
          {"user_details": []}                            | Unclear[reason=the provider answered 200 without a user id, retryAfter=null]
          {"error": "no"}                                 | Unclear[reason=the provider answered 200 (no), retryAfter=null]
          <html>                                          | Unclear[reason=the provider answered 200 with nothing that can be read, retryAfter=null]
          """)
  void theAccountIsReadLeniently(String body, String told) {
    assertThat(AccountStatus.read(200, null, body, NOW)).hasToString(told);
  }

  @Test
  void anAccountThatIsRefusedIsNotKnown() {
    assertThat(
            AccountStatus.read(401, "9", "{\"user_details\": [{\"user\": {\"id\": \"u\"}}]}", NOW))
        .isEqualTo(
            new AccountStatus.Unclear(
                "the provider answered 401 without a user id", Duration.ofSeconds(9)));
  }

  @Test
  void aCallWithoutAnAnswerTellsNothing() {
    var failure = new SocketTimeoutException("Read timed out");
    var told = "the call failed (SocketTimeoutException: Read timed out)";

    assertThat(AccountStatus.failed(failure)).isEqualTo(new AccountStatus.Unclear(told, null));
    assertThat(GenerationPage.failed(failure)).isEqualTo(new GenerationPage.Unclear(told, null));
  }
}
