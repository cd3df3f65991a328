package io.leonardoroutes.submit;

import static io.leonardoroutes.fixture.ScriptedProvider.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.leonardoroutes.fixture.Fixture;
import io.leonardoroutes.fixture.FlowFixture;
import io.leonardoroutes.fixture.LogCapture;
import io.leonardoroutes.fixture.Patience;
import io.leonardoroutes.fixture.ScriptedProvider;
import io.leonardoroutes.fixture.TickingClock;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import mockwebserver3.MockResponse;
import mockwebserver3.RecordedRequest;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What answers a create in the provider's place: a proxy, a gateway, a firewall. */
class GatewayAnswersTest {
  private static final int JOBS = 5;

  @TempDir Path folder;
  private final TickingClock clock = new TickingClock();
  private volatile MockResponse gateway;
  @Fixture private ScriptedProvider provider;
  @Fixture private FlowFixture story;

  @BeforeEach
  void open() throws IOException {
    provider.onCreate(
        Collections.nCopies(1_000, (ScriptedProvider.Answer) this::answer)
            .toArray(ScriptedProvider.Answer[]::new));
    story.bind("clock", clock).with("leonardo.lease", "10h").with("leonardo.track.first", "1h");
  }

  private MockResponse answer(RecordedRequest request) {
    boolean blocked = gateway != null && gateway.getCode() == 413;
    String body = String.valueOf(request.getBody() == null ? "" : request.getBody().utf8());
    return gateway == null || blocked && !body.contains("too long") ? provider.created() : gateway;
  }

  @ParameterizedTest
  @CsvSource({
    "403, <html>403 Forbidden</html>",
    "407, Proxy Authentication Required",
    "404, <html>nginx</html>",
    "421, ''",
    "425, ''"
  })
  void nothingFailsWhileAGatewayAnswersAndAllIsMadeOnceItIsGone(int status, String page)
      throws Exception {
    gateway = new MockResponse.Builder().code(status).body(page).build();
    story.start();
    try (LogCapture log = LogCapture.open()) {
      List<String> jobs = accepted();
      waiting()
          .until(
              () -> {
                clock.tick(Duration.ofSeconds(5));
                return provider.creates().size() >= 4 * JOBS;
              });
      waiting().until(() -> count(jobs, "ACCEPTED") == JOBS);
      assertThat(story.job(jobs.get(0)).at("/problem/type").asText()).endsWith(":waiting");
      assertThat(story.job(jobs.get(0)).at("/problem/detail").asText())
          .startsWith("something in between answered " + status);

      gateway = null;
      waiting()
          .until(
              () -> {
                clock.tick(Duration.ofMinutes(1));
                return count(jobs, "RUNNING") == JOBS;
              });

      assertThat(story.job(jobs.get(0)).has("problem")).isFalse();
      assertThat(story.toldTimes("failed")).isZero();
      assertThat(log.with("the provider is away")).hasSize(1);
      assertThat(log.with("the provider is back")).hasSize(1);
      assertThat(log.with("something in between")).hasSize(1);
    }
  }

  @Test
  void aRequestThatAFirewallAloneRefusesHoldsUpNoOtherAndIsNoOutage() throws Exception {
    gateway = new MockResponse.Builder().code(413).body("Request Entity Too Large").build();
    story.start();
    try (LogCapture log = LogCapture.open()) {
      story.until(story.accept(FlowFixture.REQUEST), "RUNNING");
      String alone = story.accept(FlowFixture.REQUEST.replace("The koala", "too long"));
      waiting().until(() -> story.job(alone).has("problem"));
      for (int i = 0; i < 4; i++) {
        String good = story.accept(FlowFixture.REQUEST);
        story.until(good, "RUNNING");
        int creates = provider.creates().size();
        waiting()
            .until(
                () -> {
                  clock.tick(Duration.ofSeconds(10));
                  return provider.creates().size() > creates;
                });
      }
      waiting().until(() -> story.state(alone).equals("ACCEPTED"));
      assertThat(log.with("is away")).isEmpty();
    }
  }

  @Test
  void theWaitGrowsToFiveMinutesAndItsOwnWishIsHeeded() throws Exception {
    gateway =
        new MockResponse.Builder().code(403).setHeader("Retry-After", "600").body("no").build();
    story.start();
    String id = story.accept(FlowFixture.REQUEST);
    waiting().until(() -> provider.creates().size() == 1);
    waiting().until(() -> story.job(id).has("problem"));
    clock.tick(Duration.ofSeconds(590));
    await().during(Duration.ofMillis(200)).until(() -> provider.creates().size() == 1);
    clock.tick(Duration.ofSeconds(11));
    waiting().until(() -> provider.creates().size() == 2);
  }

  @Test
  void aRemoteWhoseAnswerWasLostPutsTheJobInDoubt() throws Exception {
    gateway =
        json(
            200,
            """
            {"errors":[{"message":"Missing \\"data\\" field with no errors in response from remote"}]}\
            """);
    story.start();
    String id = story.accept(FlowFixture.REQUEST);
    assertThat(story.submitted(id).get("state").asText()).isEqualTo("IN_DOUBT");
    assertThat(provider.creates()).hasSize(1);
  }

  private List<String> accepted() {
    List<String> jobs = new ArrayList<>();
    for (int i = 0; i < JOBS; i++) {
      jobs.add(story.accept(FlowFixture.REQUEST));
    }
    return jobs;
  }

  private long count(List<String> jobs, String state) {
    return jobs.stream().filter(job -> story.state(job).equals(state)).count();
  }

  private static ConditionFactory waiting() {
    return await().atMost(Patience.LONG);
  }
}
