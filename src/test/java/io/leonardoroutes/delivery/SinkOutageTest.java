package io.leonardoroutes.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.leonardoroutes.fixture.App;
import io.leonardoroutes.fixture.FlowFixture;
import io.leonardoroutes.fixture.LedgerRows;
import io.leonardoroutes.fixture.LogCapture;
import io.leonardoroutes.fixture.Patience;
import io.leonardoroutes.fixture.ScriptedProvider;
import io.leonardoroutes.fixture.TickingClock;
import io.leonardoroutes.job.Delivery;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.apache.camel.builder.RouteBuilder;
import org.jdbi.v3.core.Jdbi;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the log says of a sink that does not take what it is sent. */
class SinkOutageTest {
  private static final Duration LONG = Patience.LONG;

  @TempDir Path folder;
  private final TickingClock clock = new TickingClock();
  private final List<String> taken = new CopyOnWriteArrayList<>();
  private ScriptedProvider provider;
  private FlowFixture story;
  private LogCapture log;

  @BeforeEach
  void open() throws IOException {
    provider = ScriptedProvider.start();
    story =
        FlowFixture.in(folder, provider)
            .bind("clock", clock)
            // A test's clock runs much faster than its calls.
            .with("leonardo.lease", "10h")
            .with("leonardo.track.first", "10h")
            .with("leonardo.sinks.erp.uri", "direct:erp")
            .with("leonardo.sinks.erp.events", "submitted");
    log = LogCapture.open();
  }

  @AfterEach
  void close() {
    log.close();
    story.close();
    provider.close();
  }

  private void erp(Processor erp) {
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
  }

  private static String subject(Exchange exchange) {
    return FlowFixture.json(exchange.getMessage().getBody(String.class)).get("subject").asText();
  }

  private static String submitted(String id) {
    return "kling-3.0-turbo-" + id.substring(0, 8) + " submitted";
  }

  @Test
  void aDeliveryThatGotLostBeforeItBeganIsClaimedAgainWithoutARestart() throws Exception {
    erp(exchange -> taken.add(subject(exchange)));
    story.with("leonardo.tick", "10h").with("leonardo.lease", "30s").start();
    DeliverStep deliver =
        story
            .app()
            .context()
            .getRegistry()
            .lookupByNameAndType("leonardoDeliver", DeliverStep.class);
    story.accept(FlowFixture.REQUEST);
    story.app().template().sendBody("seda:leonardo-submit?discardWhenFull=true", "");
    List<Delivery> lost = new CopyOnWriteArrayList<>();
    await().atMost(LONG).until(() -> lost.addAll(deliver.due("erp")));

    clock.tick(Duration.ofMinutes(2));
    assertThat(deliver.due("erp")).isEmpty();
    clock.tick(Duration.ofHours(3));
    assertThat(deliver.due("erp")).extracting(Delivery::eventId).contains(lost.get(0).eventId());
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void whatIsSecretInTheAddressOfASinkIsInNoLineAndInNoFailureThatIsKept(boolean answers)
      throws Exception {
    String host = answers ? provider.host() : "127.0.0.1:1";
    story
        .with(
            "leonardo.sinks.erp.uri", "http://u:p/canary@" + host + "/hook?sig=canary&code=canary")
        .with("leonardo.deliver.tries", "1");
    try (LogCapture all = LogCapture.ofEverything()) {
      story.start();
      story.accept(FlowFixture.REQUEST);

      await().atMost(LONG).until(() -> !log.with("is DEAD for sink erp").isEmpty());
      assertThat(all.with("canary")).isEmpty();
    }
    assertThat(failures()).isNotEmpty().noneMatch(why -> why.contains("canary"));
  }

  private List<String> failures() {
    return Jdbi.create("jdbc:sqlite:" + story.app().data().resolve("ledger.db"))
        .withHandle(
            ledger ->
                ledger
                    .createQuery("SELECT error FROM delivery WHERE error IS NOT NULL")
                    .mapTo(String.class)
                    .list());
  }

  @Test
  void oneEventThatItRefusesAmongOthersIsNamedAtItsFirstFailureAndIsNoOutage() throws Exception {
    List<String> refused = new CopyOnWriteArrayList<>();
    erp(
        exchange -> {
          String id = subject(exchange);
          if (refused.isEmpty() || refused.contains(id)) {
            refused.add(id);
            throw new IOException("no such customer");
          }
          taken.add(id);
        });
    story.start();
    String id = story.accept(FlowFixture.REQUEST);
    await().atMost(LONG).until(() -> refused.size() == 1);
    for (int tries = 1; tries <= 4; tries++) {
      String good = story.accept(FlowFixture.REQUEST);
      await().atMost(LONG).until(() -> log.with(submitted(good) + " delivered to erp").size() == 1);
      int so = tries + 1;
      clock.tick(Duration.ofSeconds(1L << tries));
      await().atMost(LONG).until(() -> refused.size() == so);
    }

    assertThat(log.with("not taken"))
        .singleElement()
        .asString()
        .matches(
            "INFO "
                + submitted(id)
                + " not taken by sink erp, retrying in PT[0-9.]+S: no such customer");
    assertThat(log.with("sink erp is")).isEmpty();
  }

  @Test
  void oneThatTakesNothingIsAwayFromASecondTryUntilItTakesSomething() throws Exception {
    int port = App.freePort();
    story.with("leonardo.sinks.erp.uri", "http://127.0.0.1:" + port).start();
    String id = story.accept(FlowFixture.REQUEST);
    await().atMost(LONG).until(() -> log.with(submitted(id) + " not taken").size() == 1);
    assertThat(log.with("sink erp is")).isEmpty();
    clock.tick(Duration.ofSeconds(1));
    await().atMost(LONG).until(() -> log.with("sink erp is away").size() == 1);

    try (MockWebServer erp = new MockWebServer()) {
      erp.enqueue(new MockResponse.Builder().code(202).build());
      erp.start(port);
      await()
          .atMost(LONG)
          .until(
              () -> {
                clock.tick(Duration.ofSeconds(1));
                return log.with(submitted(id) + " delivered to erp").size() == 1;
              });
    }
    assertThat(log.with("sink erp is"))
        .hasSize(2)
        .satisfies(
            lines -> assertThat(lines.get(0)).startsWith("WARN sink erp is away, retrying: "))
        .last()
        .isEqualTo("INFO sink erp is back");
  }

  @Test
  void ofAllThatWaitAHundredAreInMemoryAtMost() throws Exception {
    erp(exchange -> {});
    story.with("leonardo.tick", "10h").start();
    LedgerRows.deliveries(story.app(), "erp", 300);
    DeliverStep deliver =
        story
            .app()
            .context()
            .getRegistry()
            .lookupByNameAndType("leonardoDeliver", DeliverStep.class);

    assertThat(deliver.due("erp")).hasSize(50);
    assertThat(deliver.due("erp")).hasSize(50);
    assertThat(deliver.due("erp")).isEmpty();
  }

  @Test
  void ofManyThatItDoesNotTakeOneIsNamedAndThenOnlyTheirNumberIsTold() throws Exception {
    AtomicBoolean down = new AtomicBoolean(true);
    erp(
        exchange -> {
          if (down.get()) {
            throw new IOException("down for the night");
          }
          taken.add(subject(exchange));
        });
    story.with("leonardo.lease", "10h").start();
    LedgerRows.deliveries(story.app(), "erp", 200);
    await().atMost(LONG).until(() -> waiting("tries > 0") == 200);
    for (int minutes = 0; minutes < 12; minutes++) {
      clock.tick(Duration.ofMinutes(1));
      await().atMost(LONG).until(() -> waiting("due_at <= " + clock.millis()) == 0);
    }
    down.set(false);
    clock.tick(Duration.ofMinutes(10));
    await().atMost(LONG).until(() -> log.with("deliveries that had waited").size() == 1);

    assertThat(taken).doesNotHaveDuplicates().hasSize(200);
    assertThat(log.with("deliveries that had waited"))
        .containsExactly(
            "INFO sink erp is back: 200 deliveries that had waited for it are delivered");
    assertThat(log.with("not taken")).hasSizeBetween(1, 3);
    assertThat(log.with("has not taken 200 deliveries")).hasSizeBetween(1, 3);
    assertThat(log.with("delivered to erp")).isEmpty();
    assertThat(log.with(" erp")).hasSizeLessThan(12);
  }

  private long waiting(String such) {
    String sql = "SELECT count(*) AS n FROM delivery WHERE sink = 'erp' AND state = 'PENDING' AND ";
    return ((Number) LedgerRows.of(story.app(), sql + such).get(0).get("n")).longValue();
  }

  @Test
  void aLedgerThatCannotNoteWhatWasTakenIsAwayAndTheSinkIsNot() throws Exception {
    String url = "jdbc:sqlite:" + folder.resolve("data/ledger.db");
    List<Connection> locks = new CopyOnWriteArrayList<>();
    erp(
        exchange -> {
          taken.add(subject(exchange));
          if (locks.isEmpty()) {
            locks.add(lock(url));
          }
        });
    story.with("leonardo.ledger.url", url + "?busy_timeout=100").start();
    String id = story.accept(FlowFixture.REQUEST);
    await().atMost(LONG).until(() -> log.with("the ledger is away").size() == 1);
    await().during(Duration.ofSeconds(1)).until(() -> log.with("the ledger is back").isEmpty());
    locks.get(0).close();
    await().atMost(LONG).until(() -> log.with("the ledger is back").size() == 1);
    clock.tick(Duration.ofHours(11));

    await().atMost(LONG).until(() -> log.with(submitted(id) + " delivered to erp").size() == 1);
    assertThat(taken).containsExactly(id, id);
    assertThat(log.with("sink erp is")).isEmpty();
    assertThat(log.with("the ledger is")).hasSize(2);
  }

  private static Connection lock(String url) throws SQLException {
    Connection lock = DriverManager.getConnection(url);
    lock.createStatement().execute("BEGIN IMMEDIATE");
    return lock;
  }
}
