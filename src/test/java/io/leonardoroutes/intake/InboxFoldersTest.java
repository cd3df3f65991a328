package io.leonardoroutes.intake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.leonardoroutes.fixture.App;
import io.leonardoroutes.fixture.Fixture;
import io.leonardoroutes.fixture.InboxFixture;
import io.leonardoroutes.fixture.LedgerRows;
import io.leonardoroutes.fixture.LogCapture;
import io.leonardoroutes.fixture.Patience;
import io.leonardoroutes.fixture.ScriptedProvider;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** An inbox whose writers make its folders, and what is in them. */
class InboxFoldersTest {
  private static final Duration LONG = Patience.LONG;

  @TempDir Path folder;
  @Fixture private ScriptedProvider provider;
  @Fixture private App app;
  private InboxFixture drop;
  private String managed;
  private Path secret;

  @BeforeEach
  void open() throws Exception {
    app.with("leonardo.file.enabled", "true");
    managed = app.managed();
    drop = InboxFixture.into(app.inbox());
    secret = Files.writeString(folder.resolve("rest.keys"), "mine");
  }

  private String health() throws Exception {
    return HttpClient.newHttpClient()
        .send(
            HttpRequest.newBuilder(URI.create(managed + "/health/ready")).build(),
            BodyHandlers.ofString())
        .body();
  }

  private static List<String> names(Path in) throws IOException {
    try (Stream<Path> files = Files.list(in)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  @Test
  void linksInTheFolderOfRefusedFilesAreNotWrittenThrough() throws Exception {
    Path rejected = Files.createDirectory(drop.inbox().resolve(".rejected"));
    for (String name : List.of(".part-k.reason.json", "k.reason.json", "k.json")) {
      Files.createSymbolicLink(rejected.resolve(name), secret);
    }
    Files.createLink(rejected.resolve("h.reason.json"), secret);
    app.start();
    drop.file("k.json", "{}");
    drop.file("h.json", "{}");

    await().atMost(LONG).until(() -> names(drop.inbox()).equals(List.of(".rejected")));
    assertThat(secret).hasContent("mine");
    assertThat(drop.reason("k").get("status").asInt()).isEqualTo(422);
    assertThat(drop.reason("h").get("status").asInt()).isEqualTo(422);
    assertThat(drop.rejected("k.json")).hasContent("{}");
    assertThat(Files.isSymbolicLink(drop.rejected("k.json"))).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {".accepted", ".rejected"})
  void filesStayWhileAFolderOfTheInboxIsALinkAndTheLogSaysSoOnce(String name) throws Exception {
    Path elsewhere = Files.createDirectory(folder.resolve("elsewhere"));
    Path link = Files.createSymbolicLink(drop.inbox().resolve(name), elsewhere);
    try (LogCapture log = LogCapture.open()) {
      drop.file("good.json", InboxFixture.request("good"));
      drop.file("bad.json", "{}");
      app.start();

      await().atMost(LONG).untilAsserted(() -> assertThat(health()).contains("the folder " + link));
      await().during(Duration.ofSeconds(6)).atMost(LONG).until(() -> provider.creates().isEmpty());
      assertThat(log.warnings())
          .containsExactly(
              "WARN files stay in %s and are tried again: %s is a link, and is not written in: put the folder itself there"
                  .formatted(drop.inbox(), link));
      assertThat(elsewhere).isEmptyDirectory();
      assertThat(names(drop.inbox())).contains("bad.json", "good.json");

      Files.delete(link);
      await()
          .atMost(LONG)
          .until(() -> names(drop.inbox()).equals(List.of(".accepted", ".rejected")));
      assertThat(log.with("the folder " + link + " is back")).hasSize(1);
      assertThat(elsewhere).isEmptyDirectory();
      assertThat(LedgerRows.jobs(app)).isEqualTo(1);
    }
  }

  @Test
  void filesStayWhileAFolderOfTheInboxIsAnotherUsers() throws Exception {
    assumeTrue("root".equals(System.getProperty("user.name")), "only root can give a folder away");
    Path rejected = Files.createDirectory(drop.inbox().resolve(".rejected"));
    Files.setOwner(
        rejected,
        rejected.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName("nobody"));
    try (LogCapture log = LogCapture.open()) {
      drop.file("bad.json", "{}");
      app.start();

      await().atMost(LONG).until(() -> log.with(rejected + " belongs to nobody").size() == 1);
      assertThat(rejected).isEmptyDirectory();
      assertThat(drop.inbox().resolve("bad.json")).exists();
    }
  }

  @Test
  void anInboxThatIsAnotherUsersIsServed() throws Exception {
    assumeTrue("root".equals(System.getProperty("user.name")), "only root can give a folder away");
    Files.setOwner(
        drop.inbox(),
        folder.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName("nobody"));
    app.start();
    drop.file("good.json", InboxFixture.request("good"));

    await().atMost(LONG).until(() -> Files.exists(drop.accepted("good.json")));
  }

  @Test
  void aHardLinkToWhatWasAcceptedIsTakenToo() throws Exception {
    app.start();
    drop.file("koala.json", InboxFixture.request("koala"));
    await().atMost(LONG).until(() -> Files.exists(drop.accepted("koala.json")));

    Path again = Files.createLink(drop.inbox().resolve("koala.json"), drop.accepted("koala.json"));

    await().atMost(LONG).until(() -> Files.notExists(again));
    assertThat(drop.accepted("koala.json")).hasContent(InboxFixture.request("koala"));
    assertThat(LedgerRows.jobs(app)).isEqualTo(1);
  }

  @Test
  void theFoldersOfTheInboxAndTheReasonsAreOursAlone() throws Exception {
    app.start();
    drop.file("good.json", InboxFixture.request("good"));
    drop.file("bad.json", "{}");

    await().atMost(LONG).until(() -> names(drop.inbox()).equals(List.of(".accepted", ".rejected")));
    assertThat(mode(drop.inbox().resolve(".accepted"))).isEqualTo("rwx------");
    assertThat(mode(drop.inbox().resolve(".rejected"))).isEqualTo("rwx------");
    assertThat(mode(drop.rejected("bad.reason.json"))).isEqualTo("rw-------");
  }

  private static String mode(Path file) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
  }
}
