package io.leonardoroutes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.leonardoroutes.ledger.Engine;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.apache.camel.builder.RouteBuilder;
import org.jdbi.v3.core.Jdbi;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A PostgreSQL ledger that goes away in the middle and comes back, as when its server restarts. */
class LedgerOutageTest {
  private static final Duration LONG = Patience.LONG;

  @TempDir Path folder;
  private Provider provider;
  private String url;
  private Jdbi server;

  @BeforeEach
  void open() throws IOException {
    provider = Provider.start();
    url = Engine.POSTGRES.emptyDatabase(folder);
    server = Jdbi.create(Engine.POSTGRES.emptyDatabase(folder));
  }

  @AfterEach
  void close() {
    provider.close();
  }

  @Test
  void aLedgerThatIsAwayInTheMiddleOfACreateLosesNothingAndIsSpokenOfOnce() throws Exception {
    try (Log log = Log.open();
        Story story =
            Story.in(folder, provider)
                .with("leonardo.file.enabled", "true")
                .with("leonardo.ledger.url", url)) {
      provider.onCreate(
          create -> {
            away();
            return provider.created();
          });
      story.start();
      Drop drop = Drop.into(story.app().inbox());
      drop.file("before.json", Drop.request("before"));
      await().atMost(LONG).until(() -> !log.with("the ledger is away").isEmpty());
      await().atMost(LONG).until(() -> !log.with("submitted, generation gen-1").isEmpty());
      drop.file("meanwhile.json", Drop.request("meanwhile"));

      accept(true);

      await().atMost(LONG).until(() -> story.toldTimes("completed") == 2);
      assertThat(provider.creates()).hasSize(2);
      assertThat(drop.accepted("meanwhile.json")).exists();
      assertThat(log.with("the ledger is away")).hasSize(1);
      assertThat(log.with("the ledger is back")).hasSize(1);
    }
  }

  @Test
  void whileTheLedgerIsAwayNothingIsPaid() throws Exception {
    String begun = "simple: ${exchangeProperty.leonardoBegun}\n            steps:\n";
    try (Log log = Log.open();
        Story story = Story.in(folder, provider).with("leonardo.ledger.url", url)) {
      story
          .edited(
              folder, "submit.camel.yaml", begun, begun + "              - to: direct:between\n")
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
      String id = story.accept(Story.REQUEST);
      await().atMost(LONG).until(() -> !log.with("the provider is away").isEmpty());

      assertThat(log.with("the provider is away").get(0))
          .contains("nothing is paid that the ledger cannot keep");
      assertThat(provider.creates()).isEmpty();
      accept(true);
      await().atMost(LONG).until(() -> !story.state(id).equals("SUBMITTING"));
      assertThat(provider.creates()).isEmpty();
    }
  }

  @Test
  void whileTheLedgerIsAwayNobodyIsAskedWhatAnAccountAllowsAndOneLineSaysSo() throws Exception {
    TickingClock clock = new TickingClock();
    try (Story story =
            Story.in(folder, provider)
                .with("leonardo.ledger.url", url)
                .bind("clock", clock)
                .start();
        Log log = Log.ofEverything()) {
      await().atMost(LONG).until(() -> provider.accounts() == 1);
      away();
      clock.tick(Duration.ofMinutes(2));

      story.app().template().requestBody("seda:leonardo-slots", "");

      assertThat(provider.accounts()).isEqualTo(1);
      assertThat(log.warnings())
          .filteredOn(line -> !line.contains("leonardo-ledger - ")) // the pool's own
          .singleElement()
          .asString()
          .startsWith("WARN the ledger is away, trying again until it is back: ");
      accept(true);
    }
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
