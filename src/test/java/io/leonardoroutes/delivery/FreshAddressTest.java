package io.leonardoroutes.delivery;

import static io.leonardoroutes.fixture.ScriptedProvider.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.leonardoroutes.fixture.Fixture;
import io.leonardoroutes.fixture.FlowFixture;
import io.leonardoroutes.fixture.LedgerRows;
import io.leonardoroutes.fixture.Patience;
import io.leonardoroutes.fixture.ScriptedProvider;
import io.leonardoroutes.fixture.TickingClock;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import mockwebserver3.MockResponse;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A video's address may be good for a while alone. */
class FreshAddressTest {
  @TempDir Path folder;
  private final TickingClock clock = new TickingClock();
  @Fixture private ScriptedProvider provider;
  @Fixture private FlowFixture story;

  @ParameterizedTest
  @ValueSource(ints = {401, 403, 404, 410})
  void anAddressThatIsNoLongerGoodIsReplacedByTheOneThatALookShows(int status) throws Exception {
    provider.onLook(at("old"), at("new")).onDownload(answer(status, "expired"));
    story.start();

    JsonNode job = story.told(story.accept(FlowFixture.REQUEST), "completed").get("data");

    assertThat(job.has("problem")).isFalse();
    assertThat(job.at("/video/url").asText()).endsWith("/cdn/new.mp4");
    assertThat(job.at("/video/id").asText()).isEqualTo("video-new");
    assertThat(Path.of(job.at("/video/file").asText()))
        .hasBinaryContent(ScriptedProvider.videoBytes());
    assertThat(provider.looks()).hasSize(2);
    assertThat(provider.downloads())
        .extracting(download -> download.getUrl().encodedPath())
        .containsExactly("/cdn/old.mp4", "/cdn/new.mp4");
  }

  @ParameterizedTest
  @ValueSource(ints = {403, 503})
  void whatCannotBeLookedAtOrIsNoOldAddressIsTriedAgainAsItIs(int status) throws Exception {
    provider.onLook(at("old"), look -> json(500, "")).onDownload(answer(status, "hm"));
    story.start();

    JsonNode job = story.told(story.accept(FlowFixture.REQUEST), "completed").get("data");

    assertThat(job.at("/video/url").asText()).endsWith("/cdn/old.mp4");
    assertThat(provider.looks()).hasSize(status == 403 ? 2 : 1);
    assertThat(provider.downloads()).hasSize(2);
  }

  @Test
  void aProviderThatShowsADeadAddressEachTimeIsAskedEverMoreRarely() throws Exception {
    int[] shown = new int[1];
    ScriptedProvider.Answer next = look -> at("a" + shown[0]++).to(look);
    provider
        .onLook(Collections.nCopies(1_000, next).toArray(ScriptedProvider.Answer[]::new))
        .onDownload(
            Collections.nCopies(1_000, answer(403, "expired"))
                .toArray(ScriptedProvider.Answer[]::new));
    story.bind("clock", clock).start();
    String id = story.accept(FlowFixture.REQUEST);
    await()
        .atMost(Patience.LONG)
        .until(
            () -> {
              clock.tick(Duration.ofMillis(10));
              return provider.downloads().size() == 2;
            });
    // Both at once; the third waits for more than a second.
    clock.tick(Duration.ofSeconds(1));
    await().during(Duration.ofMillis(300)).until(() -> provider.downloads().size() == 2);
    assertThat(story.state(id)).isEqualTo("COMPLETE");
  }

  @Test
  void theHostsWishToWaitIsKept() throws Exception {
    provider.onDownload(
        download -> new MockResponse.Builder().code(503).setHeader("Retry-After", "60").build());
    story.bind("clock", clock).start();
    String id = story.accept(FlowFixture.REQUEST);
    await()
        .atMost(Patience.LONG)
        .until(
            () -> {
              clock.tick(Duration.ofMillis(10));
              return provider.downloads().size() == 1;
            });
    String tried = "SELECT id FROM job WHERE state = 'COMPLETE' AND tries = 1";
    await().atMost(Patience.LONG).until(() -> LedgerRows.of(story.app(), tried).size() == 1);
    clock.tick(Duration.ofSeconds(50));
    await().during(Duration.ofMillis(300)).until(() -> provider.downloads().size() == 1);
    clock.tick(Duration.ofSeconds(11));
    story.told(id, "completed");
  }

  private ScriptedProvider.Answer at(String name) {
    return look ->
        json(
            200,
            """
            {"generations_by_pk":{"id":"gen-1","status":"COMPLETE","generated_images":[
             {"id":"video-%2$s","motionMP4URL":"http://%1$s/cdn/%2$s.mp4"}]}}\
            """
                .formatted(provider.host(), name));
  }

  private static ScriptedProvider.Answer answer(int status, String body) {
    return download -> new MockResponse.Builder().code(status).body(body).build();
  }
}
