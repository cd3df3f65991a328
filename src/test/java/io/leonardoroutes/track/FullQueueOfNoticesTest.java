package io.leonardoroutes.track;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.leonardoroutes.fixture.FlowFixture;
import io.leonardoroutes.fixture.Patience;
import io.leonardoroutes.fixture.ScriptedProvider;
import io.leonardoroutes.fixture.TickingClock;
import io.leonardoroutes.flow.ClaimedWork;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a step has done is over, though the queue that it tells of a free slot is full. */
@Tag("long")
class FullQueueOfNoticesTest {
  private static final Duration LONG = Patience.LONG;

  @TempDir Path folder;

  @Test
  void moreJobsThanTheQueueOfLooksHoldsEndWhileNobodyHearsOfFreeSlots() throws Exception {
    int jobs = 210;
    TickingClock clock = new TickingClock();
    try (ScriptedProvider provider = ScriptedProvider.start();
        FlowFixture story =
            FlowFixture.in(folder, provider)
                .bind("clock", clock)
                .with("leonardo.track.first", "10m")
                .with("leonardo.limits.concurrent", "" + jobs)
                .start()) {
      List<String> ids =
          IntStream.range(0, jobs).mapToObj(i -> story.accept(FlowFixture.REQUEST)).toList();
      ids.forEach(id -> story.until(id, "RUNNING"));
      story.app().context().getRouteController().suspendRoute("submit");
      clock.tick(Duration.ofMinutes(10));

      await()
          .atMost(LONG)
          .until(() -> ids.stream().allMatch(id -> story.state(id).equals("COMPLETE")));
      // Else the stop waits for what nobody takes.
      story.app().context().getRouteController().resumeRoute("submit");
    }
  }

  @Test
  void workWhoseCopyAFullQueueDiscardsIsUnderWayNoMore() throws Exception {
    ClaimedWork<String> claimed =
        new ClaimedWork<>(
            item -> item, new TickingClock(), Duration.ofSeconds(30), Duration.ofHours(1));
    try (DefaultCamelContext context = new DefaultCamelContext()) {
      context.addRoutes(
          new RouteBuilder() {
            @Override
            public void configure() {
              from("direct:work")
                  .process(e -> claimed.endsWith(e, e.getMessage().getBody(String.class), a -> {}))
                  .to("seda:notices?size=1&discardWhenFull=true");
            }
          });
      context.start();
      List<String> items = claimed.begins(List.of("a", "b", "c"));
      items.forEach(item -> context.createProducerTemplate().sendBody("direct:work", item));

      assertThat(claimed.size()).isZero();
    }
  }
}
