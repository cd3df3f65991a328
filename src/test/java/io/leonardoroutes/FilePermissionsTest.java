package io.leonardoroutes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.leonardoroutes.auth.ApiKeys;
import io.leonardoroutes.auth.Caller;
import io.leonardoroutes.fixture.App;
import io.leonardoroutes.fixture.InboxFixture;
import io.leonardoroutes.fixture.LogCapture;
import io.leonardoroutes.fixture.Patience;
import io.leonardoroutes.fixture.ScriptedProvider;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Who else on this machine may read what we write, and what we are told in files. */
class FilePermissionsTest {
  private static final Duration LONG = Patience.LONG;

  @TempDir Path folder;
  private ScriptedProvider provider;
  private App app;

  @BeforeEach
  void open() throws Exception {
    provider = ScriptedProvider.start();
    app = app();
    permit(folder, "rwxr-xr-x");
  }

  private App app() {
    // Given, it is made by the program, not copied.
    String ledger = "jdbc:sqlite:" + folder.resolve("data").resolve("ledger.db");
    return App.in(folder).at(provider).with("leonardo.ledger.url", ledger);
  }

  @AfterEach
  void close() {
    app.close();
    provider.close();
  }

  private static void permit(Path file, String permissions) throws IOException {
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(permissions));
  }

  private static String mode(Path file) {
    try {
      return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private void finishOne() throws Exception {
    InboxFixture drop = InboxFixture.into(app.inbox());
    drop.file("bad.json", "{}");
    drop.file("koala.json", InboxFixture.request("koala"));
    await().atMost(LONG).until(() -> count(app.outbox()) == 3);
    await().atMost(LONG).until(() -> Files.exists(drop.rejected("bad.json")));
  }

  private static int count(Path in) {
    String[] names = in.toFile().list();
    return names == null ? 0 : names.length;
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void allThatTheProgramCreatesIsItsUsersAlone(boolean theDataFolderIsThere) throws Exception {
    if (theDataFolderIsThere) {
      permit(Files.createDirectories(app.data()), "rwxr-xr-x");
    }
    app.with("leonardo.file.enabled", "true")
        .with("leonardo.jms.enabled", "true")
        .with("leonardo.jms.port", String.valueOf(App.freePort()))
        .start();
    finishOne();

    List<String> open;
    try (Stream<Path> all = Files.walk(app.data())) {
      open =
          all.filter(path -> !path.equals(app.data()) || !theDataFolderIsThere)
              .filter(path -> !path.startsWith(app.data().resolve("broker/journal")))
              .filter(path -> !path.startsWith(app.data().resolve("broker/bindings")))
              .filter(path -> !path.startsWith(app.data().resolve("broker/large")))
              .filter(path -> !path.startsWith(app.data().resolve("broker/paging")))
              .filter(path -> !path.toString().matches(".*/(koala|bad)\\.json")) // the writer's
              .filter(path -> !mode(path).endsWith("------"))
              .map(path -> mode(path) + " " + path)
              .toList();
    }
    assertThat(open).isEmpty();
    assertThat(app.data().resolve("ledger.db-wal")).exists();
    assertThat(app.data().resolve("ledger.db.lock")).exists();
    assertThat(mode(app.data().resolve("broker"))).isEqualTo("rwx------");
    assertThat(app.data().resolve("videos")).isNotEmptyDirectory();
  }

  @Test
  void theInboxLetsThoseDropWhomTheSettingSays() throws Exception {
    app.with("leonardo.file.enabled", "true").with("leonardo.file.permissions", "660").start();

    assertThat(mode(app.inbox())).isEqualTo("rwxrwx---");
    assertThat(mode(app.data())).isEqualTo("rwx------");
  }

  @Test
  void theLedgerOfAnEarlierProgramIsClosedToOthersAndNotToItsGroup() throws Exception {
    app.start();
    app.close();
    Path ledger = app.data().resolve("ledger.db");
    permit(ledger, "rw-r--r--");
    permit(app.data().resolve("ledger.db.lock"), "rw-rw-rw-");
    app = app().start();

    assertThat(mode(ledger)).isEqualTo("rw-r-----");
    assertThat(mode(app.data().resolve("ledger.db.lock"))).isEqualTo("rw-rw----");
  }

  @ParameterizedTest
  @CsvSource({
    "rw-r--r--, read",
    "r--r--r--, read",
    "rw-rw-rw-, change",
    "rw--w--w-, change",
    "rw-r-----,",
    "rw-------,"
  })
  void aSecretThatEveryUserCanReadIsSaidAtTheStart(String permissions, String what)
      throws Exception {
    Path key = Files.writeString(folder.resolve("key"), "test-key");
    Path keys = folder.resolve("rest.keys");
    Files.writeString(keys, ApiKeys.make(new Caller("erp", false)).line() + "\n");
    permit(key, permissions);
    permit(keys, permissions);
    try (LogCapture log = LogCapture.open()) {
      app.with("leonardo.api-key", "file:" + key)
          .with("leonardo.rest.enabled", "true")
          .with("leonardo.rest.auth", "api-key")
          .with("leonardo.rest.keys", keys.toString())
          .start();

      String line = "WARN %s: every user of this machine can %s %s (%s): chmod 600, or mount it so";
      if (what == null) {
        assertThat(log.warnings()).isEmpty();
      } else {
        assertThat(log.warnings())
            .containsExactlyInAnyOrder(
                line.formatted("leonardo.api-key", what, key, permissions),
                line.formatted("leonardo.rest.keys", what, keys, permissions));
      }
    }
  }

  @Test
  void aSecretInAFolderThatNobodyElseCanEnterIsNotSaid() throws Exception {
    Path hidden = Files.createDirectory(folder.resolve("hidden"));
    Path key = Files.writeString(hidden.resolve("key"), "test-key");
    permit(key, "rw-r--r--");
    permit(hidden, "rwxr-x---");
    try (LogCapture log = LogCapture.open()) {
      app.with("leonardo.api-key", "file:" + key).start();
      assertThat(log.warnings()).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "leonardo.ledger.url=jdbc:postgresql://db/x?user=u&password=canary",
        "leonardo.ledger.url=jdbc:postgresql://db/x?ssl=true&sslpassword=canary",
        "leonardo.ledger.url=jdbc:postgresql://u:canary@db:5432/x",
        "leonardo.ledger.url=jdbc:postgresql://u:can/a?ry#@db/x?user={{elsewhere}}",
        "leonardo.jms.url=tcp://broker:61616?user=u&password=canary",
        "leonardo.http.proxy=http://u:canary@proxy:3128",
        "leonardo.sinks.erp.uri=ftp://u:canary@host/folder",
        "leonardo.sinks.erp.uri=ftp://u@host/folder?binary=true&password=canary",
        "leonardo.sinks.erp.uri=aws2-s3:bucket?accessKey={{elsewhere}}&secretKey=RAW(canary)",
        "leonardo.sinks.erp.uri=https://host/hook?api-version=1&sig=canary",
        "leonardo.sinks.erp.uri=kafka:t?saslJaasConfig=canary",
      })
  void anAddressWithAPasswordInAFileThatEveryUserCanReadIsSaidAtTheStart(String line)
      throws Exception {
    assertThat(warningsWith(line))
        .containsExactly(
            "WARN %s: every user of this machine can read %s (rw-r--r--): chmod 600, or mount it so"
                .formatted(line.replaceFirst("=.*", ""), folder.resolve("application.properties")));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "leonardo.ledger.url=jdbc:postgresql://db:5432,other:5432/x?user=u&ssl=true",
        "leonardo.ledger.url=jdbc:postgresql://db/x?user=u&password={{elsewhere}}",
        "leonardo.http.proxy=http://proxy:3128",
        "leonardo.http.proxy=http://u:{{elsewhere}}@proxy:3128",
        "leonardo.sinks.erp.uri=ftp://u@host:21/folder?password=RAW({{elsewhere}})",
        "leonardo.sinks.erp.uri=ftp://u:{{elsewhere}}@host/folder?passiveMode=true",
        "leonardo.sinks.erp.uri=file:out?fileExist=Ignore&tempPrefix=.part-",
        "leonardo.sinks.erp.uri=kafka:t?brokers=a:9092,b:9092&key=x",
        "leonardo.sinks.erp.uri=smtp://host:25?to=a@b.example&from=c@d.example",
      })
  void anAddressWithoutAPasswordIsNoSecret(String line) throws Exception {
    assertThat(warningsWith(line)).isEmpty();
  }

  /** Another file goes first, so that nobody is connected. */
  private List<String> warningsWith(String line) throws Exception {
    String key = line.replaceFirst("=.*", "");
    Path file = folder.resolve("application.properties");
    Files.writeString(file, line + "\nelsewhere=x\n");
    permit(file, "rw-r--r--");
    String harmless =
        key.contains("sinks")
            ? "file:" + folder.resolve("erp")
            : key.contains("ledger") ? "jdbc:sqlite:" + folder.resolve("l.db") : "";
    Path other = Files.writeString(folder.resolve("local.properties"), key + "=" + harmless);
    app.main().setPropertyPlaceholderLocations("file:" + other + ",file:" + file);
    try (LogCapture log = LogCapture.open()) {
      app.start();
      return log.warnings();
    }
  }

  @Test
  void aConfigurationFileWithASecretThatEveryUserCanReadIsSaidAtTheStart() throws Exception {
    Path file = folder.resolve("application.properties");
    Files.writeString(
        file,
        "leonardo.api-key={{elsewhere}}\n"
            + "elsewhere=test-key\n"
            + "leonardo.accounts.studio.api-key=canary\n"
            + "leonardo.webhook.key=\n");
    permit(file, "rw-r--r--");
    app.main().setPropertyPlaceholderLocations("file:" + file);
    try (LogCapture log = LogCapture.open()) {
      app.start();

      assertThat(log.warnings())
          .containsExactly(
              "WARN leonardo.accounts.studio.api-key: every user of this machine can read %s (rw-r--r--): chmod 600, or mount it so"
                  .formatted(file));
    }
  }
}
