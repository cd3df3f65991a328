package io.leonardoroutes.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.leonardoroutes.fixture.FlowFixture;
import io.leonardoroutes.fixture.LogCapture;
import io.leonardoroutes.fixture.Patience;
import io.leonardoroutes.fixture.ScriptedProvider;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Sinks of any component that take an event and never return. */
class HungSinkTest {
  @TempDir Path folder;
  private final CountDownLatch end = new CountDownLatch(1);
  private final AtomicInteger calls = new AtomicInteger();
  private final List<String> taken = new CopyOnWriteArrayList<>();
  private volatile AsyncCallback late = sync -> {};
  private ScriptedProvider provider;
  private FlowFixture story;

  @BeforeEach
  void open() throws IOException {
    provider = ScriptedProvider.start();
    story =
        FlowFixture.in(folder, provider)
            .with("leonardo.track.first", "10h")
            .with("leonardo.deliver.timeout", "2s")
            .with("leonardo.sinks.erp.uri", "direct:erp")
            .with("leonardo.sinks.erp.events", "submitted");
  }

  @AfterEach
  void close() {
    end.countDown();
    late.done(false);
    story.close();
    provider.close();
  }

  /** Begins with a sink whose first call is the given one. */
  private void start(Processor hangs) throws Exception {
    Processor takes = exchange -> taken.add(subject(exchange));
    Processor erp =
        new AsyncProcessorSupport() {
          @Override
          public boolean process(Exchange exchange, AsyncCallback callback) {
            Processor to = calls.getAndIncrement() == 0 ? hangs : takes;
            if (to instanceof AsyncProcessor async) {
              return async.process(exchange, callback);
            }
            try {
              to.process(exchange);
            } catch (Exception e) {
              exchange.setException(e);
            }
            callback.done(true);
            return true;
          }
        };
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

  private void isSaidOnceAndTriedAgain(LogCapture log, String id) {
    await().atMost(Patience.LONG).until(() -> taken.contains(id));
    assertThat(log.with("it did not return within PT2S"))
        .singleElement()
        .asString()
        .contains("submitted not taken by sink erp, retrying in ");
    await().atMost(Patience.LONG).until(() -> log.with("submitted delivered to erp").size() == 1);
    assertThat(log.warnings()).isEmpty();
  }

  @Test
  void aSinkThatNeverReturnsIsInterruptedAndTriedAgain() throws Exception {
    try (LogCapture log = LogCapture.open()) {
      start(exchange -> end.await());
      isSaidOnceAndTriedAgain(log, story.accept(FlowFixture.REQUEST));
    }
  }

  @Test
  void aSinkThatNeverCallsBackIsTriedAgain() throws Exception {
    AsyncProcessor never =
        new AsyncProcessorSupport() {
          @Override
          public boolean process(Exchange exchange, AsyncCallback callback) {
            late = callback;
            return false;
          }
        };
    try (LogCapture log = LogCapture.open()) {
      start(never);
      isSaidOnceAndTriedAgain(log, story.accept(FlowFixture.REQUEST));
    }
  }

  @Test
  void aSinkThatHangsForOneDeliveryAndIgnoresInterruptsHoldsUpNoOther() throws Exception {
    try (LogCapture log = LogCapture.open()) {
      story.with("leonardo.deliver.timeout", "10h");
      start(exchange -> awaitUninterruptibly());
      String hung = story.accept(FlowFixture.REQUEST);
      await().atMost(Patience.LONG).until(() -> calls.get() == 1);
      String other = story.accept(FlowFixture.REQUEST);

      await().atMost(Patience.LONG).until(() -> taken.contains(other));
      assertThat(taken).doesNotContain(hung);
    }
  }

  @Test
  void aDeliveryThatHangsAndIgnoresInterruptsIsTriedAgainBesideIt() throws Exception {
    try (LogCapture log = LogCapture.open()) {
      start(exchange -> awaitUninterruptibly());
      isSaidOnceAndTriedAgain(log, story.accept(FlowFixture.REQUEST));
    }
  }

  private void awaitUninterruptibly() {
    while (end.getCount() > 0) {
      try {
        end.await();
      } catch (InterruptedException ignored) {
        // as a read from a socket does
      }
    }
  }
}
