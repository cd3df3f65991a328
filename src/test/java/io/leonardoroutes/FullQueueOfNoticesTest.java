package io.leonardoroutes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a step has done is over, though the queue that it tells of a free slot is full. */
class FullQueueOfNoticesTest {
  private static final Duration LONG = Patience.LONG;

  @TempDir Path folder;

  @Test
  void moreJobsThanTheQueueOfLooksHoldsEndWhileNobodyHearsOfFreeSlots() throws Exception {
    int jobs = 210;
    TickingClock clock = new TickingClock();
    try (Provider provider = Provider.start();
        Story story =
            Story.in(folder, provider)
                .bind("clock", clock)
                .with("leonardo.track.first", "10m")
                .with("leonardo.limits.concurrent", "" + jobs)
                .start()) {
      List<String> ids =
          IntStream.range(0, jobs).mapToObj(i -> story.accept(Story.REQUEST)).toList();
      ids.forEach(id -> story.until(id, "RUNNING"));
      story.app().context().getRouteController().suspendRoute("submit");
      clock.tick(Duration.ofMinutes(10));

      await()
          .atMost(LONG)
          .until(() -> ids.stream().allMatch(id -> story.state(id).equals("COMPLETE")));
    }
  }

  @Test
  void workWhoseCopyAFullQueueDiscardsIsUnderWayNoMore() throws Exception {
    UnderWay<String> underWay =
        new UnderWay<>(
            item -> item, new TickingClock(), Duration.ofSeconds(30), Duration.ofHours(1));
    try (DefaultCamelContext context = new DefaultCamelContext()) {
      context.addRoutes(
          new RouteBuilder() {
            @Override
            public void configure() {
              from("direct:work")
                  .process(e -> underWay.endsWith(e, e.getMessage().getBody(String.class), a -> {}))
                  .to("seda:notices?size=1&discardWhenFull=true");
            }
          });
      context.start();
      List<String> items = underWay.begins(List.of("a", "b", "c"));
      items.forEach(item -> context.createProducerTemplate().sendBody("direct:work", item));

      assertThat(underWay.size()).isZero();
    }
  }
}
