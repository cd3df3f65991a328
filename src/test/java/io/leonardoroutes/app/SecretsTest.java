package io.leonardoroutes.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.leonardoroutes.database.LedgerConnection;
import io.leonardoroutes.fixture.App;
import io.leonardoroutes.fixture.Fixture;
import io.leonardoroutes.fixture.FlowFixture;
import io.leonardoroutes.fixture.LogCapture;
import io.leonardoroutes.fixture.Patience;
import io.leonardoroutes.fixture.RestClient;
import io.leonardoroutes.fixture.ScriptedProvider;
import io.leonardoroutes.fixture.TestBroker;
import io.leonardoroutes.fixture.TickingClock;
import io.leonardoroutes.jms.JmsClient;
import io.leonardoroutes.ledger.Engine;
import io.leonardoroutes.ledger.Ledger;
import io.leonardoroutes.settings.Secret;
import io.leonardoroutes.settings.SecretRegistry;
import io.leonardoroutes.settings.SettingReader;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.spi.PropertiesFunction;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Secrets that change in the middle of traffic, without a restart. */
class SecretsTest {
  private static final Duration REFRESH = Duration.ofMinutes(5);

  @TempDir Path folder;
  private final TickingClock clock = new TickingClock();
  @Fixture private ScriptedProvider provider;
  @Fixture private FlowFixture story;

  /** A vault as those that Camel has functions for. */
  private static final class Vault implements PropertiesFunction {
    private final AtomicInteger asked = new AtomicInteger();
    private volatile String says;

    private Vault(String says) {
      this.says = says;
    }

    @Override
    public String getName() {
      return "vault";
    }

    @Override
    public String apply(String name) {
      asked.incrementAndGet();
      if (says == null) {
        throw new IllegalStateException("sealed, and old-canary was in it");
      }
      return says;
    }
  }

  @BeforeEach
  void open() {
    story.bind("clock", clock).with("leonardo.lease", "10h");
  }

  private Path file(String name, String text) throws IOException {
    Path part = Files.writeString(folder.resolve(name + ".part"), text);
    return Files.move(part, folder.resolve(name), StandardCopyOption.REPLACE_EXISTING);
  }

  private Vault vault(String says) {
    Vault vault = new Vault(says);
    story
        .app()
        .main()
        .configure()
        .addConfiguration(
            new org.apache.camel.CamelConfiguration() {
              @Override
              public void configure(org.apache.camel.CamelContext context) {
                context.getPropertiesComponent().addPropertiesFunction(vault);
              }
            });
    return vault;
  }

  /** With its first round behind it, from which on the time until the next one counts. */
  private void start() throws Exception {
    story.start();
    story.app().context().getRegistry().findSingleByType(SecretRefresh.class).secrets();
  }

  private String create() {
    String id = story.accept(FlowFixture.REQUEST);
    story.until(id, "RUNNING");
    return id;
  }

  private List<String> createdBy() {
    return provider.creates().stream().map(ScriptedProvider::key).toList();
  }

  private static ConditionFactory waiting() {
    return await().atMost(Patience.LONG);
  }

  @Test
  void aKeyInAFileIsReadAgainWhenItChanges() throws Exception {
    Path key = file("key", "old-canary\n");
    story.with("leonardo.api-key", "file:" + key).with("leonardo.track.first", "1h").start();
    create();
    try (LogCapture log = LogCapture.open()) {
      file("key", "new-canary\n");
      create();
      Files.delete(key);
      create();
      file("key", " \n");
      create();
      file("key", "third-canary");
      create();

      assertThat(createdBy())
          .containsExactly("old-canary", "new-canary", "new-canary", "new-canary", "third-canary");
      assertThat(log.with("leonardo.api-key"))
          .containsExactly(
              "INFO leonardo.api-key has changed: the new one is used from now on",
              "WARN leonardo.api-key is away, retrying: cannot read "
                  + key
                  + "; the last one is used",
              "INFO leonardo.api-key has changed: the new one is used from now on",
              "INFO leonardo.api-key is back");
      assertThat(log.with("canary")).isEmpty();
    }
  }

  @Test
  void aVaultIsAskedAgainNowAndThen() throws Exception {
    Vault vault = vault("old-canary");
    story
        .with("leonardo.accounts.studio.api-key", "{{vault:studio}}")
        .with("leonardo.api-key", "")
        .with("leonardo.track.first", "1h");
    start();
    create();
    int asked = vault.asked.get();
    vault.says = "new-canary";
    create();
    assertThat(vault.asked.get()).isEqualTo(asked);

    clock.tick(REFRESH);
    waiting().until(() -> vault.asked.get() == asked + 1);
    waiting()
        .untilAsserted(
            () -> {
              create();
              assertThat(createdBy()).endsWith("new-canary");
            });
    assertThat(createdBy()).startsWith("old-canary", "old-canary");
  }

  @Test
  void aVaultThatIsAwayChangesNothingAndIsToldOnce() throws Exception {
    Vault vault = vault("old-canary");
    story.with("leonardo.api-key", "{{vault:house}}").with("leonardo.track.first", "1h");
    start();
    create();
    try (LogCapture log = LogCapture.open()) {
      int asked = vault.asked.get();
      vault.says = null;
      for (int round = 1; round <= 2; round++) {
        int before = asked + round;
        clock.tick(REFRESH);
        waiting().until(() -> vault.asked.get() == before);
      }
      create();
      vault.says = "new-canary";
      clock.tick(REFRESH);
      waiting().until(() -> log.with("api-key is back").size() == 1);
      create();

      assertThat(createdBy()).containsExactly("old-canary", "old-canary", "new-canary");
      assertThat(log.with("leonardo.api-key"))
          .containsExactly(
              "WARN leonardo.api-key is away, retrying: cannot be resolved"
                  + " (IllegalStateException): see whether its vault answers; the last one is used",
              "INFO leonardo.api-key has changed: the new one is used from now on",
              "INFO leonardo.api-key is back");
      assertThat(log.with("canary")).isEmpty();
    }
  }

  @Test
  void aVaultThatHangsHoldsUpNoCall() throws Exception {
    CountDownLatch answers = new CountDownLatch(1);
    Vault vault = vault("old-canary");
    story.with("leonardo.api-key", "{{vault:house}}");
    start();
    int asked = vault.asked.get();
    story
        .app()
        .context()
        .getPropertiesComponent()
        .addPropertiesFunction(
            new PropertiesFunction() {
              @Override
              public String getName() {
                return "vault";
              }

              @Override
              public String apply(String name) {
                vault.asked.incrementAndGet();
                try {
                  answers.await();
                } catch (InterruptedException e) {
                  Thread.currentThread().interrupt();
                }
                return "new-canary";
              }
            });
    clock.tick(REFRESH);
    waiting().until(() -> vault.asked.get() == asked + 1);

    try {
      create();
      assertThat(createdBy()).containsExactly("old-canary");
    } finally {
      answers.countDown();
    }
  }

  @Test
  void aNoticeMayBringTheOldAndTheNewKeyWhileTheyAreChanged() throws Exception {
    Path key = file("callback", "old-canary\n");
    story.with("leonardo.webhook.key", "file:" + key).with("leonardo.rest.enabled", "true").start();
    assertThat(List.of(notice("old-canary"), notice("new-canary"))).containsExactly(202, 401);
    file("callback", "new-canary\nold-canary\n");
    assertThat(List.of(notice("old-canary"), notice("new-canary"))).containsExactly(202, 202);
    file("callback", "new-canary\n");
    assertThat(List.of(notice("old-canary"), notice("new-canary"))).containsExactly(401, 202);
  }

  private int notice(String bearer) throws Exception {
    HttpResponse<String> answer =
        RestClient.of(story.app())
            .send("POST", "/webhooks/leonardo", "{}", "Authorization", "Bearer " + bearer);
    return answer.statusCode();
  }

  @Test
  void aSecretThatIsNotThereStopsTheStart() throws Exception {
    Path none = folder.resolve("none");
    Path two = file("two", "old-canary\nnew-canary");
    Path large = file("large", "x".repeat(8193));
    assertStops("file:" + none, "cannot read " + none);
    assertStops("file:" + folder, "cannot read " + folder);
    assertStops("file:" + file("empty", "\n"), folder.resolve("empty") + " is empty");
    assertStops("file:" + two, two + " has more than 1 lines");
    assertStops("file:" + large, large + " is longer than 8192 bytes");
    assertStops(
        "{{vault:canary}}", "there is nothing that resolves {{vault:...}} on the class path");
    assertStops("canary{{canary", "cannot be resolved: see whether its vault answers");
  }

  private void assertStops(String value, String why) {
    App app = App.in(folder.resolve("other")).at(provider).with("leonardo.api-key", value);
    assertThat(SettingsTest.refusal(app)).isEqualTo("leonardo.api-key: " + why);
  }

  @Test
  void aKeyThatIsRefusedIsAskedForAgainAtOnce() throws Exception {
    Vault vault = vault("old-canary");
    provider.onCreate(request -> ScriptedProvider.json(401, "{\"error\":\"unauthorized\"}"));
    story.with("leonardo.api-key", "{{vault:house}}").with("leonardo.track.first", "1h");
    start();
    vault.says = "new-canary";
    int asked = vault.asked.get();
    String id = story.accept(FlowFixture.REQUEST);
    waiting().until(() -> story.job(id).has("problem"));
    clock.tick(Duration.ofSeconds(5));
    waiting().until(() -> vault.asked.get() == asked + 1);
    clock.tick(Duration.ofSeconds(5));
    story.until(id, "RUNNING");
    assertThat(createdBy()).containsExactly("old-canary", "new-canary");
  }

  @ParameterizedTest
  @EnumSource(JmsClient.class)
  void theBrokerIsAskedInByThePasswordAsItIsAtEachNewConnection(JmsClient kind) throws Exception {
    Path password = file("password", TestBroker.PASSWORD);
    try (TestBroker broker =
        new TestBroker(kind, folder.resolve("broker"), App.freePort()).askingForNames()) {
      broker.start();
      story
          .with("leonardo.jms.enabled", "true")
          .with("leonardo.jms.client", kind.settingValue())
          .with("leonardo.jms.url", broker.url())
          .with("leonardo.jms.user", TestBroker.USER)
          .with("leonardo.jms.password", "file:" + password)
          .with("leonardo.track.first", "1h")
          .start();
      send(kind, broker, TestBroker.PASSWORD);
      waiting().until(() -> provider.creates().size() == 1);

      broker.stop();
      broker.askFor("new-canary");
      file("password", "new-canary");
      broker.start();
      send(kind, broker, "new-canary");
      waiting().until(() -> provider.creates().size() == 2);
    }
  }

  private static void send(JmsClient kind, TestBroker broker, String password) throws Exception {
    try (TestBroker.Caller caller = new TestBroker.Caller(kind, broker.url(), password)) {
      caller.send("leonardo.requests", FlowFixture.REQUEST);
    }
  }

  @Test
  void theLedgerIsOpenedByThePasswordAsItIsAtEachNewConnection() throws Exception {
    String url = Engine.POSTGRES.emptyLedger(folder);
    sql(url, "DROP ROLE IF EXISTS rotated");
    sql(url, "CREATE ROLE rotated SUPERUSER LOGIN PASSWORD 'old-canary'");
    Path password = file("password", "old-canary\n");
    List<String> asked = new CopyOnWriteArrayList<>();
    Secret secret =
        new SecretRegistry(
                new SettingReader(context("leonardo.ledger.password", "file:" + password)))
            .required("leonardo.ledger.password");
    LedgerConnection access =
        new LedgerConnection(
            url.replaceFirst("[?].*", ""),
            "rotated",
            () -> {
              asked.add(secret.get());
              return secret.get();
            });
    try (Ledger ledger = Ledger.open(access, clock)) {
      assertThat(ledger.isShared()).isTrue();
      int before = asked.size();
      file("password", "new-canary\n");
      sql(url, "ALTER ROLE rotated PASSWORD 'new-canary'");
      sql(url, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'rotated'");
      waiting().ignoreExceptions().until(() -> ledger.find("none").isEmpty());
      assertThat(asked.subList(0, before)).containsOnly("old-canary");
      assertThat(asked).endsWith("new-canary");
      assertThat(access + " " + secret).doesNotContain("canary");
    }
  }

  private static DefaultCamelContext context(String key, String value) {
    DefaultCamelContext context = new DefaultCamelContext();
    Properties said = new Properties();
    said.setProperty(key, value);
    context.getPropertiesComponent().setInitialProperties(said);
    return context;
  }

  private static void sql(String url, String statement) throws SQLException {
    try (Connection connection = DriverManager.getConnection(url);
        Statement sql = connection.createStatement()) {
      sql.execute(statement);
    }
  }
}
