package io.leonardoroutes.leonardo;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SubmissionTest {
  private static final Instant NOW = Instant.parse("2026-11-21T12:00:00Z");
  private static final String DOUBT = ": whether it made and billed a video is not known";

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          # what the documentation shows and what users saw
          {"generate": {"generationId": "1f0a", "apiCreditCost": null, "cost": {"amount": "0.0147", "unit": "DOLLARS"}}} | 1f0a | 0.0147 DOLLARS
          {"generationId": "1f0a", "apiCreditCost": 12}                                                                 | 1f0a | 12 CREDITS
          # either shape with either price
          {"generate": {"generationId": "1f0a", "apiCreditCost": 12}}                                                   | 1f0a | 12 CREDITS
          {"generationId": "1f0a", "cost": {"amount": "9", "unit": "CREDITS"}, "apiCreditCost": 12}                     | 1f0a | 9 CREDITS
          {"generationId": "1f0a", "cost": null, "apiCreditCost": null}                                                 | 1f0a | none
          {"generationId": "1f0a"}                                                                                      | 1f0a | none
          # prices that make no sense are no reason to doubt the video
          {"generationId": "1f0a", "cost": {"amount": "1e999999999", "unit": "DOLLARS"}}                                | 1f0a | none
          {"generationId": "1f0a", "cost": {"amount": "free", "unit": "DOLLARS"}, "apiCreditCost": 3}                   | 1f0a | 3 CREDITS
          {"generationId": "1f0a", "cost": {"amount": 0.5, "unit": "DOLLARS"}}                                          | 1f0a | 0.5 DOLLARS
          {"generationId": "1f0a", "cost": "0.5"}                                                                       | 1f0a | none
          # what the provider may add, and what it may leave empty
          {"new": [1], "generate": {"new": {"a": null}, "generationId": "1f0a"}}                                        | 1f0a | none
          {"generate": null, "generationId": "1f0a", "errors": null}                                                    | 1f0a | none
          {"generate": {"generationId": null}, "generationId": "1f0a"}                                                  | 1f0a | none
          # an id is opaque
          {"generationId": "../x?y#z"}                                                                                  | ../x?y#z | none
          {"generationId": 42}                                                                                          | 42 | none
          # created although something was wrong with it too
          {"generationId": "1f0a", "errors": [{"message": "no poster"}]}                                                | 1f0a | none
          """)
  void aSuccessWithAnIdIsCreated(String body, String id, String cost) {
    Submission.Created created = (Submission.Created) read(200, body);

    assertThat(created.generationId()).isEqualTo(id);
    assertThat(
            created.cost() == null ? "none" : created.cost().amount() + " " + created.cost().unit())
        .isEqualTo(cost);
    assertThat(created.response().isObject()).isTrue();
  }

  @Test
  void aRefusalOfTheKeyIsToldFromOneOfTheRequest() {
    assertThat(isOfTheKey(401, "{\"error\":\"unauthorized\"}")).isTrue();
    assertThat(isOfTheKey(401, "")).isTrue();
    assertThat(isOfTheKey(200, "[{\"message\":\"m\",\"extensions\":{\"statusCode\":401}}]"))
        .isTrue();
    assertThat(isOfTheKey(200, "[{\"message\":\"m\",\"extensions\":{\"statusCode\":400}}]"))
        .isFalse();
    assertThat(isOfTheKey(403, "{\"error\":\"content moderation filter: x\"}")).isFalse();
    assertThat(isOfTheKey(403, "{\"error\":\"Invalid response from authorization hook\"}"))
        .isTrue();
    assertThat(isOfTheKey(400, "{\"error\":\"prompt: invalid response from authorization hook\"}"))
        .isFalse();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          400 | {"error": "not enough api tokens userId: 0e1d7a3c-5b57-4b0e-9d6e-0123456789ab"}                 | true
          403 | {"error": "Not enough API tokens"}                                                              | true
          402 | {"error": "upgrade"}                                                                            | true
          402 | ``                                                                                              | true
          200 | [{"message": "m", "extensions": {"statusCode": 402}}]                                           | true
          200 | [{"message": "m", "extensions": {"details": {"message": "not enough api tokens userId: 5"}}}]   | true
          200 | [{"message": "insufficient tokens"}]                                                            | true
          400 | {"error": "Insufficient credits"}                                                               | true
          400 | {"error": "You don't have enough API tokens"}                                                   | true
          400 | {"error": "content moderation filter: not enough api tokens"}                                   | false
          400 | {"error": "'not enough api tokens' is not allowed"}                                             | false
          400 | {"error": "not enough api tokens in your prompt"}                                               | false
          400 | {"error": "not enough api tokensfor this"}                                                      | false
          401 | {"error": "Authentication hook unauthorized this request"}                                      | false
          422 | {"error": "Unexpected variable duratoin"}                                                       | false
          """)
  void aRefusalOfTheBalanceIsToldFromOneOfTheRequest(int status, String body, boolean balance) {
    Submission.Declined declined = (Submission.Declined) read(status, body);

    assertThat(declined.isOfTheBalance()).isEqualTo(balance);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          403 | {"error": "You are suspended for violating our user agreement"}         | true
          400 | {"error": "Your account has been suspended"}                            | true
          200 | [{"message": "This account is temporarily locked"}]                     | true
          400 | {"error": "content moderation filter: you are suspended"}               | false
          400 | {"error": "parameters.image: you are suspended is no id"}               | false
          """)
  void aSuspendedAccountIsToldFromARefusalOfTheRequest(int status, String body, boolean access) {
    assertThat(((Submission.Declined) read(status, body)).isOfTheAccess()).isEqualTo(access);
  }

  @Test
  void aFaultThatARevokedKeyIsAnsweredWithIsToldFromOthersAndIsStillInDoubt() {
    assertThat(doubtIsOfTheKey("{\"error\":\"Invalid response from authorization hook\"}"))
        .isTrue();
    assertThat(doubtIsOfTheKey("{\"error\":\"Service Error\"}")).isFalse();
    assertThat(doubtIsOfTheKey("")).isFalse();
    assertThat(read(200, "[{\"message\": \"Invalid response from authorization hook\"}]"))
        .isInstanceOf(Submission.Unknown.class);
  }

  private static boolean doubtIsOfTheKey(String body) {
    return ((Submission.Unknown) read(500, body)).isOfTheKey();
  }

  private static boolean isOfTheKey(int status, String body) {
    return Submission.read(status, null, body, java.time.Instant.EPOCH)
            instanceof Submission.Declined declined
        && declined.isOfTheKey();
  }

  @Test
  void aByteOrderMarkIsNoReasonToDoubtAPaidVideo() {
    assertThat(read(201, "\uFEFF{\"generationId\": \"1f0a\"}"))
        .isInstanceOf(Submission.Created.class);
  }

  @ParameterizedTest
  @CsvSource(
      nullValues = "NONE",
      textBlock =
          """
          30,                              PT30S
          0,                               NONE
          000,                             NONE
          ' 7 ',                           PT7S
          3601,                            PT1H
          99999999999999999999,            PT1H
          'Sat, 21 Nov 2026 12:00:10 GMT', PT10S
          'Saturday, 21-Nov-26 12:00:10 GMT', PT10S
          'Sat, 21 Nov 2026 11:00:00 GMT', NONE
          'Sat, 21 Nov 2026 12:00:00 GMT', NONE
          'Sun, 21 Nov 9999 12:00:00 GMT', PT1H
          007,                             PT7S
          '5, 7',                          NONE
          9e9,                             NONE
          'Sun, 22 Nov 2026 12:00:00 GMT', PT1H
          -5,                              NONE
          1.5,                             NONE
          soon,                            NONE
          '',                              NONE
          NONE,                            NONE
          """)
  void theRateLimitSaysWhenToSendAgain(String retryAfter, Duration wait) {
    assertThat(Submission.read(429, retryAfter, "", NOW))
        .isEqualTo(
            new Submission.Throttled(
                "the provider answered 429 with nothing that can be read: it took nothing, send it"
                    + " again later",
                wait));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Too many pending jobs",
        "too many requests, slow down",
        "Rate limit exceeded",
        "Your queue is full",
        "the queue limit of 10 was reached",
        "API concurrency limit reached",
        "You have reached the maximum number of pending generations"
      })
  void aRefusalThatSaysThereAreTooManyIsNoRefusalOfThisOne(String text) {
    assertThat(read(400, "{\"error\": \"" + text + "\"}"))
        .isEqualTo(
            new Submission.Throttled(
                "the provider answered 400 (" + text + "): it took nothing, send it again later",
                null));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "parameters.guidances.image_reference: too many images",
        "the maximum of prompt is 1500 characters",
        "duration must be at most 10",
        "content moderation filter: too many jobs",
        "the prompt 'too many requests' is not allowed"
      })
  void aRefusalThatCountsSomethingElseIsOne(String text) {
    assertThat(read(400, "{\"error\": \"" + text + "\"}")).isInstanceOf(Submission.Declined.class);
  }

  @Test
  void tooManyInAnAnswerThatIsNoRefusalIsUnknown() {
    assertThat(read(500, "{\"error\": \"Too many pending jobs\"}"))
        .isInstanceOf(Submission.Unknown.class);
  }

  @Test
  void theRateLimitInTheListThatComesWithStatus200IsARateLimitToo() {
    String body = "[{\"message\": \"slow down\", \"extensions\": {\"statusCode\": 429}}]";

    assertThat(Submission.read(200, "5", body, NOW))
        .isEqualTo(
            new Submission.Throttled(
                "the provider answered 200 (slow down): it took nothing, send it again later",
                Duration.ofSeconds(5)));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          500 | {"error": "Invalid response from authorization hook", "path": "$", "code": "unexpected"} | (Invalid response from authorization hook)
          500 | {"error": "Service Error"}                  | (Service Error)
          503 | {"error": "internal error"}                 | (internal error)
          502 | <html>Bad gateway</html>                    | with nothing that can be read
          408 | ``                                          | with nothing that can be read
          302 | {"generationId": "1f0a"}                    | without a generation id
          500 | {"generationId": "1f0a"}                    | without a generation id
          100 | {}                                          | without a generation id
          0   | {}                                          | without a generation id
          999 | {}                                          | without a generation id
          # a success that says nothing
          200 | ``                                          | with nothing that can be read
          204 | ``                                          | with nothing that can be read
          200 | {"generate": {"generationId": "1f0          | with nothing that can be read
          200 | {"generationId": "1f0a"} {}                 | with nothing that can be read
          200 | {}                                          | without a generation id
          200 | null                                        | without a generation id
          200 | {"generate": {"generationId": null}}        | without a generation id
          200 | {"generationId": "  "}                      | without a generation id
          200 | {"generationId": ".."}                      | without a generation id
          200 | {"generationId": "a\\u0000b"}               | without a generation id
          200 | {"generationId": "a\\ud800b"}               | without a generation id
          200 | {"generationId": {"id": "1f0a"}}            | without a generation id
          200 | {"error": "hm"}                             | (hm)
          # lists that are no refusal
          200 | []                                          | without a generation id
          200 | {"errors": []}                              | without a generation id
          200 | [{"id": "1f0a"}]                            | without a generation id
          200 | [{"message": "m"}, {"id": "1f0a"}]          | (m)
          200 | [{"message": "internal error", "extensions": {"statusCode": 500}}] | (internal error)
          200 | [{"message": "internal error"}]  | (internal error)
          200 | {"errors": [{"message": "http exception when calling webhook", "extensions": {"code": "unexpected"}}]} | (http exception when calling webhook)
          200 | [{"message": "m", "extensions": {"statusCode": 400}}, {"message": "n", "extensions": {"statusCode": 500}}] | (m; n)
          200 | [{"message": "m", "extensions": {"statusCode": 429}}, {"message": "n", "extensions": {"statusCode": 500}}] | (m; n)
          200 | [{"message": "m", "extensions": {"statusCode": 4294967696}}] | (m)
          # the other one may be the same call, sent twice by something in between
          409 | {"error": "generation already in progress"}  | (generation already in progress)
          409 | {"error": "conflict"}                        | (conflict)
          409 | {}                                           | without a generation id
          423 | {"error": "locked"}                          | (locked)
          424 | {"error": "a job before it failed"}          | (a job before it failed)
          400 | {"error": "this request was already submitted"} | (this request was already submitted)
          403 | {"message": "Duplicate request"}             | (Duplicate request)
          200 | [{"message": "m", "extensions": {"statusCode": 409}}] | (m)
          # refusals that name a generation
          200 | {"errors": [{"message": "no poster"}], "data": {"generate": {"generationId": "1f0a"}}} | (no poster)
          200 | [{"message": "m", "extensions": {"generationId": "1f0a"}}] | (m)
          409 | {"error": "hm", "generationId": "1f0a"}     | (hm)
          429 | {"data": [{"generationId": null}, {"generationId": "1f0a"}]} | without a generation id
          """)
  void everythingElseIsUnknown(int status, String body, String told) {
    assertThat(read(status, body))
        .isEqualTo(
            new Submission.Unknown(
                "the provider answered " + status + " " + told + DOUBT, status, body));
  }

  @ParameterizedTest
  @ValueSource(ints = {201, 2_000_000})
  void anIdThatIsTooLongIsUnknown(int length) {
    assertThat(read(200, "{\"generationId\": \"" + "x".repeat(length) + "\"}"))
        .isInstanceOf(Submission.Unknown.class);
  }

  @Test
  void aBodyThatNestsTooDeepIsUnknown() {
    assertThat(read(200, "[".repeat(100_000))).isInstanceOf(Submission.Unknown.class);
  }

  @Test
  void whatIsKeptOfAnUnknownBodyIsBoundedAndHoldsNoSecret() {
    String key = "0e1d7a3c-5b57-4b0e-9d6e-0123456789ab";
    Submission.Unknown unknown =
        (Submission.Unknown)
            read(
                500,
                "{\"apiKey\": \"" + key + "\", \"a\": \"Bearer " + key + "\"}\n" + key.repeat(900));

    assertThat(unknown.body())
        .startsWith("{\"apiKey\": \"***\", \"a\": \"Bearer ***\"}\\u000a")
        .hasSizeLessThanOrEqualTo(2_000)
        .doesNotContain(key);
  }

  @Test
  void theIdInABodyThatWasCutOffIsKeptForThePersonWhoEndsTheDoubt() {
    String cut = "{\"generate\": {\"generationId\": \"0e1d7a3c-5b57-4b0e-9d6e-0123456789ab\", \"co";

    assertThat(((Submission.Unknown) read(200, cut)).body()).isEqualTo(cut);
  }

  private static Submission read(int status, String body) {
    return Submission.read(status, null, body, NOW);
  }
}
