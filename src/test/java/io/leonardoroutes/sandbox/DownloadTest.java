package io.leonardoroutes.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DownloadTest {

  @RegisterExtension
  static final SandboxExtension SANDBOX =
      new SandboxExtension(SandboxOptions.defaults().withJobDuration(Duration.ZERO));

  private Sandbox sandbox;
  private Client client;
  private String video;
  private String poster;

  @BeforeEach
  void aFinishedVideo() throws Exception {
    sandbox = SANDBOX.sandbox();
    client = new Client(sandbox);
    var image = client.look(client.created("a koala")).at("/generated_images/0");
    video = image.get("motionMP4URL").asText();
    poster = image.get("url").asText();
  }

  @Test
  void theVideoIsAnMp4ThatAPlayerCanStartBeforeItIsWhole() throws Exception {
    var answer = client.fetch(video);

    assertThat(header(answer, "content-type")).isEqualTo("video/mp4");
    assertThat(boxes(answer.body())).startsWith("ftyp", "moov").contains("mdat");
    assertThat(new String(answer.body(), StandardCharsets.ISO_8859_1)).contains("avc1");
    assertThat(answer.body().length).isBetween(10_000, 60_000);
  }

  @Test
  void thePosterIsAPictureOfTheVideosSize() throws Exception {
    var answer = client.fetch(poster);

    assertThat(header(answer, "content-type")).isEqualTo("image/jpeg");
    var picture = ImageIO.read(new ByteArrayInputStream(answer.body()));
    assertThat(picture.getWidth()).isEqualTo(640);
    assertThat(picture.getHeight()).isEqualTo(360);
  }

  @Test
  void aFileSaysItsLengthAndThatItCanBeHadInParts() throws Exception {
    var head =
        HttpRequest.newBuilder(URI.create(video)).method("HEAD", BodyPublishers.noBody()).build();
    var length = Integer.toString(client.fetch(video).body().length);

    var answer = client.http().send(head, BodyHandlers.ofByteArray());

    assertThat(header(answer, "content-length")).isEqualTo(length);
    assertThat(header(answer, "accept-ranges")).isEqualTo("bytes");
    assertThat(answer.body()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"bytes=0-3, 0, 4", "bytes=10-, 10, -1", "bytes=-7, -7, -1", "bytes=5-9999999, 5, -1"})
  void aPartIsThatPart(String range, int from, int to) throws Exception {
    var whole = client.fetch(video).body();
    int first = from < 0 ? whole.length + from : from;
    int end = to < 0 ? whole.length : to;

    var answer = client.fetch(video, "range", range);

    assertThat(answer.statusCode()).isEqualTo(206);
    assertThat(answer.body()).isEqualTo(Arrays.copyOfRange(whole, first, end));
    assertThat(header(answer, "content-range"))
        .isEqualTo("bytes " + first + "-" + (end - 1) + "/" + whole.length);
  }

  @ParameterizedTest
  @CsvSource({"bytes=99999999-, 416", "bytes=-0, 416", "bytes=9-3, 200", "bytes=-, 200"})
  @CsvSource({"'bytes=0-1,4-5', 200", "lines=1-2, 200", "bytes=1-99999999999, 200"})
  void aPartThatIsNotThereOrMakesNoSenseIsNone(String range, int status) throws Exception {
    assertThat(client.fetch(video, "range", range).statusCode()).isEqualTo(status);
  }

  @Test
  void aKeyThatIsSentToTheDownloadHostIsCounted() throws Exception {
    client.fetch(video);
    assertThat(sandbox.leakedAuthorizations()).isZero();

    client.fetch(video, "authorization", "Bearer secret");
    client.fetch(poster, "authorization", "Bearer secret");

    assertThat(sandbox.leakedAuthorizations()).isEqualTo(2);
    assertThat(sandbox.count(Door.DOWNLOAD)).isEqualTo(2);
    assertThat(sandbox.count(Door.POSTER)).isEqualTo(1);
  }

  @Test
  void aDownloadCanBeAPageWithStatus200() throws Exception {
    sandbox.next(Door.DOWNLOAD, Fault.HTML);

    var answer = client.fetch(video);

    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(header(answer, "content-type")).isEqualTo("text/html; charset=utf-8");
    assertThat(new String(answer.body(), StandardCharsets.UTF_8))
        .isEqualTo(
            "<!doctype html><html><head><title>Please stand by</title></head>"
                + "<body>Please stand by</body></html>");
  }

  @Test
  void aDownloadCanSayItIsAVideoAndBeNone() throws Exception {
    sandbox.next(Door.DOWNLOAD, Fault.UNREADABLE);

    var answer = client.fetch(video);

    assertThat(header(answer, "content-type")).isEqualTo("video/mp4");
    assertThat(new String(answer.body(), StandardCharsets.UTF_8)).startsWith("{\"generate\"");
  }

  @Test
  void aDownloadThatIsCutOffBringsHalfOfIt() throws Exception {
    int whole = client.fetch(video).body().length;
    sandbox.next(Door.DOWNLOAD, Fault.CUT_OFF);

    var answer = client.http().send(client.fetching(video), BodyHandlers.ofInputStream());

    assertThat(header(answer, "content-length")).isEqualTo(Integer.toString(whole));
    try (var body = answer.body()) {
      assertThat(body.readNBytes(whole / 2)).hasSize(whole / 2);
      assertThatThrownBy(body::read).isInstanceOf(IOException.class);
    }
  }

  @Test
  void anEndlessDownloadStartsAsTheVideoAndGoesOn() throws Exception {
    int whole = client.fetch(video).body().length;
    sandbox.next(Door.DOWNLOAD, Fault.ENDLESS);

    var answer = client.http().send(client.fetching(video), BodyHandlers.ofInputStream());

    assertThat(answer.headers().firstValue("content-length")).isEmpty();
    try (var body = answer.body()) {
      assertThat(boxes(body.readNBytes(whole))).startsWith("ftyp", "moov");
      assertThat(body.readNBytes(5_000_000)).hasSize(5_000_000);
    }
    assertThat(client.fetch(video).body()).hasSize(whole);
  }

  /** The names of the file's outermost boxes, each with four bytes of length before it. */
  private static List<String> boxes(byte[] file) {
    var names = new ArrayList<String>();
    var bytes = ByteBuffer.wrap(file);
    while (bytes.remaining() >= 8) {
      int start = bytes.position();
      int length = bytes.getInt();
      var name = new byte[4];
      bytes.get(name);
      names.add(new String(name, StandardCharsets.US_ASCII));
      bytes.position(start + length);
    }
    assertThat(bytes.remaining()).isZero();
    return names;
  }

  private static String header(HttpResponse<?> answer, String name) {
    return answer.headers().firstValue(name).orElseThrow();
  }
}
