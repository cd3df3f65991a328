package io.leonardoroutes.video;

import static io.leonardoroutes.video.SampleVideo.sha256;
import static io.leonardoroutes.video.SampleVideo.stream;
import static io.leonardoroutes.video.SampleVideo.video;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.leonardoroutes.fixture.TickingClock;
import io.leonardoroutes.video.DownloadFailed.NoRoom;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VideoFolderTest {
  private static final int MAX = 300_000;

  @TempDir Path data;

  private final TickingClock clock = new TickingClock();
  private Path folder;
  private VideoFolder videos;

  @BeforeEach
  void open() throws IOException {
    folder = data.resolve("videos");
    videos = new VideoFolder(folder, limits(), clock);
  }

  @Test
  void aVideoIsKeptWholeUnderItsJobsName() throws Exception {
    byte[] video = video(200_000);

    StoredVideo kept = videos.keep("job-1", "video/mp4", video.length, stream(video));

    assertThat(kept)
        .isEqualTo(new StoredVideo(folder.resolve("job-1.mp4"), video.length, sha256(video)));
    assertThat(kept.path()).hasBinaryContent(video);
    assertThat(names()).containsExactly("job-1.mp4");
  }

  @Test
  void aDiskThatDoesNotTakeTheVideoIsNoRoom() throws Exception {
    Files.delete(folder);

    assertThatThrownBy(() -> videos.keep("job-1", null, -1, stream(video(100))))
        .isInstanceOf(NoRoom.class)
        .hasMessageStartingWith(
            "the video could not be written to "
                + folder
                + ": java.nio.file.NoSuchFileException: ");
  }

  @Test
  void aNameThatIsTakenByAFolderLeavesNoHalfVideo() throws Exception {
    Files.createDirectories(folder.resolve("job-1.mp4/in-the-way"));

    assertThatThrownBy(() -> videos.keep("job-1", null, -1, stream(video(100))))
        .isInstanceOf(NoRoom.class);
    assertThat(names()).containsExactly("job-1.mp4");
  }

  @Test
  void aSecondDownloadOfTheSameJobReplacesTheFirst() throws Exception {
    videos.keep("job-1", null, -1, stream(video(100)));
    videos.keep("job-1", null, -1, stream(video(200)));

    assertThat(folder.resolve("job-1.mp4")).hasBinaryContent(video(200));
    assertThat(names()).containsExactly("job-1.mp4");
  }

  @Test
  void whatAnInterruptedDownloadLeftIsDeletedButNotWhatAnotherInstanceIsWriting() throws Exception {
    videos.keep("job-1", null, -1, stream(video(100)));
    Path left = Files.write(folder.resolve("job-2." + UUID.randomUUID() + ".part"), video(50));
    Path written = Files.write(folder.resolve("job-3." + UUID.randomUUID() + ".part"), video(50));
    Path foreign = Files.write(folder.resolve("job-4.0.part"), video(50));
    modified(left, 61);
    modified(foreign, 61);
    modified(written, 59);

    new VideoFolder(folder, limits(), clock);
    assertThat(folder).isDirectoryNotContaining(left::equals);
    assertThat(written).exists();
    assertThat(foreign).exists();

    modified(written, 61);
    assertThat(sweep(Duration.ofDays(7), "none")).isZero();
    assertThat(names()).containsExactly("job-1.mp4", "job-4.0.part");
  }

  private static void modified(Path file, int minutesAgo) throws IOException {
    Files.setLastModifiedTime(
        file, FileTime.from(Instant.now().minus(Duration.ofMinutes(minutesAgo))));
  }

  @Test
  void aFolderThatIsALinkIsNotWrittenIn() throws Exception {
    Path link = Files.createSymbolicLink(data.resolve("link"), folder);
    VideoFolder linked = new VideoFolder(link, limits(), clock);

    assertThatThrownBy(() -> linked.keep("job-1", null, -1, stream(video(100))))
        .isInstanceOf(NoRoom.class)
        .hasMessageContaining(link + " is a link, and is not written in");
    assertThat(names()).isEmpty();
  }

  @Test
  void videosAreDeletedWhenTheirTimeIsOver() throws Exception {
    videos.keep("old", null, -1, stream(video(100)));
    clock.tick(Duration.ofDays(7));
    videos.keep("new", null, -1, stream(video(100)));
    Files.write(folder.resolve("notes.txt"), List.of("not ours"));

    assertThat(sweep(Duration.ofDays(7), "none")).isZero();
    assertThat(sweep(Duration.ofDays(6), "none")).isEqualTo(1);
    assertThat(names()).containsExactly("new.mp4", "notes.txt");
  }

  @Test
  void aVideoThatIsWantedStaysAndItsTimeBeginsAnew() throws Exception {
    videos.keep("wanted", null, -1, stream(video(100)));
    clock.tick(Duration.ofDays(8));

    assertThat(sweep(Duration.ofDays(7), "wanted")).isZero();
    clock.tick(Duration.ofDays(6));
    assertThat(sweep(Duration.ofDays(7), "none")).isZero();
    clock.tick(Duration.ofDays(2));
    assertThat(sweep(Duration.ofDays(7), "none")).isEqualTo(1);
  }

  private int sweep(Duration keep, String wanted) throws IOException {
    return videos.sweep(clock.instant().minus(keep), wanted::equals);
  }

  private List<String> names() {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    } catch (IOException failure) {
      throw new AssertionError(failure);
    }
  }

  private static VideoLimits limits() {
    return new VideoLimits(List.of("cdn.leonardo.ai"), MAX, Duration.ofMinutes(10));
  }
}
