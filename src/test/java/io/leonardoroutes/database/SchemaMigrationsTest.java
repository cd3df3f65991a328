package io.leonardoroutes.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.leonardoroutes.fixture.TestLedger;
import io.leonardoroutes.ledger.Engine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.flywaydb.core.Flyway;
import org.jdbi.v3.core.Jdbi;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The schema of a ledger, which Flyway made in earlier versions. */
class SchemaMigrationsTest {
  private static final String HISTORY =
      "SELECT version, description, type, script, checksum, success FROM leonardo_schema"
          + " ORDER BY installed_rank";

  @TempDir Path folder;

  @Test
  void everyMigrationIsInTheList() throws IOException {
    try (Stream<Path> files = Files.list(Path.of("src/main/resources/io/leonardoroutes/ledger"))) {
      assertThat(SchemaMigrations.FILES)
          .containsExactlyInAnyOrderElementsOf(
              files.map(file -> file.getFileName().toString()).toList());
    }
  }

  @ParameterizedTest
  @EnumSource
  void theHistoryIsTheOneThatFlywayWrites(Engine engine) {
    String theirs = engine.emptyDatabase(folder.resolve("theirs"));
    folder.resolve("theirs").toFile().mkdirs();
    flyway(theirs).migrate();
    String ours = engine.emptyDatabase(folder);
    TestLedger.open(ours).close();

    assertThat(history(ours)).isEqualTo(history(theirs));
    flyway(ours).validate();
    TestLedger.open(theirs).close();
    assertThat(history(theirs)).isEqualTo(history(ours));
  }

  @ParameterizedTest
  @EnumSource
  void tablesOfOthersStayAsTheyAre(Engine engine) {
    String url = engine.emptyDatabase(folder);
    execute(url, "CREATE TABLE orders (id INT)");
    TestLedger.open(url).close();
    execute(url, "INSERT INTO orders VALUES (1)");
    TestLedger.open(url).close();
    assertThat(history(url)).hasSize(SchemaMigrations.FILES.size());
  }

  @Test
  void aSchemaIsNotTakenForOneWhoseNameIsLikeIt() {
    String url = Engine.POSTGRES.emptyDatabase(folder);
    execute(url, "CREATE SCHEMA tenant11");
    execute(url, "CREATE SCHEMA tenant_1");

    for (String schema : List.of("tenant11", "tenant_1")) {
      String its = url + "&currentSchema=" + schema;
      TestLedger.open(its).close();
      assertThat(history(its)).hasSize(SchemaMigrations.FILES.size());
    }
  }

  @ParameterizedTest
  @EnumSource
  void aMigrationIsDoneWholeOrNotAtAll(Engine engine) {
    String url = engine.emptyDatabase(folder);
    execute(url, "CREATE TABLE last_turn (id INT)");

    assertThatThrownBy(() -> TestLedger.open(url)).hasMessageContaining("last_turn");

    assertThat(history(url)).hasSize(SchemaMigrations.FILES.indexOf("V17__queue.sql"));
    execute(url, "DROP TABLE last_turn");
    TestLedger.open(url).close();
    assertThat(history(url)).hasSize(SchemaMigrations.FILES.size());
  }

  @ParameterizedTest
  @EnumSource
  void aLedgerWithAnotherSchemaIsRefused(Engine engine) {
    String url = engine.emptyDatabase(folder);
    TestLedger.open(url).close();
    execute(url, "UPDATE leonardo_schema SET checksum = checksum + 1 WHERE version = '4'");
    assertThatThrownBy(() -> TestLedger.open(url))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage(
            "step 4 of its schema is not the one that this program knows: restore it from a"
                + " backup, or start the program that wrote it");
    execute(url, "DELETE FROM leonardo_schema WHERE version = '4'");
    assertThatThrownBy(() -> TestLedger.open(url))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage(
            "its schema is "
                + newest()
                + ", but lacks step 4: restore it from a backup, or start the program"
                + " that wrote it");
  }

  private static Flyway flyway(String url) {
    return Flyway.configure()
        .dataSource(url, null, null)
        .locations("classpath:io/leonardoroutes/ledger")
        .table("leonardo_schema")
        .load();
  }

  private static List<Map<String, Object>> history(String url) {
    return Jdbi.create(url).withHandle(handle -> handle.createQuery(HISTORY).mapToMap().list());
  }

  private static void execute(String url, String sql) {
    Jdbi.create(url).useHandle(handle -> handle.execute(sql));
  }

  private static String newest() {
    List<String> files = SchemaMigrations.FILES;
    return files.get(files.size() - 1).replaceAll("V|__.*", "");
  }
}
