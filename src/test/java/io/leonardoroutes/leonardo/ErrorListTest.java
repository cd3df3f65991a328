package io.leonardoroutes.leonardo;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** An error list is free only if it names what is wrong with the request or the account. */
class ErrorListTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          # the gateway lost its remote's answer
          200 | {"errors":[{"message":"Missing \\"data\\" field with no errors in response from remote"}]}
          200 | {"data":null,"errors":[{"message":"Missing \\"data\\" field with no errors in response from remote"}]}
          200 | [{"message":"Error in connecting to remote schema","extensions":{"code":"remote-schema-error"}}]
          200 | {"errors":[{"message":"upstream request timeout"}]}
          200 | [{"message":"not a valid json response from webhook","extensions":{"code":"validation-failed"}}]
          200 | [{"message":"expecting object or array of objects for action webhook response"}]
          200 | [{"message":"ETIMEDOUT","extensions":{"code":"unexpected"}}]
          # words that nobody knows, without a status
          200 | [{"message":"m"}]
          200 | [{"message":"m"},{"message":"Unexpected variable duratoin"}]
          200 | {"errors":[{"message":"Something went wrong"}]}
          200 | {"errors":["hm"]}
          200 | [{"extensions":{"code":"unexpected"}}]
          200 | [{"extensions":{"statusCode":400}}]
          200 | [{"message":"","extensions":{"statusCode":400}}]
          200 | [{"message":"Model unavailable"}]
          # a status that is none, or no refusal
          200 | [{"message":"m","extensions":{"statusCode":"x400"}}]
          200 | [{"message":"m","extensions":{"statusCode":"502"}}]
          200 | [{"message":"m","extensions":{"statusCode":408}}]
          200 | [{"message":"m","extensions":{"statusCode":499}}]
          200 | [{"message":"m","extensions":{"statusCode":200}}]
          # a refusing status beside words that leave it open
          200 | [{"message":"Request timed out","extensions":{"statusCode":400}}]
          200 | [{"message":"m","extensions":{"statusCode":400,"details":"upstream connect error"}}]
          400 | {"error":"http exception when calling webhook"}
          403 | {"error":"upstream request timeout"}
          404 | {"error":"Service Error"}
          400 | [{"message":"internal error","extensions":{"statusCode":500}}]
          400 | {"errors":[{"message":"m","extensions":{"statusCode":"503"}}]}
          # something was made, whatever else is said
          200 | {"data":{"generate":{"status":"PENDING"}},"errors":[{"message":"Unexpected variable x"}]}
          # no list at all
          200 | {"errors":[]}
          200 | {"errors":{}}
          200 | {"errors":null,"data":null}
          200 | {"error":"hm"}
          200 | {"message":"accepted"}
          """)
  void whatNamesNothingWrongIsDoubt(int status, String body) {
    assertThat(read(status, body)).isInstanceOf(Submission.Unknown.class);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          # a status that refuses, as a number or as text
          200 | [{"message":"m","extensions":{"statusCode":400}}]                                  | m
          200 | [{"message":"m","extensions":{"statusCode":"422"}}]                                | m
          200 | {"data":null,"errors":[{"message":"m","extensions":{"statusCode":403}}]}           | m
          # the details as plain text, as a list, as texts
          200 | [{"message":"An error occurred.","extensions":{"statusCode":400,"details":"The prompt is empty"}}]      | The prompt is empty
          200 | [{"message":"An error occurred.","extensions":{"details":"duration must be one of 5, 10"}}]             | duration must be one of 5, 10
          200 | [{"message":"An error occurred.","extensions":{"statusCode":400,"details":["a","b"]}}]                  | a; b
          200 | [{"message":"m","extensions":{"statusCode":400,"details":{"errors":["a",{"message":"b"}]}}}]            | a; b
          400 | [{"message":"An error occurred.","extensions":{"details":"The prompt is empty"}}]                       | The prompt is empty
          # words that are known, without a status
          200 | [{"message":"Authentication hook unauthorized this request"}]                      | Authentication hook unauthorized this request
          200 | [{"message":"content moderation filter: timeout"}]                                 | content moderation filter: timeout
          200 | {"errors":[{"message":"expected a boolean for type 'Boolean', but found a string"}]} | expected a boolean for type 'Boolean', but found a string
          200 | {"errors":[{"message":"expecting a value for non-nullable variable: \\"prompt\\""}]} | expecting a value for non-nullable variable: "prompt"
          200 | {"errors":[{"message":"field 'duratoin' not found in type: 'GenerateInput'","extensions":{"code":"validation-failed"}}]} | field 'duratoin' not found in type: 'GenerateInput'
          200 | {"errors":[{"message":"hm","extensions":{"code":"BAD_USER_INPUT"}}]}               | hm
          200 | [{"message":"insufficient tokens"}]                                                | insufficient tokens
          200 | {"data":null,"errors":[{"message":"Unexpected variable x"}]}                       | Unexpected variable x
          200 | [{"message":"m","extensions":{"details":{"errors":[{"message":"parameters.mode must be one of: a"}]}}}] | parameters.mode must be one of: a
          # other shapes
          200 | {"error":"content moderation filter: gore"}                                        | content moderation filter: gore
          200 | {"error":{"message":"Unexpected variable x"}}                                      | Unexpected variable x
          200 | {"errors":["Unexpected variable x"]}                                               | Unexpected variable x
          200 | {"errors":{"message":"Unexpected variable x"}}                                     | Unexpected variable x
          200 | {"message":"Bad","extensions":{"statusCode":400}}                                  | Bad
          400 | {"error":{"message":"Bad size"}}                                                   | Bad size
          # words that look like a doubt, about the request
          400 | {"error":"couldn't access image: the request timed out"}                           | couldn't access image: the request timed out
          400 | {"error":"parameters.prompt must not mention an upstream"}                         | parameters.prompt must not mention an upstream
          """)
  void whatNamesItIsFree(int status, String body, String reason) {
    assertThat(read(status, body))
        .isInstanceOfSatisfying(
            Submission.Declined.class, declined -> assertThat(declined.reason()).isEqualTo(reason));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          403 | <html><head><title>403 Forbidden</title></head><body><center>nginx</center></body></html>
          404 | <html><script>setTimeout(go, 5)</script><h1>404 Not Found</h1></html>
          407 | <HTML>Proxy Authentication Required</HTML>
          413 | ``
          400 | ``
          400 | {}
          400 | null
          404 | 404 page not found
          411 | Length Required
          421 | Misdirected Request
          425 | Too Early
          426 | ``
          451 | {"detail":"blocked in your region"}
          403 | {"message":"Forbidden"}
          403 | {"message":"Missing Authentication Token"}
          404 | {"message":"no Route matched with those values"}
          404 | {"timestamp":"2026-11-27","status":404,"error":"Not Found","path":"/api/rest/v2/generations"}
          403 | {"success":false,"errors":[{"code":1020}]}
          403 | "Forbidden"
          401 | <html>Please sign in to the company's network</html>
          402 | <html>Your plan is over</html>
          """)
  void whatIsNotTheProvidersWordIsNotSent(int status, String body) {
    assertThat(Submission.read(status, "7", body, Instant.EPOCH))
        .isInstanceOfSatisfying(
            Submission.NotSent.class,
            notSent ->
                assertThat(notSent.reason()).startsWith("something in between answered " + status));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          408 | ``
          408 | <html>Request Time-out</html>
          408 | {"error":"hm"}
          460 | ``
          499 | <html>nginx</html>
          404 | <html><b>upstream</b> request timeout</html>
          403 | The gateway timed out
          409 | {"generate": {"generationId": "1f0a", "co
          """)
  void whatMayHaveReachedTheProviderIsDoubt(int status, String body) {
    assertThat(read(status, body)).isInstanceOf(Submission.Unknown.class);
  }

  private static Submission read(int status, String body) {
    return Submission.read(status, null, body, Instant.EPOCH);
  }
}
