package io.leonardoroutes.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.leonardoroutes.fixture.Fixture;
import io.leonardoroutes.fixture.FlowFixture;
import io.leonardoroutes.fixture.LedgerRows;
import io.leonardoroutes.fixture.LogCapture;
import io.leonardoroutes.fixture.Patience;
import io.leonardoroutes.fixture.ScriptedProvider;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.camel.AsyncCallback;
import org.apache.camel.AsyncProcessor;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.support.AsyncProcessorSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Sinks of any component that take an event and do not return, or return late. */
@Tag("long")
class HungSinkTest {
  private static final Duration LONG = Patience.LONG;

  @TempDir Path folder;
  private final CountDownLatch end = new CountDownLatch(1);
  private final AtomicInteger calls = new AtomicInteger();
  private final AtomicInteger returned = new AtomicInteger();
  private final AtomicInteger interrupted = new AtomicInteger();
  private final List<String> taken = new CopyOnWriteArrayList<>();
  private final Set<Thread> threads = ConcurrentHashMap.newKeySet();
  private volatile AsyncCallback late = sync -> {};
  @Fixture private ScriptedProvider provider;
  @Fixture private FlowFixture story;
  private LogCapture log;

  @BeforeEach
  void open() {
    story
        .with("leonardo.track.first", "10h")
        .with("leonardo.deliver.timeout", "2s")
        .with("leonardo.sinks.erp.uri", "direct:erp")
        .with("leonardo.sinks.erp.events", "submitted");
    log = LogCapture.open();
  }

  @AfterEach
  void close() {
    end.countDown();
    late.done(false);
    log.close();
  }

  /** Begins with a sink that does this at each of its first calls, and then takes what it gets. */
  private void start(Processor... first) throws Exception {
    Processor takes = exchange -> taken.add(subject(exchange));
    sink(
        new AsyncProcessorSupport() {
          @Override
          public boolean process(Exchange exchange, AsyncCallback callback) {
            int call = calls.getAndIncrement();
            Processor to = call < first.length ? first[call] : takes;
            if (to instanceof AsyncProcessor async) {
              return async.process(exchange, callback);
            }
            try {
              to.process(exchange);
            } catch (Exception e) {
              exchange.setException(e);
            }
            returned.incrementAndGet();
            callback.done(true);
            return true;
          }
        });
  }

  private void sink(Processor erp) throws Exception {
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
    story.start();
  }

  private static String subject(Exchange exchange) {
    return FlowFixture.json(exchange.getMessage().getBody(String.class)).get("subject").asText();
  }

  /** As a read from a socket does. */
  private void ignoresInterrupts(Exchange exchange) {
    threads.add(Thread.currentThread());
    boolean over = false;
    while (!over) {
      try {
        end.await();
        over = true;
      } catch (InterruptedException ignored) {
        interrupted.incrementAndGet();
      }
    }
  }

  private void isSaidOnceAndTriedAgain(String id) {
    await().atMost(LONG).until(() -> taken.contains(id));
    await().atMost(LONG).until(() -> log.with("submitted delivered to erp").size() == 1);
    assertThat(log.with("it did not return within PT2S (leonardo.deliver.timeout)"))
        .singleElement()
        .asString()
        .contains("submitted not taken by sink erp, retrying in ");
    assertThat(taken).containsExactly(id);
  }

  private String stateAtErp(String id) {
    return LedgerRows.of(
            story.app(),
            "SELECT d.state, d.tries FROM delivery d JOIN event e ON e.id = d.event_id"
                + " WHERE d.sink = 'erp' AND e.subject = '"
                + id
                + "'")
        .get(0)
        .toString();
  }

  @Test
  void aSinkThatNeverReturnsIsInterruptedAndTriedAgain() throws Exception {
    start(exchange -> end.await());
    isSaidOnceAndTriedAgain(story.accept(FlowFixture.REQUEST));
    assertThat(log.with("WARN sink erp")).isEmpty();
  }

  @Test
  void aSinkThatNeverCallsBackIsTriedAgain() throws Exception {
    start(
        new AsyncProcessorSupport() {
          @Override
          public boolean process(Exchange exchange, AsyncCallback callback) {
            late = callback;
            return false;
          }
        });
    isSaidOnceAndTriedAgain(story.accept(FlowFixture.REQUEST));
    assertThat(log.with("WARN sink erp")).isEmpty();
  }

  @Test
  void aSinkThatHangsForOneDeliveryAndIgnoresInterruptsHoldsUpNoOther() throws Exception {
    story.with("leonardo.deliver.timeout", "10h");
    start(this::ignoresInterrupts);
    String hung = story.accept(FlowFixture.REQUEST);
    await().atMost(LONG).until(() -> calls.get() == 1);
    String other = story.accept(FlowFixture.REQUEST);

    await().atMost(LONG).until(() -> taken.contains(other));
    assertThat(taken).doesNotContain(hung);
  }

  @Test
  void aDeliveryThatIgnoresInterruptsIsTriedAgainAndItsLostThreadIsSaidOnceAndInHealth()
      throws Exception {
    String managed = story.app().managed();
    start(this::ignoresInterrupts, this::ignoresInterrupts);
    String id = story.accept(FlowFixture.REQUEST);
    isTriedAgain(id);

    assertThat(log.with("ignores interrupts"))
        .containsExactly(
            "WARN sink erp did not return within PT2S (leonardo.deliver.timeout) and ignores"
                + " interrupts: such a delivery holds a thread until it returns or the program is"
                + " restarted");
    await().atMost(LONG).until(() -> ready(managed).contains("a free thread for sink erp"));

    end.countDown();
    await().atMost(LONG).until(() -> log.with("a free thread for sink erp is back").size() == 1);
    await().atMost(LONG).until(() -> !ready(managed).contains("a free thread"));
    assertThat(interrupted).hasValue(2);
  }

  private void isTriedAgain(String id) {
    await().atMost(LONG).until(() -> log.with("submitted delivered to erp").size() == 1);
    assertThat(taken).containsExactly(id);
    assertThat(returned).hasValue(1);
  }

  private static String ready(String managed) throws Exception {
    return HttpClient.newHttpClient()
        .send(
            HttpRequest.newBuilder(URI.create(managed + "/health/ready")).build(),
            BodyHandlers.ofString())
        .body();
  }

  @Test
  void aSinkThatReturnsTooLateHasTakenNothing() throws Exception {
    CountDownLatch second = new CountDownLatch(1);
    story.with("leonardo.deliver.timeout", "3s");
    start(
        this::ignoresInterrupts,
        exchange -> {
          end.countDown();
          await().atMost(LONG).until(() -> returned.get() == 1);
          second.countDown();
          throw new IllegalStateException("not now");
        });
    String id = story.accept(FlowFixture.REQUEST);
    second.await();
    assertThat(stateAtErp(id)).contains("state=PENDING");

    await().atMost(LONG).until(() -> stateAtErp(id).contains("state=DELIVERED"));
    assertThat(stateAtErp(id)).contains("tries=2");
    assertThat(taken).containsExactly(id);
  }

  @Test
  void anInterruptThatCameTooLateReachesNoOtherDelivery() throws Exception {
    // The last call for a delivery is the one that was in time, and so not interrupted itself.
    Map<String, Boolean> interruptedBefore = new ConcurrentHashMap<>();
    story.with("leonardo.deliver.timeout", "40ms").with("leonardo.lease", "10h");
    sink(
        exchange -> {
          String id = subject(exchange);
          if (interruptedBefore.put(id, Thread.currentThread().isInterrupted()) == null) {
            long over = System.nanoTime() + Duration.ofMillis(38 + id.hashCode() % 4).toNanos();
            while (System.nanoTime() < over) {
              Thread.onSpinWait();
            }
          }
          if (Thread.interrupted()) {
            interrupted.incrementAndGet();
            Thread.currentThread().interrupt();
          }
        });
    LedgerRows.deliveries(story.app(), "erp", 300);

    await().atMost(LONG).until(() -> atErp("state = 'PENDING'") == 0);
    assertThat(interruptedBefore).hasSize(300).doesNotContainValue(true);
    assertThat(interrupted).hasPositiveValue();
  }

  private long atErp(String such) {
    String sql = "SELECT count(*) AS n FROM delivery WHERE sink = 'erp' AND " + such;
    return ((Number) LedgerRows.of(story.app(), sql).get(0).get("n")).longValue();
  }

  @Test
  void aVideoMayTakeLongerByTheTimeOfADownload() throws Exception {
    Processor heeds =
        exchange -> {
          try {
            end.await();
          } finally {
            interrupted.incrementAndGet();
          }
        };
    Processor slow =
        exchange -> {
          calls.incrementAndGet();
          int before = interrupted.get();
          await().atMost(LONG).until(() -> interrupted.get() > before + 1);
        };
    story
        .with("leonardo.track.first", "50ms")
        .with("leonardo.deliver.timeout", "500ms")
        .bind("slow", slow)
        .with("leonardo.sinks.films.uri", "bean:slow")
        .with("leonardo.sinks.films.events", "completed")
        .with("leonardo.sinks.films.content", "video");
    sink(heeds);
    story.accept(FlowFixture.REQUEST);

    await().atMost(LONG).until(() -> log.with("video delivered to films").size() == 1);
    assertThat(calls).hasValue(1);
  }

  @Test
  void aSinkThatAlwaysHangsLosesFewThreadsAndTheOthersGoOn() throws Exception {
    story.with("leonardo.deliver.timeout", "100ms");
    sink(this::ignoresInterrupts);
    for (int request = 0; request < 40; request++) {
      story.accept(FlowFixture.REQUEST);
    }
    await().atMost(LONG).until(() -> atErp("error LIKE 'it is not called while %'") > 0);
    String other = story.accept(FlowFixture.REQUEST);

    story.told(other, "submitted");
    assertThat(threads).hasSizeBetween(10, 20);
    assertThat(log.with("ignores interrupts")).hasSize(1);
    end.countDown();
    await().atMost(LONG).until(() -> log.with("a free thread for sink erp is back").size() >= 1);
    await().atMost(LONG).until(() -> atErp("state = 'PENDING'") == 0);
  }

  @Test
  void whatASinkThatHangsIsNotCalledForKeepsAllItsTries() throws Exception {
    story.with("leonardo.deliver.timeout", "100ms").with("leonardo.deliver.tries", "3");
    start(Collections.nCopies(20, (Processor) this::ignoresInterrupts).toArray(Processor[]::new));
    for (int request = 0; request < 40; request++) {
      story.accept(FlowFixture.REQUEST);
    }
    await().atMost(LONG).until(() -> atErp("error LIKE 'it is not called while %'") > 0);
    int called = calls.get();
    // Each of them would be due for another try after a second or two.
    await().during(Duration.ofSeconds(8)).atMost(LONG).until(() -> atErp("state = 'DEAD'") == 0);

    assertThat(atErp("state = 'PENDING'")).isEqualTo(40);
    assertThat(atErp("tries > 0")).isLessThanOrEqualTo(calls.get());
    assertThat(calls.get()).isBetween(called, 20);
    end.countDown();
    await().atMost(LONG).until(() -> atErp("state = 'DELIVERED'") == 40);
  }

  @Test
  void aStopDoesNotWaitForAThreadThatIsLost() throws Exception {
    Processor hangs = this::ignoresInterrupts;
    story.bind("hangs", hangs).with("leonardo.sinks.erp.uri", "bean:hangs").start();
    story.accept(FlowFixture.REQUEST);
    await().atMost(LONG).until(() -> log.with("ignores interrupts").size() == 1);
    long begun = System.nanoTime();

    story.close();

    assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(60));
  }

  @Test
  void aStopWaitsForASinkThatHangsAsLongAsForOthersAndNoLonger() throws Exception {
    story.with("leonardo.deliver.timeout", "10h");
    start(this::ignoresInterrupts);
    String id = story.accept(FlowFixture.REQUEST);
    await().atMost(LONG).until(() -> calls.get() == 1);
    story.app().context().getShutdownStrategy().setTimeout(1);
    long begun = System.nanoTime();

    story.close();

    assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(60));
    assertThat(returned).hasValue(0);
    end.countDown();
    await().atMost(LONG).until(() -> returned.get() == 1);
    assertThat(stateAtErp(id)).contains("state=PENDING");
  }
}
