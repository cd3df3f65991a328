package io.leonardoroutes.video;

import static io.leonardoroutes.video.SampleVideo.stream;
import static io.leonardoroutes.video.SampleVideo.video;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.leonardoroutes.fixture.TickingClock;
import io.leonardoroutes.video.DownloadFailed.NotAllowed;
import io.leonardoroutes.video.DownloadFailed.WorthAnotherTry;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is taken for a video, and what is not. */
class DownloadTest {
  private static final int MAX = 300_000;

  @TempDir Path folder;

  private final TickingClock clock = new TickingClock();
  private VideoFolder videos;

  @BeforeEach
  void open() throws IOException {
    videos =
        new VideoFolder(folder, new VideoLimits(List.of(), MAX, Duration.ofMinutes(10)), clock);
  }

  @ParameterizedTest
  @NullSource
  @ValueSource(
      strings = {
        "video/mp4",
        "VIDEO/MP4; codecs=x",
        "video/quicktime",
        "application/octet-stream",
        "binary/octet-stream",
        " "
      })
  void theTypeMayBeAVideosOrNone(String type) throws Exception {
    assertThat(videos.keep("job-1", type, -1, stream(video(100))).bytes()).isEqualTo(100);
  }

  @ParameterizedTest
  @CsvSource({
    "text/html; charset=utf-8, text/html",
    "application/json, application/json",
    "videos, videos"
  })
  void anotherTypeIsNotAVideoButTheNextAnswerMayBeOne(String type, String told) {
    assertFails(
        WorthAnotherTry.class,
        "not a video: the answer's Content-Type is '" + told + "'",
        type,
        -1,
        stream(video(100)));
  }

  @Test
  void anErrorPageWithStatus200IsNotAVideoButTheNextAnswerMayBeOne() {
    byte[] page = "<!DOCTYPE html>\n<html>".getBytes(StandardCharsets.US_ASCII);

    assertFails(
        WorthAnotherTry.class,
        "not a video: the answer begins with '<!DOCTYPE ht'",
        "video/mp4",
        page.length,
        stream(page));
  }

  @Test
  void anAnswerWithoutContentIsNotAVideoButTheNextAnswerMayBeOne() {
    assertFails(
        WorthAnotherTry.class,
        "not a video: the answer begins with ''",
        "video/mp4",
        0,
        stream(new byte[0]));
  }

  @Test
  void aVideoThatSaysItIsTooLargeIsNotRead() {
    assertFails(
        NotAllowed.class,
        "too large: the video has more than the 300000 bytes of leonardo.download.max-bytes",
        "video/mp4",
        MAX + 1,
        broken("it was read"));
  }

  @Test
  void aVideoThatTurnsOutTooLargeIsNotKept() {
    assertFails(
        NotAllowed.class,
        "too large: the video has more than the 300000 bytes of leonardo.download.max-bytes",
        "video/mp4",
        -1,
        stream(video(MAX + 1)));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 5, 100, 200_000})
  void aVideoThatIsCutOffIsWorthAnotherTry(int at) {
    assertFails(
        WorthAnotherTry.class,
        "the video was cut off after " + at + " bytes: java.io.IOException: Connection reset",
        "video/mp4",
        250_000,
        new SequenceInputStream(stream(video(at)), broken("Connection reset")));
  }

  @ParameterizedTest
  @CsvSource({
    "100, 101, the video was cut off after 100 bytes of 101",
    "100, 99,  the video was cut off after 100 bytes of 99",
    "5,   101, the video was cut off after 5 bytes",
    "5,   -1,  the video was cut off after 5 bytes"
  })
  void aVideoOfAnotherLengthThanAnnouncedIsWorthAnotherTry(int sent, int announced, String told) {
    assertFails(WorthAnotherTry.class, told, null, announced, stream(video(sent)));
  }

  @Test
  void aPeerThatDripsIsLeftInTheEnd() {
    InputStream dripping =
        new InputStream() {
          private final InputStream video = stream(video(100_000));

          @Override
          public int read() {
            throw new UnsupportedOperationException();
          }

          @Override
          public int read(byte[] into, int at, int length) throws IOException {
            clock.tick(Duration.ofSeconds(1));
            return video.read(into, at, 1);
          }
        };

    assertFails(
        WorthAnotherTry.class,
        "the video was not complete after PT10M, at 600 bytes",
        "video/mp4",
        100_000,
        dripping);
  }

  private void assertFails(
      Class<? extends DownloadFailed> how,
      String told,
      String type,
      long length,
      InputStream body) {
    assertThatThrownBy(() -> videos.keep("job-1", type, length, body))
        .isInstanceOf(how)
        .hasMessage(told);
    assertThat(folder).isEmptyDirectory();
  }

  private static InputStream broken(String how) {
    return new InputStream() {
      @Override
      public int read() throws IOException {
        throw new IOException(how);
      }
    };
  }
}
