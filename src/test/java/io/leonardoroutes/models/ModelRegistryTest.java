package io.leonardoroutes.models;

import static io.leonardoroutes.request.RuleChain.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.leonardoroutes.json.ModelParameters;
import io.leonardoroutes.json.Violation;
import io.leonardoroutes.request.KlingO3;
import io.leonardoroutes.request.Model;
import io.leonardoroutes.request.ModelExamples;
import io.leonardoroutes.request.RequestValidation;
import jakarta.validation.ValidatorFactory;
import jakarta.validation.constraints.NotNull;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class ModelRegistryTest {
  private static final String KNOWN = String.join(", ", ModelExamples.ids());

  private final ValidatorFactory rules = RequestValidation.validatorFactory(Set.of());
  private final ModelRegistry models = ModelRegistry.found(rules, Set.of());

  @Test
  void everyModelThatIsRegisteredIsFoundOnTheClassPath() throws IOException {
    Path registered = Path.of("src/main/resources/META-INF/services", Model.class.getName());

    assertThat(models.ids())
        .contains("kling-3.0-turbo")
        .hasSameSizeAs(Files.readAllLines(registered))
        .containsExactlyElementsOf(ModelExamples.ids());
  }

  @Test
  void anUnknownModelIsRefusedWithTheKnownOnesAndAllElseThatIsWrong() {
    assertThat(models.check(json("{'priority': 10, 'model': 'sora\\n2', 'parameters': {'x': 1}}")))
        .containsExactly(
            new Violation("/priority", "range", "10 is too large for a priority: 0 to 9", "0..9"),
            new Violation(
                "/model", "unknown-model", "\"sora\\u000a2\" is no known model: " + KNOWN, KNOWN));
  }

  @Test
  void aRequestWithoutModelIsToldTheKnownOnes() {
    Violation required =
        new Violation("/model", "required", "`model` is required: " + KNOWN, KNOWN);

    assertThat(models.check(json("{'parameters': {}}"))).containsExactly(required);
    assertThat(models.check(json("{'model': null, 'parameters': {'x': 1}}")))
        .containsExactly(required);
    assertThat(models.check(json("{'model': [], 'parameters': {'x': 1}}")))
        .containsExactly(required);
  }

  @Test
  void aModelThatIsNoTextIsNotAlsoUnknown() {
    assertThat(models.check(json("{'model': 3, 'parameters': {'x': 1}}")))
        .containsExactly(
            new Violation("/model", "type", "3 is a number: a string is needed", null));
  }

  @Test
  void theLargestNumberThatJavaHoldsIsHeldAgainstItsRule() {
    assertThat(
            models.check(
                json(
                    "{'model': 'kling-3.0-turbo', 'parameters':"
                        + " {'prompt': 'A', 'duration': 100e2147483647}}")))
        .containsExactly(
            new Violation(
                "/parameters/duration",
                "range",
                "1.00E+2147483649 is too long for kling-3.0-turbo: 3 to 15 seconds",
                "3..15"));
  }

  @Test
  void aMappingThatRaisesALimitRaisesItInTheMessageToo() {
    InputStream mapping =
        new ByteArrayInputStream(
            """
            <constraint-mappings xmlns="https://jakarta.ee/xml/ns/validation/mapping" version="3.1">
              <bean class="io.leonardoroutes.request.KlingO3$Video" ignore-annotations="false">
                <field name="duration" ignore-annotations="true">
                  <constraint annotation="io.leonardoroutes.request.Between">
                    <element name="min">3</element>
                    <element name="max">30</element>
                    <element name="unit">seconds</element>
                    <element name="above">too long</element>
                  </constraint>
                </field>
              </bean>
            </constraint-mappings>
            """
                .getBytes(StandardCharsets.UTF_8));
    ModelRegistry raised =
        ModelRegistry.found(RequestValidation.validatorFactory(Set.of(), mapping), Set.of());

    assertThat(
            raised.check(
                json(
                    "{'model': 'kling-video-o-3', 'parameters': {'prompt': 'A', 'duration': 31}}")))
        .containsExactly(
            new Violation(
                "/parameters/duration",
                "range",
                "31 is too long for kling-video-o-3: 3 to 30 seconds",
                "3..30"));
  }

  @Test
  void aModelOfTheUserMayUseTheConstraintsOfTheStandard() {
    ModelRegistry own = new ModelRegistry(List.of(new Own("own", Plain.class)), rules, Set.of());

    assertThat(own.check(json("{'model': 'own', 'parameters': {'is_fast': true}}")))
        .containsExactly(
            new Violation(
                "/parameters/is_fast",
                "unknown-key",
                "unknown key `is_fast`: known here are text_to_say, fast",
                "text_to_say, fast"),
            new Violation("/parameters/text_to_say", "not-null", "must not be null", null));
    assertThat(
            own.request(json("{'model': 'own', 'parameters': {'text_to_say': 'A', 'fast': true}}"))
                .toProvider())
        .isEqualTo(
            json(
                "{'model': 'own', 'public': false,"
                    + " 'parameters': {'text_to_say': 'A', 'fast': true}}"));
  }

  @Test
  void twoModelsOfOneNameStopTheStart() {
    List<Model> twice = List.of(new KlingO3(), new Own("kling-video-o-3", Plain.class));

    assertThatThrownBy(() -> new ModelRegistry(twice, rules, Set.of()))
        .hasMessage(
            "two models are called kling-video-o-3: io.leonardoroutes.request.KlingO3 and"
                + " io.leonardoroutes.models.ModelRegistryTest$Own; leave one of them off the class"
                + " path");
  }

  @Test
  void aModelThatCannotBeReadStopsTheStart() {
    List<Model> odd = List.of(new Own("odd", Odd.class));

    assertThatThrownBy(() -> new ModelRegistry(odd, rules, Set.of()))
        .hasMessage(
            "io.leonardoroutes.models.ModelRegistryTest$Odd.size is a double: String, Integer,"
                + " Boolean, a record or a List of these can be read");
  }

  private record Own(String id, Class<? extends ModelParameters> parameters) implements Model {}

  private record Plain(@NotNull String textToSay, Boolean isFast) implements ModelParameters {}

  private record Odd(double size) implements ModelParameters {}
}
