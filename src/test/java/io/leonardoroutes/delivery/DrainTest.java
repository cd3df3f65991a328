package io.leonardoroutes.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.leonardoroutes.fixture.Fixture;
import io.leonardoroutes.fixture.FlowFixture;
import io.leonardoroutes.fixture.LedgerRows;
import io.leonardoroutes.fixture.ScriptedProvider;
import io.leonardoroutes.fixture.TestLedger;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.apache.camel.builder.RouteBuilder;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A backlog that is there at the start, with loops that go round once an hour. */
class DrainTest {
  private static final int MANY = 300;
  @TempDir Path folder;
  private final Set<String> taken = ConcurrentHashMap.newKeySet();
  @Fixture private ScriptedProvider provider;
  @Fixture private FlowFixture story;

  @BeforeEach
  void makeLedger() {
    TestLedger.open("jdbc:sqlite:" + story.app().data().resolve("ledger.db")).close();
    story.with("leonardo.tick", "1h");
  }

  private void start(Processor erp) throws Exception {
    LedgerRows.deliveries(story.app(), "erp", MANY);
    story
        .app()
        .main()
        .configure()
        .addRoutesBuilder(
            new RouteBuilder() {
              @Override
              public void configure() {
                from("direct:erp").errorHandler(noErrorHandler()).process(erp);
              }
            });
    story.with("leonardo.sinks.erp.uri", "direct:erp").start();
  }

  private static String subject(Exchange exchange) {
    return FlowFixture.json(exchange.getMessage().getBody(String.class)).get("subject").asText();
  }

  private int deliveries(String such) {
    String sql = "SELECT count(*) AS n FROM delivery WHERE " + such;
    return ((Number) LedgerRows.of(story.app(), sql).get(0).get("n")).intValue();
  }

  @Test
  void whatWaitsForASinkIsDeliveredWithoutWaitingForTheNextTick() throws Exception {
    start(exchange -> taken.add(subject(exchange)));

    await().until(() -> deliveries("state = 'DELIVERED'") == MANY);

    assertThat(taken).hasSize(MANY);
  }

  @Test
  void aDeliveryThatHangsDelaysNoOtherOfItsSink() throws Exception {
    CountDownLatch end = new CountDownLatch(1);
    try {
      start(
          exchange -> {
            if (subject(exchange).equals("j7")) {
              end.await();
            }
            taken.add(subject(exchange));
          });

      await().until(() -> deliveries("state = 'DELIVERED'") == MANY - 1);
    } finally {
      end.countDown();
    }
    await().until(() -> deliveries("state = 'DELIVERED'") == MANY);
  }

  @Test
  void aSinkThatTakesNothingIsNotCalledWithAllThatWaitsForIt() throws Exception {
    AtomicInteger calls = new AtomicInteger();
    start(
        exchange -> {
          calls.incrementAndGet();
          throw new IOException("down for the night");
        });

    await().until(() -> deliveries("tries = 1") == 100 && deliveries("leased_until > 0") == 0);

    assertThat(calls).hasValue(100);
    assertThat(deliveries("state = 'PENDING'")).isEqualTo(MANY);
  }

  @Test
  void finishedVideosAreDownloadedWithoutWaitingForTheNextTick() throws Exception {
    LedgerRows.change(
        story.app(),
        """
        WITH RECURSIVE n (i) AS (SELECT 10000001 UNION ALL SELECT i + 1 FROM n WHERE i < 10000050)
        INSERT INTO job (id, file_name, content_hash, model, state, priority, request, sinks,
          warnings, attempt, tries, generation_id, video_url, created_at, submitted_at, due_at,
          leased_until, kind, turn)
        SELECT i, 'koala-' || i, 'hash', 'kling-3.0-turbo', 'COMPLETE', 4, '{}', '[]', '[]', 1, 0,
          'g' || i, 'http://%s/v.mp4', 0, 0, 0, 0, 'kind', 0 FROM n
        """
            .formatted(provider.host()));
    story.start();

    await().until(() -> provider.downloads().size() == 50);

    String done = "SELECT id FROM job WHERE video_file IS NOT NULL AND due_at IS NULL";
    await().until(() -> LedgerRows.of(story.app(), done).size() == 50);
  }
}
