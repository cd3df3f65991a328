package io.leonardoroutes.models;

import static io.leonardoroutes.request.RuleChain.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.leonardoroutes.json.ModelParameters;
import io.leonardoroutes.json.Violation;
import io.leonardoroutes.request.Between;
import io.leonardoroutes.request.ImageTypes;
import io.leonardoroutes.request.KlingO3;
import io.leonardoroutes.request.Length;
import io.leonardoroutes.request.Model;
import io.leonardoroutes.request.ModelExamples;
import io.leonardoroutes.request.OneOf;
import io.leonardoroutes.request.RequestValidation;
import io.leonardoroutes.request.Required;
import jakarta.validation.Constraint;
import jakarta.validation.ConstraintValidator;
import jakarta.validation.ConstraintValidatorContext;
import jakarta.validation.Payload;
import jakarta.validation.Valid;
import jakarta.validation.ValidatorFactory;
import jakarta.validation.constraints.NotNull;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

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
                "/model",
                "unknown-model",
                "\"sora\\u000a2\" is not a known model: " + KNOWN,
                KNOWN));
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
  void aNumberMayBeOneOfAFew() {
    ModelRegistry own = new ModelRegistry(List.of(new Own("own", Few.class)), rules, Set.of());

    for (String wrong : List.of("7", "7.0", "-5", "1E+30")) {
      assertThat(own.check(json("{'model': 'own', 'parameters': {'steps': %s}}".formatted(wrong))))
          .containsExactly(
              new Violation(
                  "/parameters/steps",
                  "one-of",
                  wrong + " is not possible for own: one of 5, 10",
                  "5, 10"));
    }
    assertThat(own.check(json("{'model': 'own', 'parameters': {'steps': '5', 'list': [1, 3]}}")))
        .containsExactly(
            new Violation(
                "/parameters/steps", "type", "\"5\" is a string: a whole number is needed", null),
            new Violation(
                "/parameters/list/1", "one-of", "3 is not possible for own: one of 1, 2", "1, 2"));
    assertThat(
            own.request(json("{'model': 'own', 'parameters': {'steps': 5.0}}"))
                .toProvider()
                .at("/parameters"))
        .isEqualTo(json("{'steps': 5}"));
    assertThat(own.limits("own")).contains(new Limit("parameters.steps", "one-of", "5, 10", null));
    assertThat(own.schema("own").orElseThrow().at("/properties/parameters/properties/steps/enum"))
        .isEqualTo(json("[5, 10, null, []]"));
  }

  @Test
  void numbersInARuleOfTheUsersAreShownAsNumbers() {
    ModelRegistry own = new ModelRegistry(List.of(new Own("own", Odds.class)), rules, Set.of());

    assertThat(own.check(json("{'model': 'own', 'parameters': {'steps': 2}}")))
        .containsExactly(
            new Violation("/parameters/steps", "among", "2 is none of 1, 3 (0.5, 1.5)", "1, 3"));
    assertThat(own.limits("own")).contains(new Limit("parameters.steps", "null", "1, 3", null));
  }

  @Test
  void theTypesOfAPictureAreSaidByTheListThatHoldsIt() {
    ModelRegistry own = new ModelRegistry(List.of(new Own("own", Shots.class)), rules, Set.of());

    assertThat(
            own.check(
                json(
                    "{'model': 'own', 'parameters': {'shots': [{'of': {'kind': 'C'}}, {},"
                        + " null]}}")))
        .containsExactly(
            new Violation(
                "/parameters/shots/0/of/kind",
                "one-of",
                "\"C\" is not possible for own: one of A, B",
                "A, B"),
            new Violation(
                "/parameters/shots/2", "type", "this is null: an object is needed", null));
    assertThat(own.limits("own"))
        .contains(new Limit("parameters.shots.of.kind", "one-of", "A, B", null));
    assertThat(own.schema("own").orElseThrow().findValue("kind").get("enum"))
        .isEqualTo(json("['A', 'B', null, []]"));
  }

  @Test
  void anObjectLeftEmptyIsToldItsKeysAndOneWithoutNeededKeysItself() {
    ModelRegistry own = new ModelRegistry(List.of(new Own("own", Nested.class)), rules, Set.of());

    assertThat(
            own
                .check(
                    json("{'model': 'own', 'parameters': {'lens': {'at': {}}, 'any': {'x': []}}}"))
                .stream()
                .map(violation -> violation.code() + " " + violation.pointer()))
        .containsExactly(
            "not-null /parameters/lens/at/x",
            "required /parameters/lens/at/y",
            "required /parameters/any");
    assertThat(own.check(json("{'model': 'own', 'parameters': {'any': {'x': 1}, 'lens': null}}")))
        .isEmpty();
    assertThat(own.check(json("{'model': 'own', 'parameters': {'any': {'x': 1}, 'lens': {}}}")))
        .isEmpty();
  }

  @Test
  void aKeyThatAMappingMakesOptionalIsNotAskedFor() {
    InputStream mapping =
        new ByteArrayInputStream(
            """
            <constraint-mappings xmlns="https://jakarta.ee/xml/ns/validation/mapping" version="3.1">
              <bean class="io.leonardoroutes.request.KlingO3$Video" ignore-annotations="false">
                <field name="prompt" ignore-annotations="true"/>
              </bean>
            </constraint-mappings>
            """
                .getBytes(StandardCharsets.UTF_8));
    ModelRegistry optional =
        ModelRegistry.found(RequestValidation.validatorFactory(Set.of(), mapping), Set.of());

    assertThat(optional.check(json("{'model': 'kling-video-o-3', 'parameters': {'prompt': null}}")))
        .containsExactly(
            new Violation("/parameters", "required", "`parameters` is required", null));
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
            "model odd: io.leonardoroutes.models.ModelRegistryTest$Odd.size is a double: String,"
                + " Integer, Boolean, a record, a List of these or a Map of String to String can be"
                + " read");
  }

  @ParameterizedTest
  @MethodSource("wrong")
  void aRuleThatCannotWorkStopsTheStartByItsModelAndKey(
      Class<? extends ModelParameters> parameters, String key, String why) {
    List<Model> wrong = List.of(new Own("mine", parameters));

    assertThatThrownBy(() -> new ModelRegistry(wrong, rules, Set.of()))
        .isInstanceOf(BadModel.class)
        .hasMessage("model mine, key " + key + ": " + why);
  }

  static List<Arguments> wrong() {
    String none =
        "HV000030: No validator could be found for constraint 'io.leonardoroutes.request.%s'"
            + " validating type 'java.lang.%s'. Check configuration for '%s'";
    return List.of(
        Arguments.of(
            LongNumber.class,
            "parameters.long_steps",
            none.formatted("Length", "Integer", "longSteps")),
        Arguments.of(NoNumber.class, "parameters.steps", "'five' is not a whole number such as 5"),
        Arguments.of(
            InList.class,
            "parameters.names",
            none.formatted("Between", "String", "names[0].<list element>")),
        Arguments.of(
            Inside.class, "parameters.camera.zoom", none.formatted("OneOf", "Boolean", "zoom")),
        Arguments.of(
            InItems.class, "parameters.cameras.zoom", none.formatted("OneOf", "Boolean", "zoom")),
        Arguments.of(
            NoKind.class,
            "parameters.shots",
            Shot.class.getName() + " has no what: correct the rule that names it"),
        Arguments.of(Fails.class, "parameters", "a size is needed"),
        Arguments.of(Unchecked.class, "parameters.back.at", unchecked("Point")),
        Arguments.of(UncheckedItems.class, "parameters.cameras", unchecked("Camera")),
        // Bean Validation reads this as List<@Valid Camera>.
        Arguments.of(
            CheckedList.class,
            "parameters.cameras.zoom",
            none.formatted("OneOf", "Boolean", "zoom")),
        Arguments.of(WithoutRules.class, "parameters.loose", unchecked("Loose")));
  }

  private static String unchecked(String name) {
    return "the rules of %s would never be checked: write @Valid %s or List<@Valid %s>"
        .formatted(name, name, name);
  }

  private record Unchecked(@Valid Back back) implements ModelParameters {}

  private record Back(@Required Point at) {}

  private record UncheckedItems(@Required List<Camera> cameras) implements ModelParameters {}

  private record CheckedList(@Valid List<Camera> cameras) implements ModelParameters {}

  private record WithoutRules(Loose loose) implements ModelParameters {}

  private record LongNumber(Boolean first, @Length(max = 3) Integer longSteps)
      implements ModelParameters {}

  private record NoNumber(@OneOf({"5", "five"}) Integer steps) implements ModelParameters {}

  private record InList(List<@Between(min = 1, max = 2) String> names) implements ModelParameters {}

  private record Inside(@Valid Camera camera) implements ModelParameters {}

  private record InItems(List<@Valid Camera> cameras) implements ModelParameters {}

  private record Camera(@OneOf("true") Boolean zoom) {}

  private record Fails(Integer size) implements ModelParameters {
    Fails {
      Objects.requireNonNull(size, "a size is needed");
    }
  }

  private record Own(String id, Class<? extends ModelParameters> parameters) implements Model {}

  private record Plain(@NotNull String textToSay, Boolean isFast) implements ModelParameters {}

  private record Shots(
      List<
              @Valid
              @ImageTypes(
                  value = {"A", "B"},
                  field = "of.kind")
              Shot>
          shots)
      implements ModelParameters {}

  private record NoKind(List<@Valid @ImageTypes(value = "A", field = "what.kind") Shot> shots)
      implements ModelParameters {}

  private record Shot(@Valid Picture of) {}

  private record Picture(String kind) {}

  private record Nested(@Valid Lens lens, @Required @Valid Loose any) implements ModelParameters {}

  private record Lens(@Required @Valid Point at) {}

  private record Point(@NotNull Integer x, @Required Integer y) {}

  private record Loose(Integer x) {}

  private record Few(@OneOf({"5", "10"}) Integer steps, List<@OneOf({"1", "2"}) Integer> list)
      implements ModelParameters {}

  private record Odds(@Among({1, 3}) Integer steps) implements ModelParameters {}

  @Retention(RetentionPolicy.RUNTIME)
  @Constraint(validatedBy = Among.Check.class)
  private @interface Among {
    int[] value();

    double[] scale() default {0.5, 1.5};

    String message() default "{value} is none of {choices} ({scale})";

    String allowed() default "{choices}";

    Class<?>[] groups() default {};

    Class<? extends Payload>[] payload() default {};

    final class Check implements ConstraintValidator<Among, Integer> {
      private int[] among;

      @Override
      public void initialize(Among rule) {
        among = rule.value();
      }

      @Override
      public boolean isValid(Integer number, ConstraintValidatorContext context) {
        return number == null || IntStream.of(among).anyMatch(number::equals);
      }
    }
  }

  private record Odd(double size) implements ModelParameters {}
}
