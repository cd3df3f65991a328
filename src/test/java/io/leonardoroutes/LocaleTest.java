package io.leonardoroutes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.leonardoroutes.fixture.FlowFixture;
import io.leonardoroutes.fixture.LogCapture;
import io.leonardoroutes.fixture.Patience;
import io.leonardoroutes.fixture.RestClient;
import io.leonardoroutes.fixture.ScriptedProvider;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A machine that writes numbers and letters in its owner's way. */
class LocaleTest {
  private static final Duration LONG = Patience.LONG;
  private static final Locale BEFORE = Locale.getDefault();

  @TempDir Path folder;

  @AfterEach
  void asBefore() {
    Locale.setDefault(BEFORE);
  }

  @ParameterizedTest
  @ValueSource(strings = {"fa-IR", "ar-EG", "th-TH-u-nu-thai-x-lvariant-TH", "tr-TR", "mr-IN"})
  void whatAMachineReadsIsTheSameEverywhere(String language) throws Exception {
    Locale.setDefault(Locale.forLanguageTag(language));
    try (LogCapture log = LogCapture.open();
        ScriptedProvider provider = ScriptedProvider.start();
        FlowFixture story =
            FlowFixture.in(folder, provider)
                .with("leonardo.rest.enabled", "true")
                .with("leonardo.reconcile.settle", "1ms")) {
      String managed = story.app().managed();
      story.start();
      RestClient rest = RestClient.of(story.app());
      String id = RestClient.json(rest.post(FlowFixture.REQUEST)).get("id").asText();
      story.until(id, "COMPLETE");
      story.told(id, "completed");

      HttpResponse<String> part =
          rest.client()
              .send(
                  HttpRequest.newBuilder(rest.base().resolve("/generations/" + id + "/video"))
                      .header("Range", "bytes=0-9")
                      .build(),
                  BodyHandlers.ofString());
      assertThat(part.headers().firstValue("Content-Range"))
          .contains("bytes 0-9/" + ScriptedProvider.videoBytes().length);
      assertPlain(
          rest.post("{\"model\":\"kling-3.0-turbo\",\"parameters\":{\"duration\":99}}").body());
      assertPlain(rest.post("{\"model\":\"KLING-3.0-TURBO-INFINITE\"}").body());
      assertPlain(rest.post("[1,2]").body());
      assertPlain(rest.get("/generations?limit=99999").body());
      assertPlain(rest.get("/openapi.json").body());
      assertPlain(
          rest.client()
              .send(
                  HttpRequest.newBuilder(URI.create(managed + "/metrics")).build(),
                  BodyHandlers.ofString())
              .body());
      assertPlain(rest.get("/generations/" + id).body());
      story.events(id).forEach(event -> assertPlain(event.toString()));

      provider.onCreate(request -> ScriptedProvider.json(500, "{}"));
      story.accept(FlowFixture.REQUEST);
      await().atMost(LONG).until(() -> !provider.lists().isEmpty());
      provider.all().forEach(call -> assertPlain(call.getTarget() + call.getHeaders()));
      log.with("").forEach(LocaleTest::assertPlain);
      try (var files = Files.walk(story.app().data())) {
        files.forEach(file -> assertPlain(file.toString()));
      }
    }
  }

  private static void assertPlain(String text) {
    assertThat(text.chars().filter(c -> Character.isDigit(c) && c > '9').toArray())
        .as(text)
        .isEmpty();
    assertThat(text).doesNotContain("\u0131", "\u0130");
  }
}
