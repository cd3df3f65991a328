package io.leonardoroutes.submit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.leonardoroutes.fixture.Fixture;
import io.leonardoroutes.fixture.FlowFixture;
import io.leonardoroutes.fixture.RestCall;
import io.leonardoroutes.fixture.ScriptedProvider;
import io.leonardoroutes.fixture.TickingClock;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which running jobs an operator may give up. */
class ResolveLateTest {
  private static final String FAILED = "{\"as\":\"failed\"}";
  private static final ScriptedProvider.Answer NO_VIDEO_YET =
      look ->
          ScriptedProvider.json(
              200,
              "{\"generations_by_pk\":{\"id\":\"gen-1\",\"status\":\"COMPLETE\","
                  + "\"generated_images\":[]}}");

  @TempDir Path folder;
  private final TickingClock clock = new TickingClock();
  @Fixture private ScriptedProvider provider;
  @Fixture private FlowFixture story;

  @BeforeEach
  void open() {
    story
        .bind("clock", clock)
        .with("leonardo.rest.enabled", "true")
        .with("leonardo.track.first", "1s")
        .with("leonardo.lease", "10h");
  }

  private RestCall fail(String id) throws Exception {
    return RestCall.post(story.app(), "/generations/" + id + "/resolve", FAILED);
  }

  private void problem(String id, String type) {
    await().until(() -> problem(id).endsWith(":" + type));
  }

  private String problem(String id) {
    return story.job(id).at("/problem/type").asText();
  }

  private String running() throws Exception {
    story.start();
    String id = story.accept(FlowFixture.REQUEST);
    story.until(id, "RUNNING");
    return id;
  }

  @Test
  void aFinishedVideoWhoseAddressIsWaitedForCannotBeGivenUp() throws Exception {
    provider.onLook(NO_VIDEO_YET);
    String id = running();
    clock.tick(Duration.ofSeconds(1));
    problem(id, "no-video-yet");

    RestCall answer = fail(id);

    assertThat(answer.status()).isEqualTo(409);
    assertThat(answer.body().at("/type").asText()).endsWith(":not-in-doubt");
    clock.tick(Duration.ofSeconds(11));
    story.told(id, "completed");
  }

  @Test
  void aLateJobWhoseVideoIsDoneAtLastCannotBeGivenUpAnyMore() throws Exception {
    provider.onLook(ScriptedProvider::pending, NO_VIDEO_YET);
    String id = running();
    clock.tick(Duration.ofHours(3));
    problem(id, "late");
    clock.tick(Duration.ofMinutes(5));
    problem(id, "no-video-yet");

    assertThat(fail(id).status()).isEqualTo(409);

    clock.tick(Duration.ofSeconds(11));
    story.told(id, "completed");
  }

  @Test
  void aLateJobIsGivenUpAsLate() throws Exception {
    provider.onLook(ScriptedProvider::pending);
    String id = running();
    clock.tick(Duration.ofHours(3));
    problem(id, "late");

    RestCall answer = fail(id);

    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.body().at("/problem/detail").asText())
        .isEqualTo("it was late, and was resolved as failed");
    story.told(id, "failed");
  }

  @Test
  void aJobThatNothingIsHeardOfAfterItsVideoWasMissingIsLateInTheEnd() throws Exception {
    provider.onLook(NO_VIDEO_YET);
    provider.onLook(
        Collections.nCopies(1_000, (ScriptedProvider.Answer) look -> ScriptedProvider.json(500, ""))
            .toArray(ScriptedProvider.Answer[]::new));
    String id = running();
    clock.tick(Duration.ofSeconds(1));
    problem(id, "no-video-yet");

    clock.tick(Duration.ofSeconds(60));
    await().until(() -> provider.looks().size() > 1);
    assertThat(problem(id)).endsWith(":no-video-yet");
    clock.tick(Duration.ofHours(3));

    problem(id, "late");
    assertThat(fail(id).status()).isEqualTo(200);
  }
}
