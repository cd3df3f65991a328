package io.leonardoroutes.intake;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.leonardoroutes.fixture.Fixture;
import io.leonardoroutes.fixture.FlowFixture;
import io.leonardoroutes.fixture.LedgerRows;
import io.leonardoroutes.fixture.RestClient;
import io.leonardoroutes.fixture.ScriptedProvider;
import io.leonardoroutes.job.Duplicate;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A request for what a finished job asked for. */
class DuplicatesTest {
  @TempDir Path folder;
  @Fixture private ScriptedProvider provider;
  @Fixture private FlowFixture story;

  private FlowFixture with(String mode) throws Exception {
    return story.with("leonardo.duplicates", mode).with("leonardo.rest.enabled", "true").start();
  }

  /** A finished job, of which we have the video. */
  private JsonNode finished(String request) {
    String id = story.accept(request);
    story.told(id, "completed");
    return story.job(id);
  }

  @Test
  void aDuplicateIsAnotherJobUnlessSomethingElseIsSet() throws Exception {
    with("off");
    finished(FlowFixture.REQUEST);
    JsonNode second = finished(FlowFixture.REQUEST);

    assertThat(second.get("warnings")).isEmpty();
    assertThat(second.has("duplicateOf")).isFalse();
    assertThat(provider.creates()).hasSize(2);
  }

  @Test
  void aFlaggedDuplicateIsPaidForAndSaysSo() throws Exception {
    with("flag");
    String first = finished(FlowFixture.REQUEST).get("id").asText();
    JsonNode second = finished(FlowFixture.REQUEST);

    assertThat(second.get("duplicateOf").asText()).isEqualTo(first);
    assertThat(second.at("/warnings/0").asText())
        .isEqualTo(
            "job " + first + " asked for the same and is COMPLETE: this one is paid for again");
    assertThat(second.has("cost")).isTrue();
    assertThat(provider.creates()).hasSize(2);
    assertThat(provider.downloads()).hasSize(2);
  }

  @Test
  void aReusedVideoCostsNothingAndIsDeliveredAsAnyOther() throws Exception {
    with("reuse");
    JsonNode first = finished(FlowFixture.REQUEST);
    JsonNode second =
        finished(FlowFixture.REQUEST.replaceFirst("\\{", "{\"tags\":{\"team\":\"red\"},"));

    String of = first.get("id").asText();
    assertThat(second.get("duplicateOf").asText()).isEqualTo(of);
    assertThat(second.get("state").asText()).isEqualTo("COMPLETE");
    assertThat(second.has("cost")).isFalse();
    assertThat(second.has("generationId")).isFalse();
    assertThat(second.at("/warnings/0").asText())
        .isEqualTo(
            "nothing was paid: this is the video of job " + of + ", which asked for the same");
    assertThat(second.at("/video/sha256")).isEqualTo(first.at("/video/sha256"));
    assertThat(second.at("/video/url")).isEqualTo(first.at("/video/url"));
    Path copy = Path.of(second.at("/video/file").asText());
    assertThat(copy).hasBinaryContent(ScriptedProvider.videoBytes());
    assertThat(copy).isNotEqualTo(Path.of(first.at("/video/file").asText()));
    assertThat(story.told(second.get("id").asText())).containsExactly("completed");
    assertThat(provider.creates()).hasSize(1);
    assertThat(provider.downloads()).hasSize(1);
    JsonNode third = finished(FlowFixture.REQUEST);
    assertThat(third.get("duplicateOf").asText()).isEqualTo(second.get("id").asText());
    RestClient rest = RestClient.of(story.app());
    assertThat(RestClient.json(rest.get("/costs")).at("/items/0/jobs").asInt()).isEqualTo(1);
    assertThat(
            LedgerRows.of(story.app(), "SELECT jobs FROM ended WHERE state = 'COMPLETE'")
                .get(0)
                .get("jobs"))
        .isEqualTo(3);
  }

  @Test
  void whatIsGoneOrAnothersOrOtherwiseAskedForIsMade() throws Exception {
    with("reuse");
    JsonNode first = finished(FlowFixture.REQUEST);
    assertThat(finished(FlowFixture.REQUEST.replace("cat", "dog")).has("duplicateOf")).isFalse();
    assertThat(finished(FlowFixture.REQUEST.replaceFirst("\\{", "{\"public\":true,")).has("cost"))
        .isTrue();
    Files.delete(Path.of(first.at("/video/file").asText()));

    JsonNode again = finished(FlowFixture.REQUEST);
    assertThat(again.has("cost")).isTrue();
    assertThat(again.get("duplicateOf")).isEqualTo(first.get("id"));
    assertThat(provider.creates()).hasSize(4);
  }

  @Test
  void aChainedJobIsOneThatAskedForTheSameOnceItsVideoIsKnown() throws Exception {
    with("reuse");
    String first = finished(FlowFixture.REQUEST).get("id").asText();
    String chained =
        """
        {"model":"kling-video-o-3","parameters":{"prompt":"at night","duration":10,"guidances":
         {"video_reference_base":[{"video":{%s}}]}}}\
        """;
    JsonNode second = finished(chained.formatted("\"job\":\"" + first + "\""));
    JsonNode third = finished(chained.formatted("\"id\":\"i\",\"type\":\"GENERATED\""));

    assertThat(third.get("duplicateOf")).isEqualTo(second.get("id"));
    assertThat(provider.creates()).hasSize(2);
  }

  @Test
  void onlyTheSameCallerAndAccountAskForTheSame() {
    JsonNode request = FlowFixture.json(FlowFixture.REQUEST);
    String hash = Duplicate.hash("erp", "default", request);

    assertThat(Duplicate.hash("erp", "default", request.deepCopy())).isEqualTo(hash);
    assertThat(Duplicate.hash("shop", "default", request)).isNotEqualTo(hash);
    assertThat(Duplicate.hash(null, "default", request)).isNotEqualTo(hash);
    assertThat(Duplicate.hash("erp", "studio", request)).isNotEqualTo(hash);
    for (String key : List.of("file", "url", "job")) {
      JsonNode elsewhere = FlowFixture.json("{\"a\":[{\"image\":{\"%s\":\"x\"}}]}".formatted(key));
      assertThat(Duplicate.hash("erp", "default", elsewhere)).isNull();
    }
  }
}
