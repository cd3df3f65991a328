package io.leonardoroutes.intake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertTimeout;

import io.leonardoroutes.fixture.App;
import io.leonardoroutes.fixture.InboxFixture;
import io.leonardoroutes.fixture.LedgerRows;
import io.leonardoroutes.fixture.LogCapture;
import io.leonardoroutes.fixture.Patience;
import io.leonardoroutes.fixture.RestClient;
import io.leonardoroutes.fixture.ScriptedProvider;
import io.leonardoroutes.fixture.TestBroker;
import io.leonardoroutes.flow.FlowProperties;
import io.leonardoroutes.problem.RequestRejected;
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
  private ScriptedProvider provider;
  private TestBroker broker;
  private App app;

  @BeforeEach
  void open() throws Exception {
    provider = ScriptedProvider.start();
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
    try (LogCapture log = LogCapture.open()) {
      RestClient rest = RestClient.of(app.with("leonardo.rest.enabled", "true").start());
      assertThat(rest.post(InboxFixture.request("a")).statusCode()).isEqualTo(202);
      await()
          .during(Duration.ofSeconds(6)) // it is tried every 5
          .atMost(LONG)
          .until(() -> log.with("the broker at " + broker.url() + " is away").size() == 1);
      broker.start();

      try (TestBroker.Caller caller = new TestBroker.Caller(broker.url())) {
        caller.send(REQUESTS, InboxFixture.request("b"));
        await().atMost(LONG).until(() -> LedgerRows.jobs(app) == 2);
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
      Message message = caller.session.createTextMessage(InboxFixture.request("before"));
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
      caller.send(REQUESTS, InboxFixture.request("after"));
      await().atMost(LONG).until(() -> LedgerRows.jobs(app) == 2);
    }
    await().atMost(LONG).until(() -> provider.creates().size() == 2);
  }

  @Test
  void aMessageWaitsWhileTheLedgerIsLockedAndIsAnsweredOnce() throws Exception {
    broker.start();
    String url = "jdbc:sqlite:" + folder.resolve("data/ledger.db");
    app.with("leonardo.ledger.url", url + "?busy_timeout=100").start();
    try (LogCapture log = LogCapture.open();
        TestBroker.Caller caller = new TestBroker.Caller(broker.url());
        Connection other = DriverManager.getConnection(url);
        Statement sql = other.createStatement()) {
      sql.execute("BEGIN IMMEDIATE");
      Message message = caller.session.createTextMessage(InboxFixture.request("a"));
      message.setJMSReplyTo(caller.session.createQueue("answers"));
      caller.send(REQUESTS, message);
      await().atMost(LONG).until(() -> log.with("what new requests need is away").size() == 1);
      sql.execute("COMMIT");

      assertThat(caller.receive("answers")).isNotNull();
      assertThat(LedgerRows.jobs(app)).isEqualTo(1);
      assertThat(log.with("what new requests need")).hasSize(2);
    }
  }

  @Test
  void aMessageThatIsHeldIsGivenBackWhenTheProgramStops() throws Exception {
    broker.start();
    app.start();
    try (LogCapture log = LogCapture.open();
        TestBroker.Caller caller = new TestBroker.Caller(broker.url());
        Connection other =
            DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("data/ledger.db"));
        Statement sql = other.createStatement()) {
      sql.execute("ALTER TABLE job RENAME TO away");
      caller.send(REQUESTS, InboxFixture.request("a"));
      await().atMost(LONG).until(() -> log.with("what new requests need is away").size() == 1);
      assertTimeout(Duration.ofSeconds(20), app::close);
      sql.execute("ALTER TABLE away RENAME TO job");

      assertThat(caller.receive(REQUESTS)).isNotNull();
    }
  }

  @Test
  void messagesWaitWhileTheirIntakeIsPausedAndNoneIsLost() throws Exception {
    broker.start();
    RestClient rest = RestClient.of(app.with("leonardo.rest.enabled", "true").start());
    try (LogCapture log = LogCapture.open();
        TestBroker.Caller caller = new TestBroker.Caller(broker.url())) {
      assertThat(rest.send("POST", "/intakes/jms/pause", "").statusCode()).isEqualTo(200);
      for (String prompt : new String[] {"a", "b", "c"}) {
        caller.send(REQUESTS, InboxFixture.request(prompt));
      }
      await().during(Duration.ofSeconds(1)).until(() -> LedgerRows.jobs(app) == 0);

      assertThat(rest.send("POST", "/intakes/jms/resume", "").statusCode()).isEqualTo(200);
      await().atMost(LONG).until(() -> LedgerRows.jobs(app) == 3);
      assertThat(log.warnings()).containsExactly("WARN intake jms was paused by an operator");
    }
  }

  @Test
  void aMessageThatIsHeldByAPauseIsGivenBackWhenTheProgramStops() throws Exception {
    broker.start();
    RestClient rest = RestClient.of(app.with("leonardo.rest.enabled", "true").start());
    try (TestBroker.Caller caller = new TestBroker.Caller(broker.url())) {
      assertThat(rest.send("POST", "/intakes/jms/pause", "").statusCode()).isEqualTo(200);
      caller.send(REQUESTS, InboxFixture.request("a"));
      await().during(Duration.ofMillis(700)).until(() -> LedgerRows.jobs(app) == 0);
      assertTimeout(Duration.ofSeconds(20), app::close);

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
                    .doCatch(RequestRejected.class)
                    .bean("leonardoAccept", "refused");
              }
            });
    app.start();
    for (int i = 0; i < 2; i++) {
      take(InboxFixture.request("a"));
      take("{}");
    }

    assertThat(LedgerRows.jobs(app)).isEqualTo(1);
    assertThat(LedgerRows.of(app, "SELECT type FROM event WHERE type IN ('reply', 'rejected')"))
        .extracting(row -> row.get("type"))
        .containsExactlyInAnyOrder("reply", "reply", "rejected");
  }

  /** What the intake does with one message, up to the end of its transaction and no further. */
  private void take(String text) {
    app.template()
        .send(
            "direct:take",
            exchange -> {
              exchange.setProperty(FlowProperties.KEY, "jms:ID:" + text);
              exchange.setProperty(FlowProperties.REPLY_TO, "queue:answers");
              exchange.getMessage().setBody(text);
            });
  }
}
