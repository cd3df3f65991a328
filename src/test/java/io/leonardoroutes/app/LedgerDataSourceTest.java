package io.leonardoroutes.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import com.zaxxer.hikari.HikariDataSource;
import io.leonardoroutes.fixture.App;
import io.leonardoroutes.fixture.FlowFixture;
import io.leonardoroutes.fixture.LogCapture;
import io.leonardoroutes.fixture.ScriptedProvider;
import io.leonardoroutes.ledger.Engine;
import java.nio.file.Path;
import java.util.List;
import org.apache.camel.health.HealthCheck;
import org.apache.camel.health.HealthCheckHelper;
import org.jdbi.v3.core.Jdbi;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** The ledger in a DataSource that the application has. */
class LedgerDataSourceTest {
  @TempDir Path folder;
  private final HikariDataSource pool = new HikariDataSource();
  private ScriptedProvider provider;
  private String url;

  @BeforeEach
  void start() throws Exception {
    url = Engine.POSTGRES.emptyDatabase(folder);
    pool.setJdbcUrl(url);
    pool.setConnectionTimeout(500);
    provider = ScriptedProvider.start();
  }

  @AfterEach
  void close() {
    pool.close();
    provider.close();
  }

  @Test
  void aJobOfATransactionThatIsRolledBackIsPaidOnceAndToldOfToItsEnd() throws Exception {
    Jdbi.create(pool).useHandle(own -> own.execute("CREATE TABLE orders (id TEXT)"));
    try (LogCapture log = LogCapture.open();
        FlowFixture story = story().start()) {
      String[] id = new String[1];
      new TransactionTemplate(new DataSourceTransactionManager(pool))
          .executeWithoutResult(
              transaction -> {
                new JdbcTemplate(pool).update("INSERT INTO orders VALUES ('1')");
                id[0] = story.accept(FlowFixture.REQUEST);
                transaction.setRollbackOnly();
              });

      story.told(id[0], "completed");
      assertThat(provider.creates()).hasSize(1);
      assertThat(rows("orders")).isZero();
      assertThat(rows("leonardo.job")).isEqualTo(1);
      assertThat(story.app().data().resolve("ledger.db")).doesNotExist();
      assertThat(log.with("; ledger schema leonardo of the DataSource orders, unfinished jobs: 0"))
          .hasSize(1);
    }
    assertThat(rows("leonardo.job")).as("the pool is open").isEqualTo(1);
  }

  @Test
  void anOutageIsNamedByTheDataSourceInTheLogAndInHealth() throws Exception {
    try (LogCapture log = LogCapture.open();
        FlowFixture story = story().start()) {
      String name = url.replaceAll(".*/([^?]*).*", "$1");
      Jdbi server = Jdbi.create(Engine.POSTGRES.emptyDatabase(folder));
      server.useHandle(all -> all.execute("ALTER DATABASE " + name + " ALLOW_CONNECTIONS false"));
      server.useHandle(
          all ->
              all.createQuery(
                      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = ?")
                  .bind(0, name)
                  .mapTo(Boolean.class)
                  .list());

      await().until(() -> !log.with("the ledger in the DataSource orders is away").isEmpty());
      HealthCheck.Result health =
          HealthCheckHelper.invokeReadiness(story.app().context(), "full").stream()
              .filter(result -> result.getCheck().getId().equals("leonardo-routes"))
              .findFirst()
              .orElseThrow();
      assertThat(health.getState()).isEqualTo(HealthCheck.State.DOWN);
      assertThat(health.getDetails()).containsEntry("away", "the ledger in the DataSource orders");
      server.useHandle(all -> all.execute("ALTER DATABASE " + name + " ALLOW_CONNECTIONS true"));
      await().until(() -> !log.with("the ledger in the DataSource orders is back").isEmpty());
      String id =
          await().ignoreExceptions().until(() -> story.accept(FlowFixture.REQUEST), i -> true);
      story.told(id, "completed");
      assertThat(provider.creates()).hasSize(1);
    }
  }

  @Test
  void aDataSourceThatCannotServeIsNamedAtTheStart() {
    String bean = "leonardo.ledger.data-source";
    assertThat(refusal(App.in(folder).with(bean, "#orders")))
        .isEqualTo(bean + ": there is no bean orders");
    assertThat(refusal(App.in(folder).with(bean, "#bean:orders")))
        .isEqualTo(bean + ": there is no bean orders");
    assertThat(refusal(App.in(folder).with(bean, "orders").bind("orders", "text")))
        .isEqualTo(bean + ": orders is not a javax.sql.DataSource but a class java.lang.String");
    for (String other : List.of("url", "user", "password")) {
      assertThat(refusal(with().with("leonardo.ledger." + other, "jdbc:sqlite:x.db")))
          .isEqualTo("leonardo.ledger." + other + ": leave it out: " + bean + " takes its place");
    }
    for (String schema : List.of("", "Leonardo", "a\"b", "pg_mine", "a".repeat(64))) {
      assertThat(refusal(with().with("leonardo.ledger.schema", schema)))
          .isEqualTo(
              "leonardo.ledger.schema: '%s' is not a name made of a-z, 0-9 and _ that does not begin with pg_"
                  .formatted(schema));
    }
    assertThat(refusal(App.in(folder).with("leonardo.ledger.schema", "videos")))
        .isEqualTo(
            "leonardo.ledger.schema: is for leonardo.ledger.data-source; for PostgreSQL add"
                + " currentSchema=NAME to leonardo.ledger.url");
    pool.setReadOnly(true);
    assertThat(refusal(with()))
        .isEqualTo(
            bean
                + ": cannot be opened: the DataSource orders gives connections that are read-only");
  }

  @Test
  void aSandboxInADataSourceIsWarnedOf() throws Exception {
    try (LogCapture log = LogCapture.open();
        App app =
            with()
                .with("leonardo.sandbox", "true")
                .with("leonardo.sandbox.port", "" + App.freePort())
                .start()) {
      assertThat(log.with("the sandbox is on and leonardo.ledger.data-source is set")).hasSize(1);
    }
  }

  private FlowFixture story() {
    return FlowFixture.in(folder, provider)
        .with("leonardo.ledger.data-source", "#orders")
        .bind("orders", pool);
  }

  private App with() {
    return App.in(folder).with("leonardo.ledger.data-source", "#orders").bind("orders", pool);
  }

  private int rows(String table) {
    return Jdbi.create(pool)
        .withHandle(
            own -> own.createQuery("SELECT count(*) FROM " + table).mapTo(Integer.class).one());
  }

  private static String refusal(App app) {
    return ProgramSetup.reason(catchThrowable(() -> app.start().close()));
  }
}
