package io.leonardoroutes.provider;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.leonardoroutes.fixture.FlowFixture;
import io.leonardoroutes.fixture.ScriptedProvider;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPOutputStream;
import mockwebserver3.MockResponse;
import okio.Buffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Answers that come compressed although nobody asked for it. */
class CompressedAnswersTest {
  /** 500 MiB, packed before anybody waits for it: that takes seconds. */
  private static final MockResponse BOMB = bomb();

  @TempDir Path folder;

  private static MockResponse bomb() {
    try {
      return compressed(new byte[1024 * 1024], 500)
          .newBuilder()
          .throttleBody(8 * 1024, 1, TimeUnit.SECONDS)
          .build();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static MockResponse compressed(byte[] body, int times) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
      for (int i = 0; i < times; i++) {
        gzip.write(body);
      }
    }
    return new MockResponse.Builder()
        .setHeader("Content-Type", "application/json")
        .setHeader("Content-Encoding", "gzip")
        .body(new Buffer().write(bytes.toByteArray()))
        .build();
  }

  @Test
  void aPaidAnswerIsReadAndABombIsLeftBeforeItEnds() throws Exception {
    String good = "{\"generationId\":\"gen-1\"}";
    try (ScriptedProvider provider =
            ScriptedProvider.start()
                .onCreate(
                    create -> compressed(good.getBytes(StandardCharsets.UTF_8), 1), create -> BOMB)
                .onLook(look -> BOMB, look -> BOMB);
        FlowFixture story = FlowFixture.in(folder, provider).start()) {
      assertThat(story.submitted(story.accept(FlowFixture.REQUEST)).get("generationId").asText())
          .isEqualTo("gen-1");
      JsonNode doubt = story.submitted(story.accept(FlowFixture.REQUEST));

      assertThat(doubt.get("state").asText()).isEqualTo("IN_DOUBT");
      assertThat(doubt.at("/problem/detail").asText())
          .isEqualTo("the answer was cut off: the answer is longer than 1 MiB");
    }
  }

  @Test
  void aCompressedVideoIsNoneAndIsLeftToo() throws Exception {
    try (ScriptedProvider provider =
            ScriptedProvider.start()
                .onDownload(
                    download -> BOMB.newBuilder().setHeader("Content-Type", "video/mp4").build());
        FlowFixture story =
            FlowFixture.in(folder, provider).with("leonardo.download.tries", "1").start()) {
      JsonNode job = story.told(story.accept(FlowFixture.REQUEST), "completed").get("data");

      assertThat(job.at("/problem/detail").asText())
          .startsWith("not a video: the answer begins with ");
    }
  }
}
