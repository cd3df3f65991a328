package io.leonardoroutes.leonardo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.SocketTimeoutException;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GenerationStatusTest {
  private static final Instant NOW = Instant.parse("2026-11-21T12:00:00Z");

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          # still being made, in whatever words
          {"status": "PENDING", "generated_images": []}      | Pending[status=PENDING]
          {"status": "QUEUED"}                               | Pending[status=QUEUED]
          {"status": null}                                   | Pending[status=]
          {}                                                 | Pending[status=]
          {"status": 7}                                      | Pending[status=7]
          # the video on the image or on the generation, with and without a picture
          {"status": "COMPLETE", "generated_images": [{"id": "i", "url": "p.jpg", "motionMP4URL": "v.mp4", "nsfw": null}]} | v.mp4 p.jpg
          {"status": "COMPLETE", "generated_images": [{"url": null, "motionMP4URL": "v.mp4"}]}                | v.mp4 null
          {"status": "COMPLETE", "generated_images": [{"url": "a.jpg"}, {"url": "p.jpg", "motionMP4URL": "v.mp4"}]} | v.mp4 p.jpg
          {"status": "COMPLETE", "motionMP4URL": "v.mp4", "generated_images": [{"url": "p.jpg"}]}             | v.mp4 p.jpg
          {"status": "complete", "motionMP4URL": "v.mp4", "generated_images": null}                           | v.mp4 null
          # the same, whatever the word
          {"status": "COMPLETED", "generated_images": [{"id": "i", "motionMP4URL": "v.mp4"}]}                 | v.mp4 null
          {"status": "FAILED", "generated_images": [{"id": "i", "motionMP4URL": "v.mp4"}]}                    | v.mp4 null
          {"status": null, "motionMP4URL": "v.mp4"}                                                           | v.mp4 null
          {"status": "PENDING", "generated_images": [{"motionMP4URL": "v.mp4"}]}                              | v.mp4 null
          # done, and no video yet
          {"status": "COMPLETE", "generated_images": []}     | Unshown the provider answered COMPLETE without a video
          {"status": "COMPLETE", "generated_images": [], "prompt_moderations": [{"moderationClassification": []}, null, {}]} | Unshown the provider answered COMPLETE without a video
          {"status": "COMPLETE", "generated_images": [{"url": "p.jpg", "motionMP4URL": null}], "prompt_moderations": [{"moderationClassification": ["NSFW"]}]} | Unshown the provider answered COMPLETE without a video
          {"status": "COMPLETE", "generated_images": [null, 1, "x"], "motionMP4URL": " "}      | Unshown the provider answered COMPLETE without a video
          # no video
          {"status": "COMPLETE", "generated_images": [], "prompt_moderations": [{"moderationClassification": ["NSFW", "GORE"]}]} | Failed the provider answered COMPLETE without a video: its moderation removed it (NSFW, GORE)
          {"status": "COMPLETE", "generated_images": null, "prompt_moderations": [{"moderationClassification": "NSFW"}]} | Failed the provider answered COMPLETE without a video: its moderation removed it (NSFW)
          {"status": "FAILED", "generated_images": []}       | Failed the provider answered FAILED for this generation, without a reason
          null                                               | Missing[reason=the provider answered 200 with no generation of this id]
          """)
  void aGenerationIsReadLeniently(String generation, String told) {
    GenerationStatus look =
        GenerationStatus.read(
            200, null, "{\"new\": 1, \"generations_by_pk\": " + generation + "}", NOW);

    assertThat(told(look)).isEqualTo(told);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          200 | ``                                     | with nothing that can be read
          200 | {"generations_by_pk": {"status": "COM  | with nothing that can be read
          200 | {}                                     | without a generation
          200 | {"generations_by_pk": []}              | without a generation
          200 | [{"message": "m"}]                     | (m)
          302 | {"generations_by_pk": {"status": "FAILED"}} | without a generation
          400 | {"error": "hm"}                        | (hm)
          401 | {"error": "Authentication hook unauthorized this request"} | (Authentication hook unauthorized this request)
          500 | {"error": "Invalid response from authorization hook"} | (Invalid response from authorization hook)
          503 | <html></html>                          | with nothing that can be read
          """)
  void whatTellsNothingOfTheVideoIsUnclear(int status, String body, String told) {
    assertThat(GenerationStatus.read(status, "9", body, NOW))
        .isEqualTo(
            new GenerationStatus.Unclear(
                "the provider answered "
                    + status
                    + " "
                    + told
                    + ": what became of the video is not known",
                Duration.ofSeconds(9)));
  }

  @Test
  void theIdOfTheVideoIsThatOfTheImageThatHasIt() {
    GenerationStatus look =
        GenerationStatus.read(
            200,
            null,
            """
            {"generations_by_pk": {"id": "g", "status": "COMPLETE", "generated_images": [
              {"id": "p", "url": "p.jpg"}, {"id": "v", "motionMP4URL": "v.mp4"}]}}\
            """,
            NOW);

    assertThat(((GenerationStatus.Complete) look).videoId()).isEqualTo("v");
  }

  @Test
  void theRateLimitSaysWhenToLookAgain() {
    assertThat(GenerationStatus.read(429, "9", "", NOW))
        .isEqualTo(
            new GenerationStatus.Throttled(
                "the provider answered 429 with nothing that can be read", Duration.ofSeconds(9)));
  }

  @Test
  void anIdThatTheProviderDoesNotKnowIsMissing() {
    assertThat(GenerationStatus.read(404, null, "<html>", NOW))
        .isEqualTo(
            new GenerationStatus.Missing(
                "the provider answered 404: it does not know this generation"));
  }

  @Test
  void aLookThatBroughtNoAnswerIsUnclear() {
    assertThat(
            GenerationStatus.failed(
                new RuntimeException(new SocketTimeoutException("Read timed out"))))
        .isEqualTo(
            new GenerationStatus.Unclear(
                "the call failed (SocketTimeoutException: Read timed out): what became of the video"
                    + " is not known",
                null));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          1f0a-b~c_d.e | 1f0a-b%7Ec_d.e
          a/../b       | a%2F..%2Fb
          a?b#c;d=e&f  | a%3Fb%23c%3Bd%3De%26f
          a b+c*d      | a%20b%2Bc%2Ad
          a%2Fb\\c     | a%252Fb%5Cc
          ü            | %C3%BC
          ...          | ...
          """)
  void anIdIsOneSegmentOfThePath(String id, String segment) {
    assertThat(GenerationStatus.pathSegment(id)).isEqualTo(segment);
  }

  @Test
  void controlCharactersOfAnIdAreEncoded() {
    assertThat(GenerationStatus.pathSegment("a\r\nb\u0000\ud800")).isEqualTo("a%0D%0Ab%00%3F");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", ".", ".."})
  void anIdThatWouldChangeThePathIsRefused(String id) {
    assertThatThrownBy(() -> GenerationStatus.pathSegment(id))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("the generation id '" + id + "' cannot stand in a path");
  }

  private static String told(GenerationStatus look) {
    if (look instanceof GenerationStatus.Complete complete) {
      return complete.videoUrl() + " " + complete.posterUrl();
    }
    if (look instanceof GenerationStatus.Unshown unshown) {
      return "Unshown " + unshown.reason();
    }
    return look instanceof GenerationStatus.Failed failed
        ? "Failed " + failed.reason()
        : look.toString();
  }
}
