package io.leonardoroutes.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.leonardoroutes.fixture.FlowFixture;
import io.leonardoroutes.fixture.InboxFixture;
import io.leonardoroutes.fixture.LogCapture;
import io.leonardoroutes.fixture.Patience;
import io.leonardoroutes.fixture.RestClient;
import io.leonardoroutes.fixture.ScriptedProvider;
import io.leonardoroutes.fixture.TickingClock;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import mockwebserver3.MockResponse;
import org.apache.camel.builder.RouteBuilder;
import org.jdbi.v3.core.Jdbi;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A PostgreSQL ledger that goes away in the middle and comes back, as when its server restarts. */
@Tag("long")
class LedgerOutageTest {
  private static final Duration LONG = Patience.LONG;

  @TempDir Path folder;
  private ScriptedProvider provider;
  private String url;
  private Jdbi server;

  @BeforeEach
  void open() throws IOException {
    provider = ScriptedProvider.start();
    url = Engine.POSTGRES.emptyLedger(folder);
    server = Jdbi.create(Engine.POSTGRES.emptyLedger(folder));
  }

  @AfterEach
  void close() {
    provider.close();
  }

  @Test
  void aLedgerThatIsAwayInTheMiddleOfACreateLosesNothingAndIsSpokenOfOnce() throws Exception {
    try (LogCapture log = LogCapture.open();
        FlowFixture story =
            FlowFixture.in(folder, provider)
                .with("leonardo.file.enabled", "true")
                .with("leonardo.ledger.url", url)) {
      provider.onCreate(
          create -> {
            away();
            return provider.created();
          });
      story.start();
      InboxFixture drop = InboxFixture.into(story.app().inbox());
      drop.file("before.json", InboxFixture.request("before"));
      await().atMost(LONG).until(() -> !log.with("the ledger is away").isEmpty());
      await().atMost(LONG).until(() -> !log.with("submitted, generation gen-1").isEmpty());
      drop.file("meanwhile.json", InboxFixture.request("meanwhile"));

      accept(true);

      await().atMost(LONG).until(() -> story.toldTimes("completed") == 2);
      assertThat(provider.creates()).hasSize(2);
      assertThat(drop.accepted("meanwhile.json")).exists();
      await().atMost(LONG).until(() -> !log.with("the ledger is back").isEmpty());
      assertThat(log.with("the ledger is away")).hasSize(1);
      assertThat(log.with("the ledger is back")).hasSize(1);
    }
  }

  @Test
  void whileTheLedgerIsAwayNothingIsPaid() throws Exception {
    String begun = "expression: ${exchangeProperty.leonardoBegun}\n            steps:\n";
    try (LogCapture log = LogCapture.open();
        FlowFixture story = FlowFixture.in(folder, provider).with("leonardo.ledger.url", url)) {
      story
          .edited(
              folder,
              "submit.camel.yaml",
              begun,
              begun + "              - to:\n                  uri: direct:between\n")
          .app()
          .main()
          .configure()
          .addRoutesBuilder(
              new RouteBuilder() {
                @Override
                public void configure() {
                  from("direct:between").process(e -> away());
                }
              });
      story.start();
      String id = story.accept(FlowFixture.REQUEST);
      await().atMost(LONG).until(() -> !log.with("the provider is away").isEmpty());

      assertThat(log.with("the provider is away").get(0))
          .contains("nothing is paid that the ledger cannot keep");
      assertThat(provider.creates()).isEmpty();
      accept(true);
      // The pool may still hold connections that were cut.
      await().atMost(LONG).ignoreExceptions().until(() -> !story.state(id).equals("SUBMITTING"));
      assertThat(provider.creates()).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"statement_timeout", "lock_timeout"})
  void aLedgerThatGivesUpAStatementIsBusyAndNotAway(String timeout) throws Exception {
    String bounded = url + (url.contains("?") ? "&" : "?") + "options=-c%20" + timeout + "=300";
    try (FlowFixture story =
            FlowFixture.in(folder, provider).with("leonardo.ledger.url", bounded).start();
        LogCapture log = LogCapture.open()) {
      Jdbi.create(url)
          .useTransaction(
              other -> {
                other.execute("LOCK TABLE job IN ACCESS EXCLUSIVE MODE");
                await().atMost(LONG).until(() -> !log.with("the ledger is busy").isEmpty());
              });
      story.told(story.accept(FlowFixture.REQUEST), "completed");

      assertThat(log.with("the ledger is busy"))
          .singleElement()
          .asString()
          .isEqualTo(
              "WARN the ledger is busy, canceling statement due to %s: what is due waits"
                  .formatted(timeout.replace('_', ' ')));
      assertThat(log.with(" is away")).isEmpty();
    }
  }

  @Test
  void whileTheLedgerIsAwayNobodyIsAskedWhatAnAccountAllowsAndOneLineSaysSo() throws Exception {
    TickingClock clock = new TickingClock();
    try (FlowFixture story =
            FlowFixture.in(folder, provider)
                .with("leonardo.ledger.url", url)
                .bind("clock", clock)
                .start();
        LogCapture log = LogCapture.ofEverything()) {
      await().atMost(LONG).until(() -> provider.accounts() == 1);
      away();
      clock.tick(Duration.ofMinutes(2));

      story.app().template().requestBody("seda:leonardo-slots", "");

      assertThat(provider.accounts()).isEqualTo(1);
      assertThat(log.warnings())
          .filteredOn(line -> !line.contains("leonardo-ledger - ")) // the pool's own
          .singleElement()
          .asString()
          .startsWith("WARN the ledger is away, retrying: ");
      accept(true);
    }
  }

  @Test
  void aLedgerThatIsAwayWhileLooksAndDownloadsEndIsSpokenOfInOneLineAndOneMore() throws Exception {
    try (FlowFixture story =
            FlowFixture.in(folder, provider)
                .with("leonardo.ledger.url", url)
                .with("leonardo.rest.enabled", "true")
                .start();
        LogCapture log = LogCapture.ofEverything()) {
      CountDownLatch gone = new CountDownLatch(1);
      provider.onLook(
          look -> {
            gone.await();
            return provider.complete(look);
          });
      provider.onDownload(
          video -> {
            away();
            gone.countDown();
            return ScriptedProvider.video();
          });
      RestClient rest = RestClient.of(story.app());
      String one = story.accept(FlowFixture.REQUEST);
      String other = story.accept(FlowFixture.REQUEST);
      await().atMost(LONG).until(() -> !log.with("the ledger is away").isEmpty());
      assertThat(rest.get("/generations").statusCode()).isEqualTo(503);
      accept(true);

      await().atMost(LONG).until(() -> !log.with("the ledger is back").isEmpty());
      assertThat(log.with("ERROR ")).isEmpty();
      assertThat(log.warnings())
          .filteredOn(
              line -> !line.matches("WARN leonardo-(ledger|time) - (?s).*")) // the pools' own
          .singleElement()
          .asString()
          .startsWith("WARN the ledger is away, retrying: ");
      story.told(one, "completed");
      story.told(other, "completed");
    }
  }

  @Test
  void aLedgerThatIsAwayWhileAnotherAddressIsAskedForIsSpokenOfInOneLineAndOneMore()
      throws Exception {
    try (FlowFixture story =
            FlowFixture.in(folder, provider).with("leonardo.ledger.url", url).start();
        LogCapture log = LogCapture.ofEverything()) {
      provider.onDownload(download -> new MockResponse.Builder().code(403).build());
      provider.onLook(
          provider::complete,
          again -> {
            away();
            return provider.complete(again);
          });
      String id = story.accept(FlowFixture.REQUEST);
      await().atMost(LONG).until(() -> provider.looks().size() == 2);
      await()
          .atMost(LONG)
          .until(() -> story.app().context().getInflightRepository().size("download") == 0);
      await().atMost(LONG).until(() -> !log.with("the ledger is away").isEmpty());
      accept(true);

      story.told(id, "completed");
      await().atMost(LONG).until(() -> !log.with("the ledger is back").isEmpty());
      assertThat(log.with("ERROR ")).isEmpty();
      assertThat(log.with("the ledger is away")).hasSize(1);
    }
  }

  @Test
  void whileTheLedgerIsAwayOperatorsAreAnsweredInTwoSecondsWithWhatIsKnown() throws Exception {
    try (FlowFixture story = FlowFixture.in(folder, provider).with("leonardo.ledger.url", url);
        LogCapture log = LogCapture.open()) {
      String managed = story.app().managed();
      story.start();
      away();

      await()
          .atMost(LONG)
          .untilAsserted(
              () ->
                  assertThat(soon(managed + "/metrics").body())
                      .contains("leonardo_jobs{state=\"ACCEPTED\"} NaN", "leonardo_away{"));
      assertThat(soon(managed + "/health/ready").statusCode()).isEqualTo(503);
      assertThat(soon(managed + "/health/live").statusCode()).isEqualTo(200);
      await().atMost(LONG).until(() -> !log.with("the ledger is away").isEmpty());
      accept(true);
      await()
          .atMost(LONG)
          .until(() -> get(managed + "/metrics").body().contains("{state=\"ACCEPTED\"} 0"));
    }
  }

  /** In two seconds, and some for a machine that is busy; a connection that waits takes ten. */
  private static HttpResponse<String> soon(String address) throws Exception {
    long start = System.nanoTime();
    HttpResponse<String> answer = get(address);
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(6));
    return answer;
  }

  private static HttpResponse<String> get(String address) throws Exception {
    return HttpClient.newHttpClient()
        .send(
            HttpRequest.newBuilder(URI.create(address)).build(),
            HttpResponse.BodyHandlers.ofString());
  }

  private void away() {
    accept(false);
    server.useHandle(
        handle ->
            handle
                .createQuery(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = ?")
                .bind(0, database())
                .mapTo(Boolean.class)
                .list());
  }

  private void accept(boolean connections) {
    server.useHandle(
        handle ->
            handle.execute("ALTER DATABASE " + database() + " ALLOW_CONNECTIONS " + connections));
  }

  private String database() {
    return url.replaceAll(".*/([^?]*).*", "$1");
  }
}
