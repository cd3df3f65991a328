package io.leonardoroutes.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.leonardoroutes.fixture.App;
import io.leonardoroutes.fixture.LogCapture;
import io.leonardoroutes.problem.RequestRejected;
import io.leonardoroutes.settings.BadSetting;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.apache.camel.CamelExecutionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** An operator changes the rules of a model with a file, not with a release. */
class ConstraintMappingTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String EXAMPLE = "config/constraints.xml";
  private static final String LONG_PROMPT =
      """
      {"model":"kling-video-o-3","parameters":{"prompt":"%s"}}\
      """
          .formatted("x".repeat(1501));
  private static final String EDIT_OF_AN_UPLOAD =
      """
      {"model":"kling-video-o-3","parameters":{"prompt":"A cat","guidances":{
        "video_reference_base":[{"video":{"id":"v1","type":"UPLOADED"}}]}}}\
      """;
  private static final String LARGE =
      """
      {"model":"kling-3.0-turbo","parameters":{"prompt":"A cat","width":3840,"height":2160}}\
      """;

  @TempDir Path folder;

  @Test
  void theExampleIsOffUntilItIsNamed() throws Exception {
    try (App app = App.in(folder).start()) {
      assertThat(refusal(app, LONG_PROMPT))
          .contains("1501 characters are too many for kling-video-o-3: at most 1500");
      assertThat(refusal(app, EDIT_OF_AN_UPLOAD)).isPresent();
      assertThat(refusal(app, LARGE)).isPresent();
    }
  }

  @Test
  void theExampleRaisesALimitAllowsATypeAndAddsASize() throws Exception {
    try (App app = App.in(folder).with("leonardo.rules.mapping", EXAMPLE).start()) {
      assertThat(refusal(app, LONG_PROMPT)).isEmpty();
      assertThat(refusal(app, EDIT_OF_AN_UPLOAD)).isEmpty();
      assertThat(refusal(app, LARGE)).isEmpty();
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "hello | cvc-complex-type.2.3: Element 'constraint-mappings' cannot have character"
            + " [children], because the type's content type is element-only.",
        "<bean class='KlingO4$Video'/> | there is no class io.leonardoroutes.request.KlingO4$Video",
        "<bean class='KlingO3$Video'><field name='lenght'/></bean> | HV000105:"
            + " io.leonardoroutes.request.KlingO3$Video does not contain the fieldType lenght.",
        "<bean class='KlingO3$Video'><field name='prompt'><constraint"
            + " annotation='io.leonardoroutes.request.Longest'/></field></bean> | there is no class"
            + " io.leonardoroutes.request.Longest",
        "<bean class='KlingO3$Video'><field name='prompt'><constraint"
            + " annotation='io.leonardoroutes.request.Length'><element"
            + " name='most'>3</element></constraint></field></bean> | HV000107: Annotation of type"
            + " io.leonardoroutes.request.Length does not contain a parameter most.",
        "<bean class='KlingO3$Video'><field name='prompt'><constraint"
            + " annotation='io.leonardoroutes.request.Length'><element"
            + " name='max'>many</element></constraint></field></bean> | For input string: \"many\"",
        "<bean class='KlingO3$Video'><field name='prompt'><constraint"
            + " annotation='io.leonardoroutes.request.Length'/></field></bean> | HV000085: No value"
            + " provided for attribute 'max' of annotation @io.leonardoroutes.request.Length.",
        "<bean class='KlingO3$Video'><field name='duration'><constraint"
            + " annotation='io.leonardoroutes.request.Length'><element"
            + " name='max'>3</element></constraint></field></bean> | model kling-video-o-3, key"
            + " parameters.duration: HV000030: No validator could"
            + " be found for constraint 'io.leonardoroutes.request.Length' validating type"
            + " 'java.lang.Integer'. Check configuration for 'duration'",
        "<bean class='KlingO3$Video'><class><constraint"
            + " annotation='io.leonardoroutes.request.Requires'><element"
            + " name='field'>mode</element><element"
            + " name='needs'>size</element></constraint></class></bean> | model kling-video-o-3,"
            + " key parameters: io.leonardoroutes.request.KlingO3$Video has no size: correct the"
            + " rule that names it",
        "<bean class='KlingO3$Video'><class><constraint"
            + " annotation='io.leonardoroutes.request.OneOfSizes'><element"
            + " name='value'>1280*720</element></constraint></class></bean> | model"
            + " kling-video-o-3, key parameters: '1280*720' is no size"
            + " such as 1920x1080",
      })
  void aMappingThatCannotWorkStopsTheStart(String change, String why) throws Exception {
    Path file =
        Files.writeString(
            folder.resolve("mapping.xml"),
            """
            <constraint-mappings xmlns="https://jakarta.ee/xml/ns/validation/mapping" version="3.1">
              <default-package>io.leonardoroutes.request</default-package>
              %s
            </constraint-mappings>\
            """
                .formatted(change));

    assertThat(start(file))
        .isEqualTo("leonardo.rules.mapping: " + file + " cannot be used: " + why);
  }

  @Test
  void aBeanThatDropsItsBuiltInRulesWithoutSayingSoIsWarnedOf() throws Exception {
    Path file =
        Files.writeString(
            folder.resolve("mapping.xml"),
            """
            <constraint-mappings xmlns="https://jakarta.ee/xml/ns/validation/mapping" version="3.1">
              <default-package>io.leonardoroutes.request</default-package>
              <bean class="KlingO3$Clip" ignore-annotations="false"/>
              <bean class="KlingO3$Video"/>
              <bean class="KlingTurbo$Video" ignore-annotations="true"/>
            </constraint-mappings>\
            """);

    try (LogCapture log = LogCapture.open();
        App app = App.in(folder).with("leonardo.rules.mapping", file.toString()).start()) {
      assertThat(refusal(app, LONG_PROMPT)).isEmpty();
      assertThat(log.with("leonardo.rules.mapping"))
          .containsExactly(
              "WARN leonardo.rules.mapping: none of the built-in rules of KlingO3$Video applies any"
                  + " more, as its bean in "
                  + file
                  + " does not say ignore-annotations=\"false\" (or \"true\", if that is meant)");
    }
  }

  @Test
  void aMappingThatIsNotThereStopsTheStart() {
    assertThat(start(folder.resolve("none.xml")))
        .isEqualTo(
            "leonardo.rules.mapping: there is no file " + folder.resolve("none.xml") + " to read");
  }

  /** The setting at fault, as the program says it. */
  private String start(Path mapping) {
    Throwable failure =
        catchThrowable(
            () ->
                App.in(folder).with("leonardo.rules.mapping", mapping.toString()).start().close());
    while (failure != null && !(failure instanceof BadSetting)) {
      failure = failure.getCause();
    }
    return failure == null ? "it started" : failure.getMessage();
  }

  private static Optional<String> refusal(App app, String request) throws Exception {
    try {
      app.template().requestBody("direct:leonardo-accept", request, String.class);
      return Optional.empty();
    } catch (CamelExecutionException e) {
      JsonNode problem = JSON.valueToTree(RequestRejected.of(e).orElseThrow(() -> e).problem());
      return Optional.of(problem.at("/violations/0/message").asText());
    }
  }
}
