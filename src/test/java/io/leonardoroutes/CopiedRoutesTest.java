package io.leonardoroutes;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Route files that a user copied from an earlier version. */
class CopiedRoutesTest {
  @TempDir Path folder;

  @Test
  void aCopyThatLooksForNoAccountAcceptsForTheOnlyOne() throws Exception {
    String account =
        """
              - bean:
                  id: account
                  ref: leonardoAccept
                  method: account
        """
            .indent(8);
    try (Provider provider = Provider.start();
        Story story =
            Story.in(folder, provider).edited(folder, "accept.camel.yaml", account, "").start()) {
      String id = story.accept(Story.REQUEST);

      assertThat(story.until(id, "COMPLETE").get("account").asText()).isEqualTo("default");
    }
  }

  @Test
  void copiesThatEndCallsByTheBeanOfTheJobsEndThemAsOurs() throws Exception {
    String url = "jdbc:sqlite:" + folder.resolve("data/ledger.db");
    try (Provider provider = Provider.start();
        Story story =
            Story.in(folder, provider)
                .with("leonardo.rest.enabled", "true")
                .with("leonardo.ledger.url", url + "?busy_timeout=100")
                .edited(folder, "answers.camel.yaml", "leonardoAnswers", "leonardoGenerations")
                .edited(folder, "batch.camel.yaml", "leonardoAnswers", "leonardoGenerations")
                .start();
        Log log = Log.open();
        Connection other = DriverManager.getConnection(url);
        Statement sql = other.createStatement()) {
      Rest rest = Rest.of(story.app());

      assertThat(rest.get("/generations/x").statusCode()).isEqualTo(404);
      assertThat(rest.send("POST", "/generations?dry-run=true", "{}").statusCode()).isEqualTo(422);
      sql.execute("BEGIN IMMEDIATE");
      assertThat(rest.post(Drop.request("a")).statusCode()).isEqualTo(503);
      HttpResponse<String> batch = rest.post("[" + Drop.request("a") + "]");
      assertThat(Rest.json(batch).at("/items/0/status").asInt()).isEqualTo(503);
      sql.execute("COMMIT");
      assertThat(rest.post(Drop.request("a")).statusCode()).isEqualTo(202);
      assertThat(log.with("what REST calls need")).hasSize(2);
    }
  }
}
