package io.leonardoroutes.models;

import static io.leonardoroutes.request.RuleChain.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.networknt.schema.InputFormat;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaValidatorsConfig;
import com.networknt.schema.SpecVersion.VersionFlag;
import io.leonardoroutes.json.ModelParameters;
import io.leonardoroutes.request.FieldDescription;
import io.leonardoroutes.request.Model;
import io.leonardoroutes.request.ModelExamples;
import io.leonardoroutes.request.OneOfSizes;
import io.leonardoroutes.request.RequestValidation;
import io.leonardoroutes.request.Required;
import io.leonardoroutes.request.Requires;
import jakarta.validation.Valid;
import jakarta.validation.ValidatorFactory;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Size;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The JSON Schema of a request says what the rules say, judged by a validator of others. */
public final class SchemaTest {
  private static final Set<String> SINKS = Set.of("outbox", "archive");
  private static final ValidatorFactory RULES = RequestValidation.validatorFactory(SINKS);
  private static final ModelRegistry MODELS = ModelRegistry.found(RULES, SINKS);
  private static final Map<String, JsonSchema> SCHEMAS =
      MODELS.ids().stream().collect(Collectors.toMap(id -> id, id -> schema(MODELS, id)));

  public static JsonSchema schema(ModelRegistry models, String id) {
    return JsonSchemaFactory.getInstance(VersionFlag.V202012)
        .getSchema(models.schema(id).orElseThrow(), SchemaValidatorsConfig.builder().build());
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("requests")
  void aRequestOfTheRulesTableIsJudgedAlike(JsonNode request) {
    String model = request.path("model").asText();

    assertThat(SCHEMAS.get(model).validate(request).isEmpty())
        .isEqualTo(MODELS.check(request).isEmpty());
  }

  static Stream<Arguments> requests() {
    return ModelExamples.rows()
        .map(row -> Arguments.of(Named.of(row.get("fact").asText(), ModelExamples.request(row))));
  }

  @ParameterizedTest
  @MethodSource("models")
  void aSchemaIsOneOfItsDialect(String id) {
    JsonSchema dialect =
        JsonSchemaFactory.getInstance(VersionFlag.V202012)
            .getSchema(SchemaLocation.of("https://json-schema.org/draft/2020-12/schema"));

    assertThat(dialect.validate(MODELS.schema(id).orElseThrow().toString(), InputFormat.JSON))
        .isEmpty();
  }

  static Set<String> models() {
    return MODELS.ids();
  }

  @Test
  void aRuleOfTheStandardIsSaidToo() {
    ModelRegistry own = new ModelRegistry(List.of(new Own("own", Every.class)), RULES, SINKS);

    assertThat(own.schema("own").orElseThrow().at("/properties/parameters").toPrettyString())
        .isEqualTo(
            json("""
            {'type': 'object',
             'properties': {
               'one': {'type': 'integer', 'minimum': 1, 'description': 'the first'},
               'two': {'type': ['integer', 'null', 'array'], 'maximum': 9, 'maxItems': 0},
               'text': {'type': 'string', 'pattern': '[^\\\\x00- ]'},
               'list': {'type': ['array', 'null'], 'items':
                 {'type': 'object', 'properties': {'a': {'type': 'string'}},
                  'required': ['a'], 'additionalProperties': false}, 'maxItems': 2},
               'names': {'type': 'array', 'items': {'type': 'string'}, 'minItems': 1},
               'units': {'type': ['string', 'null', 'array'], 'maxItems': 0},
               'inner': {'type': ['object', 'null', 'array'],
                 'properties': {'a': {'type': 'string'}},
                 'required': ['a'], 'additionalProperties': false, 'maxItems': 0},
               'some': {'type': 'object', 'properties': {'b': {'type': ['boolean', 'null', 'array'], 'maxItems': 0}},
                 'additionalProperties': false,
                 'anyOf': [{'type': 'object', 'required': ['b'],
                            'properties': {'b': {'type': 'boolean'}}}]}},
             'required': ['one', 'text', 'names', 'some'],
             'additionalProperties': false}
            """)
                .toPrettyString());
  }

  @Test
  void aRuleThatNamesNoFieldStopsTheStart() {
    List<Model> odd = List.of(new Own("odd", Lost.class));

    assertThatThrownBy(() -> new ModelRegistry(odd, RULES, SINKS))
        .hasMessage(
            "model odd, key parameters: io.leonardoroutes.models.SchemaTest$Lost has no tow:"
                + " correct the rule that names it");
  }

  @Test
  void aSizeThatIsNoneStopsTheStart() {
    List<Model> odd = List.of(new Own("odd", Sizes.class));

    assertThatThrownBy(() -> new ModelRegistry(odd, RULES, SINKS))
        .hasMessage("model odd, key parameters: '1280*720' is no size such as 1920x1080");
  }

  private record Own(String id, Class<? extends ModelParameters> parameters) implements Model {}

  private record Every(
      @FieldDescription("the first") @NotNull @Min(1) Integer one,
      @Max(9) Integer two,
      @NotBlank String text,
      @Size(min = 1, max = 2) List<@Valid Inner> list,
      @Required List<String> names,
      @Size(max = 5) String units,
      @Valid Inner inner,
      @Required @Valid Some some)
      implements ModelParameters {}

  @Requires(field = "one", needs = "tow")
  private record Lost(Integer one, Integer two) implements ModelParameters {}

  @OneOfSizes("1280*720")
  private record Sizes(Integer width, Integer height) implements ModelParameters {}

  private record Inner(@Required String a) {}

  private record Some(Boolean b) {}
}
