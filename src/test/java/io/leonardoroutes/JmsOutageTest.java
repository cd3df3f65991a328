package io.leonardoroutes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertTimeout;

import io.leonardoroutes.request.Refused;
import jakarta.jms.Message;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Duration;
import org.apache.camel.builder.RouteBuilder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Messages while the broker or the ledger is away. */
class JmsOutageTest {
  private static final Duration LONG = Patience.LONG;
  private static final String REQUESTS = "leonardo.requests";

  @TempDir Path folder;
  private Provider provider;
  private TestBroker broker;
  private App app;

  @BeforeEach
  void open() throws Exception {
    provider = Provider.start();
    broker = new TestBroker(folder.resolve("broker"), App.freePort());
    app =
        App.in(folder)
            .at(provider)
            .with("leonardo.jms.enabled", "true")
            .with("leonardo.jms.url", broker.url());
  }

  @AfterEach
  void close() throws Exception {
    app.close();
    broker.close();
    provider.close();
  }

  @Test
  void aBrokerThatIsAwayAtTheStartHoldsUpNothingAndIsFoundLater() throws Exception {
    try (Log log = Log.open()) {
      Rest rest = Rest.of(app.with("leonardo.rest.enabled", "true").start());
      assertThat(rest.post(Drop.request("a")).statusCode()).isEqualTo(202);
      await()
          .during(Duration.ofSeconds(6)) // it is tried every 5
          .atMost(LONG)
          .until(() -> log.with("the broker at " + broker.url() + " is away").size() == 1);
      broker.start();

      try (TestBroker.Caller caller = new TestBroker.Caller(broker.url())) {
        caller.send(REQUESTS, Drop.request("b"));
        await().atMost(LONG).until(() -> Rows.jobs(app) == 2);
      }
      assertThat(log.with("the broker at"))
          .hasSize(2)
          .last()
          .isEqualTo("INFO the broker at " + broker.url() + " is back");
    }
  }

  @Test
  void aBrokerThatIsStartedAgainLosesNothing() throws Exception {
    broker.start();
    app.start();
    try (TestBroker.Caller caller = new TestBroker.Caller(broker.url())) {
      Message message = caller.session.createTextMessage(Drop.request("before"));
      message.setJMSReplyTo(caller.session.createQueue("answers"));
      provider.onCreate(
          request -> {
            broker.stop();
            return provider.created();
          });
      caller.send(REQUESTS, message);
    }
    await()
        .atMost(LONG)
        .until(() -> provider.creates().size() == 1 && provider.downloads().size() == 1);
    broker.start();

    try (TestBroker.Caller caller = new TestBroker.Caller(broker.url())) {
      for (int i = 0; i < 3; i++) {
        assertThat(caller.receive("answers")).as("answer %s", i).isNotNull();
      }
      caller.send(REQUESTS, Drop.request("after"));
      await().atMost(LONG).until(() -> Rows.jobs(app) == 2);
    }
    await().atMost(LONG).until(() -> provider.creates().size() == 2);
  }

  @Test
  void aMessageWaitsWhileTheLedgerIsLockedAndIsAnsweredOnce() throws Exception {
    broker.start();
    String url = "jdbc:sqlite:" + folder.resolve("data/ledger.db");
    app.with("leonardo.ledger.url", url + "?busy_timeout=100").start();
    try (Log log = Log.open();
        TestBroker.Caller caller = new TestBroker.Caller(broker.url());
        Connection other = DriverManager.getConnection(url);
        Statement sql = other.createStatement()) {
      sql.execute("BEGIN IMMEDIATE");
      Message message = caller.session.createTextMessage(Drop.request("a"));
      message.setJMSReplyTo(caller.session.createQueue("answers"));
      caller.send(REQUESTS, message);
      await().atMost(LONG).until(() -> log.with("what new requests need is away").size() == 1);
      sql.execute("COMMIT");

      assertThat(caller.receive("answers")).isNotNull();
      assertThat(Rows.jobs(app)).isEqualTo(1);
      assertThat(log.with("what new requests need")).hasSize(2);
    }
  }

  @Test
  void aMessageThatIsHeldIsGivenBackWhenTheProgramStops() throws Exception {
    broker.start();
    app.start();
    try (Log log = Log.open();
        TestBroker.Caller caller = new TestBroker.Caller(broker.url());
        Connection other =
            DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("data/ledger.db"));
        Statement sql = other.createStatement()) {
      sql.execute("ALTER TABLE job RENAME TO away");
      caller.send(REQUESTS, Drop.request("a"));
      await().atMost(LONG).until(() -> log.with("what new requests need is away").size() == 1);
      assertTimeout(Duration.ofSeconds(20), app::close);
      sql.execute("ALTER TABLE away RENAME TO job");

      assertThat(caller.receive(REQUESTS)).isNotNull();
    }
  }

  @Test
  void aMessageThatComesAgainAfterTheCommitIsTheSameJobAndIsAnsweredOnce() throws Exception {
    app.with("leonardo.jms.enabled", "false")
        .with("leonardo.sinks.outbox.events", "rejected")
        .main()
        .configure()
        .addRoutesBuilder(
            new RouteBuilder() {
              @Override
              public void configure() {
                from("direct:take")
                    .doTry()
                    .to("direct:leonardo-accept")
                    .doCatch(Refused.class)
                    .bean("leonardoAccept", "refused");
              }
            });
    app.start();
    for (int i = 0; i < 2; i++) {
      take(Drop.request("a"));
      take("{}");
    }

    assertThat(Rows.jobs(app)).isEqualTo(1);
    assertThat(Rows.of(app, "SELECT type FROM event WHERE type IN ('reply', 'rejected')"))
        .extracting(row -> row.get("type"))
        .containsExactlyInAnyOrder("reply", "reply", "rejected");
  }

  /** What the intake does with one message, up to the end of its transaction and no further. */
  private void take(String text) {
    app.template()
        .send(
            "direct:take",
            exchange -> {
              exchange.setProperty("leonardoKey", "jms:ID:" + text);
              exchange.setProperty("leonardoReplyTo", "queue:answers");
              exchange.getMessage().setBody(text);
            });
  }
}
