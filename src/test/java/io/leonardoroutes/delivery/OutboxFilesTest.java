package io.leonardoroutes.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.leonardoroutes.fixture.FlowFixture;
import io.leonardoroutes.fixture.LedgerRows;
import io.leonardoroutes.fixture.LogCapture;
import io.leonardoroutes.fixture.Patience;
import io.leonardoroutes.fixture.ScriptedProvider;
import io.leonardoroutes.fixture.TickingClock;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What stands in the outbox already, and who may read what comes there. */
class OutboxFilesTest {
  private static final Duration LONG = Patience.LONG;

  @TempDir Path folder;
  private final TickingClock clock = new TickingClock(Instant.now());
  private ScriptedProvider provider;
  private FlowFixture story;
  private String managed;
  private LogCapture log;

  @BeforeEach
  void open() throws IOException {
    provider = ScriptedProvider.start();
    story = story();
    log = LogCapture.open();
  }

  private FlowFixture story() {
    FlowFixture made = FlowFixture.in(folder, provider).bind("clock", clock);
    managed = made.app().managed();
    return made;
  }

  @AfterEach
  void close() {
    log.close();
    story.close();
    provider.close();
  }

  /** What somebody else puts where a file of ours belongs. */
  enum Obstacle {
    FOLDER {
      @Override
      void at(Path path, Path elsewhere) throws IOException {
        Files.createDirectory(path);
      }
    },
    FILE {
      @Override
      void at(Path path, Path elsewhere) throws IOException {
        Files.writeString(path, "mine");
      }
    },
    EMPTY_FILE {
      @Override
      void at(Path path, Path elsewhere) throws IOException {
        Files.createFile(path);
      }
    },
    LINK {
      @Override
      void at(Path path, Path elsewhere) throws IOException {
        Files.createSymbolicLink(path, Files.writeString(elsewhere, "mine"));
      }
    },
    DANGLING_LINK {
      @Override
      void at(Path path, Path elsewhere) throws IOException {
        Files.createSymbolicLink(path, elsewhere);
      }
    };

    abstract void at(Path path, Path elsewhere) throws IOException;
  }

  private Path outbox(String id, String ending) {
    return story.app().outbox().resolve("kling-3.0-turbo-" + id.substring(0, 8) + ending);
  }

  private String health() throws Exception {
    return HttpClient.newHttpClient()
        .send(
            HttpRequest.newBuilder(URI.create(managed + "/health/ready")).build(),
            BodyHandlers.ofString())
        .body();
  }

  /** Lets tries come that would come in days. */
  private void untilExists(Path file) {
    await()
        .atMost(LONG)
        .until(
            () -> {
              clock.tick(Duration.ofSeconds(10));
              return Files.exists(file);
            });
  }

  private List<String> names() throws IOException {
    try (Stream<Path> files = Files.list(story.app().outbox())) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  @ParameterizedTest
  @EnumSource(Obstacle.class)
  void whatStandsAtItsNameIsNoDeliveryAndIsSaidOnce(Obstacle obstacle) throws Exception {
    story.with("leonardo.track.first", "1h").start();
    String id = story.accept(FlowFixture.REQUEST);
    await().atMost(LONG).until(() -> Files.exists(outbox(id, ".submitted.json")));
    Path video = outbox(id, ".mp4");
    obstacle.at(video, folder.resolve("elsewhere"));

    clock.tick(Duration.ofHours(2));
    story.until(id, "COMPLETE");
    await().atMost(LONG).until(() -> !log.with("until its name is free").isEmpty());
    await()
        .atMost(LONG)
        .until(
            () -> {
              clock.tick(Duration.ofSeconds(10));
              return tries() > 3;
            });

    assertThat(log.warnings())
        .singleElement()
        .asString()
        .startsWith(
            "WARN kling-3.0-turbo-%s video is not delivered, and tried again until its name is free in sink outbox: %s: "
                .formatted(id.substring(0, 8), video))
        .endsWith(" has this name: move it away");
    await()
        .atMost(LONG)
        .untilAsserted(
            () -> assertThat(health()).contains("\"DEGRADED\"", "a free name in sink outbox"));
    assertThat(log.with("video delivered to outbox")).isEmpty();
    assertThat(outbox(id, ".completed.json")).doesNotExist();
    if (obstacle == Obstacle.DANGLING_LINK) {
      assertThat(folder.resolve("elsewhere")).doesNotExist();
    } else if (obstacle == Obstacle.LINK) {
      assertThat(folder.resolve("elsewhere")).hasContent("mine");
    }

    Files.delete(video);
    untilExists(outbox(id, ".completed.json"));
    assertThat(video).hasBinaryContent(ScriptedProvider.videoBytes());
    assertThat(log.with("a free name in sink outbox is back")).hasSize(1);
    await().atMost(LONG).untilAsserted(() -> assertThat(health()).contains("\"UP\""));
    assertThat(names()).hasSize(3);
  }

  private int tries() throws Exception {
    return ((Number)
            LedgerRows.of(story.app(), "SELECT max(tries) AS tries FROM delivery")
                .get(0)
                .get("tries"))
        .intValue();
  }

  @Test
  void whatWasWrittenBeforeACrashIsKnownAsOursAndIsNotWrittenAgain() throws Exception {
    story.start();
    String id = story.accept(FlowFixture.REQUEST);
    Path event = outbox(id, ".completed.json");
    untilExists(event);
    await().atMost(LONG).until(() -> log.with("completed delivered to outbox").size() == 1);
    Object key = Files.getAttribute(event, "unix:ino");
    story.close();
    // as if it had died between its two effects
    LedgerRows.change(story.app(), "UPDATE delivery SET state = 'PENDING' WHERE sink = 'outbox'");
    story = story().start();

    await().atMost(LONG).until(() -> log.with("completed delivered to outbox").size() == 2);
    assertThat(Files.getAttribute(event, "unix:ino")).isEqualTo(key);
    assertThat(names()).hasSize(3);
    assertThat(log.warnings()).isEmpty();
  }

  @Test
  void aLinkAtATemporaryNameIsNotFollowed() throws Exception {
    story.with("leonardo.track.first", "1h").start();
    Path outbox = Files.createDirectories(story.app().outbox());
    String id = story.accept(FlowFixture.REQUEST);
    for (String ending : List.of(".completed.json", ".mp4")) {
      Path name = outbox(id, ending);
      Files.createSymbolicLink(
          outbox.resolve(".part-" + name.getFileName()), folder.resolve("target" + ending));
    }
    clock.tick(Duration.ofHours(2));

    untilExists(outbox(id, ".completed.json"));
    assertThat(folder.resolve("target.mp4")).doesNotExist();
    assertThat(folder.resolve("target.completed.json")).doesNotExist();
  }

  @Test
  void whatAProgramThatDiedLeftHalfWrittenIsDeletedAfterAnHour() throws Exception {
    Path outbox = Files.createDirectories(story.app().outbox());
    Path left = outbox.resolve(".part-00000000-0000-0000-0000-000000000000");
    Path foreign = Files.createFile(outbox.resolve(".part-koala.mp4"));
    Files.createFile(left);
    for (Path file : List.of(left, foreign)) {
      Files.setLastModifiedTime(file, FileTime.from(clock.instant().minus(Duration.ofMinutes(61))));
    }
    story.start();
    String id = story.accept(FlowFixture.REQUEST);

    await().atMost(LONG).until(() -> Files.exists(outbox(id, ".submitted.json")));
    assertThat(left).doesNotExist();
    assertThat(foreign).exists();
  }

  @Test
  void whatAProgramThatDiedLeftIsDeletedFromEachFolderWithoutAnyDelivery() throws Exception {
    Path archive = Files.createDirectory(folder.resolve("archive"));
    Path emptied = Files.createDirectory(folder.resolve("emptied"));
    Path outbox = Files.createDirectories(story.app().outbox());
    Path rejected = Files.createDirectories(story.app().inbox().resolve(".rejected"));
    Path elsewhere = Files.createDirectory(folder.resolve("elsewhere"));
    Path target = Files.createFile(elsewhere.resolve(part()));
    List<Path> left =
        List.of(
            Files.createFile(outbox.resolve(part())),
            Files.createFile(archive.resolve(part().replace(".part-", ".tmp-"))),
            Files.createFile(rejected.resolve(part())),
            Files.createFile(story.app().data().resolve(part())));
    List<Path> kept =
        List.of(
            target,
            Files.createSymbolicLink(outbox.resolve(part()), target),
            Files.createDirectory(archive.resolve(part())),
            Files.createFile(archive.resolve(part())),
            Files.createFile(emptied.resolve(UUID.randomUUID().toString())),
            Files.createFile(outbox.resolve(part() + ".mp4")),
            Files.createFile(outbox.resolve(".part-koala.json")));
    for (Path file : Stream.concat(left.stream(), kept.stream()).toList()) {
      Files.setLastModifiedTime(file, FileTime.from(Instant.now().minus(Duration.ofMinutes(61))));
    }
    Path written = Files.createFile(outbox.resolve(part()));
    clock.tick(Duration.ofHours(5)); // ours may differ from the clock of another instance or disk
    Files.createSymbolicLink(folder.resolve("linked"), elsewhere);
    story
        .with("leonardo.file.enabled", "true")
        .with("leonardo.sinks.archive.uri", "file:" + archive + "?tempPrefix=.tmp-")
        .with("leonardo.sinks.emptied.uri", "file:" + emptied + "?tempPrefix=")
        .with("leonardo.sinks.linked.uri", "file:" + folder.resolve("linked"))
        .start();

    await().atMost(LONG).until(() -> left.stream().noneMatch(Files::exists));
    assertThat(kept).allSatisfy(file -> assertThat(file).exists());
    assertThat(written).exists();
    assertThat(log.warnings()).isEmpty();
  }

  private static String part() {
    return ".part-" + UUID.randomUUID();
  }

  @Test
  void anOutboxThatIsALinkIsAwayUntilItIsAFolder() throws Exception {
    Path outbox = story.app().outbox();
    Files.createDirectories(outbox.getParent());
    Path elsewhere = Files.createDirectory(folder.resolve("elsewhere"));
    Files.createSymbolicLink(outbox, elsewhere);
    story.start();
    String id = story.accept(FlowFixture.REQUEST);

    await()
        .atMost(LONG)
        .until(
            () -> {
              clock.tick(Duration.ofSeconds(2));
              return log.with("sink outbox is away").size() == 1;
            });
    assertThat(log.with("sink outbox is away").get(0))
        .isEqualTo(
            "WARN sink outbox is away, retrying: "
                + outbox
                + " is a link, and is not written in: put the folder itself there");
    await().atMost(LONG).untilAsserted(() -> assertThat(health()).contains("sink outbox"));
    assertThat(elsewhere).isEmptyDirectory();

    Files.delete(outbox);
    untilExists(outbox(id, ".completed.json"));
    assertThat(elsewhere).isEmptyDirectory();
  }

  @Test
  void theOutboxIsOursAloneUnlessASettingSaysWhoElseMayRead() throws Exception {
    Path archive = folder.resolve("archive");
    Path erp = folder.resolve("erp");
    story
        .with("leonardo.file.permissions", "640")
        .with("leonardo.sinks.archive.uri", "file:" + archive)
        .with("leonardo.sinks.erp.uri", "file:" + erp + "?fileExist=Ignore&chmod=600")
        .start();
    String id = story.accept(FlowFixture.REQUEST);
    String event = outbox(id, ".submitted.json").getFileName().toString();
    for (Path in : List.of(story.app().outbox(), archive, erp)) {
      await().atMost(LONG).until(() -> Files.exists(in.resolve(event)));
    }

    assertThat(mode(story.app().outbox())).isEqualTo("rwxr-x---");
    assertThat(mode(story.app().outbox().resolve(event))).isEqualTo("rw-r-----");
    assertThat(mode(archive.resolve(event))).isEqualTo("rw-r-----");
    assertThat(mode(erp.resolve(event))).isEqualTo("rw-------");
  }

  private static String mode(Path file) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
  }

  @Test
  void aSinkThatAsksCamelToOverwriteIsOverwritten() throws Exception {
    Path plain = folder.resolve("plain");
    story
        .with("leonardo.track.first", "1h")
        .with(
            "leonardo.sinks.plain.uri", "file:" + plain + "?fileExist=Override&fileName=last.json")
        .start();
    story.accept(FlowFixture.REQUEST);
    Path last = plain.resolve("last.json");
    await().atMost(LONG).until(() -> log.with("submitted delivered to plain").size() == 1);
    String first = Files.readString(last);

    story.accept(FlowFixture.REQUEST);

    await().atMost(LONG).until(() -> log.with("submitted delivered to plain").size() == 2);
    assertThat(last).content().isNotEqualTo(first);
  }
}
