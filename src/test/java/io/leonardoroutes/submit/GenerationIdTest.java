package io.leonardoroutes.submit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.leonardoroutes.fixture.Fixture;
import io.leonardoroutes.fixture.FlowFixture;
import io.leonardoroutes.fixture.ScriptedProvider;
import io.leonardoroutes.problem.RequestRejected;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A generation's id is not the id of its video, and is answered with a 5xx that may be paid. */
class GenerationIdTest {
  @TempDir Path folder;
  @Fixture private ScriptedProvider provider;
  @Fixture private FlowFixture story;

  @BeforeEach
  void open() throws Exception {
    story.start();
  }

  @Test
  void theIdOfAGenerationOfOursIsRefusedAndTheRightOneNamed() {
    String job = story.accept(FlowFixture.REQUEST);
    story.told(job, "completed");

    assertThatThrownBy(() -> story.accept(editing("gen-1")))
        .rootCause()
        .isInstanceOfSatisfying(
            RequestRejected.class,
            rejected -> {
              assertThat(rejected.problem().status()).isEqualTo(422);
              assertThat(rejected.problem().violations())
                  .singleElement()
                  .satisfies(
                      violation -> {
                        assertThat(violation.pointer())
                            .isEqualTo("/parameters/guidances/video_reference_base/0/video/id");
                        assertThat(violation.code()).isEqualTo("generation-id");
                        assertThat(violation.message())
                            .isEqualTo(
                                "\"gen-1\" is the id of a generation and not of its video: use the"
                                    + " `video.id` of job "
                                    + job
                                    + ": i");
                      });
            });
    assertThat(provider.creates()).hasSize(1);
    story.until(story.accept(editing("i")), "COMPLETE");
  }

  @Test
  void theIdOfOneThatIsNotFinishedIsRefusedToo() {
    provider.onLook(
        ScriptedProvider::pending, ScriptedProvider::pending, ScriptedProvider::pending);
    String job = story.accept(FlowFixture.REQUEST);
    story.told(job, "submitted");

    assertThatThrownBy(() -> story.accept(editing("gen-1")))
        .rootCause()
        .hasMessageContaining("is the id of a generation and not of its video");
  }

  private static String editing(String id) {
    return """
    {"model":"kling-video-o-3","parameters":{"prompt":"a koala","guidances":
     {"video_reference_base":[{"video":{"id":"%s","type":"GENERATED"}}]}}}\
    """
        .formatted(id);
  }
}
