package io.leonardoroutes.leonardo;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RefusalTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          # the error table
          401 | {"error": "Authentication hook unauthorized this request", "path": "$", "code": "unexpected"} | Authentication hook unauthorized this request
          400 | {"error": "content moderation filter: gore", "path": "$", "code": "unexpected"}                | content moderation filter: gore
          403 | {"error": "Your prompt appears to contain inappropriate content"}                              | Your prompt appears to contain inappropriate content
          400 | {"error": "not enough api tokens userId: 0e1d7a3c-5b57-4b0e-9d6e-0123456789ab"}                | not enough api tokens userId: ***
          400 | {"error": "expected a boolean for type 'Boolean', but found a string"}                         | expected a boolean for type 'Boolean', but found a string
          400 | {"error": "expecting a value for non-nullable variable: \\"prompt\\""}                         | expecting a value for non-nullable variable: "prompt"
          422 | {"error": "Unexpected variable duratoin"}                                                      | Unexpected variable duratoin
          404 | {"error": "KLING is not supported within the Production API..."}                               | KLING is not supported within the Production API...
          400 | {"error": "invalid init image id"}                                                             | invalid init image id
          400 | {"error": "couldn't access image"}                                                             | couldn't access image
          400 | {"error": "failed to find init variation"}                                                     | failed to find init variation
          409 | {"error": "parameters.duration must be one of: 5, 10"}                                       | parameters.duration must be one of: 5, 10
          # bodies that nobody has described
          402 | {}                                                                                             | HTTP 402, no reason given
          402 | ``                                                                                             | HTTP 402, no reason given
          400 | {"message": "too many"}                                                                        | too many
          # the list that comes with status 200: the most exact words first
          200 | [{"message": "m", "extensions": {"code": "c", "statusCode": 400, "details": {"message": "d", "errors": [{"message": "parameters.x must be one of: 1"}, {"message": "second"}]}}}] | parameters.x must be one of: 1; second
          200 | [{"message": "m", "extensions": {"statusCode": 400, "details": {"message": "d", "errors": []}}}] | d
          200 | [{"message": "Unexpected variable m", "extensions": {"details": null}}]                        | Unexpected variable m
          200 | [{"message": "parameters.m"}, {"message": "parameters.n"}, {"message": "parameters.m"}]        | parameters.m; parameters.n
          200 | {"errors": [{"message": "m", "extensions": {"statusCode": 403}}]}                              | m
          200 | [{"message": "m", "extensions": {"statusCode": 400}}, {"message": "n", "extensions": {"statusCode": 422}}] | m; n
          # secrets that come back
          400 | {"error": "bad header authorization: Bearer abc.def"}                                          | bad header authorization: Bearer ***
          400 | {"error": "bad apiKey=12345, try another"}                                                     | bad apiKey=***, try another
          400 | {"error": "no access for 0e1d7a3c-5b57-4b0e-9d6e-0123456789ab"}                                | no access for ***
          """)
  void aDefiniteNoIsDeclinedInTheProvidersOwnWords(int status, String body, String reason) {
    Submission.Declined declined = read(status, body);

    assertThat(declined.reason()).isEqualTo(reason);
    assertThat(declined.status()).isEqualTo(status);
  }

  @Test
  void aRefusalIsOneBoundedLineWithoutControlCharacters() {
    Submission.Declined declined =
        read(400, "{\"error\": \"a\\nb\\u001b[31m\\u202e" + "x".repeat(9_000) + "\"}");

    assertThat(declined.reason())
        .startsWith("a\\u000ab\\u001b[31m\\u202exxx")
        .endsWith("...")
        .hasSizeLessThanOrEqualTo(500);
  }

  @Test
  void theKeptResponseHoldsNoSecret() {
    Submission.Declined declined =
        read(
            401,
            """
            {"error": "key 5: no Bearer abc", "apiKey": {"key": "k"}, "authorization": "Basic b",
             "list": [{"webhookCallbackApiKey": "w", "id": "0e1d7a3c-5b57-4b0e-9d6e-0123456789ab"}]}
            """);

    assertThat(declined.response())
        .hasToString(
            "{\"error\":\"key 5: no Bearer"
                + " ***\",\"apiKey\":{\"key\":\"***\"},\"authorization\":\"***\","
                + "\"list\":[{\"webhookCallbackApiKey\":\"***\","
                + "\"id\":\"0e1d7a3c-5b57-4b0e-9d6e-0123456789ab\"}]}");
  }

  private static Submission.Declined read(int status, String body) {
    return (Submission.Declined) Submission.read(status, null, body, Instant.EPOCH);
  }
}
