package io.leonardoroutes.intake;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** The files of the kamelets, as a catalog or an editor reads them. */
class KameletFilesTest {
  private static final Path FOLDER = Path.of("src/main/resources/kamelets");
  private static final ObjectMapper JSON = new ObjectMapper();

  private static String text(String name) throws IOException {
    return Files.readString(FOLDER.resolve(name + ".kamelet.yaml"));
  }

  private static JsonNode kamelet(String name) throws IOException {
    Load yaml = new Load(LoadSettings.builder().build());
    return JSON.valueToTree(yaml.loadFromString(text(name)));
  }

  @Test
  void theJarHasTheseAndTheirNamesAreThoseOfTheirFiles() throws IOException {
    try (Stream<Path> files = Files.list(FOLDER)) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .containsExactlyInAnyOrder(
              "leonardo-generate-sink.kamelet.yaml",
              "leonardo-generate-action.kamelet.yaml",
              "leonardo-events-source.kamelet.yaml");
    }
    assertThat(getClass().getResource("/kamelets/leonardo-generate-sink.kamelet.yaml")).isNotNull();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"leonardo-generate-sink", "leonardo-generate-action", "leonardo-events-source"})
  void aKameletDescribesAllOfItsPropertiesAndUsesThem(String name) throws IOException {
    JsonNode kamelet = kamelet(name);
    JsonNode definition = kamelet.at("/spec/definition");
    Set<String> properties = new TreeSet<>();
    definition.get("properties").fieldNames().forEachRemaining(properties::add);

    assertThat(kamelet.at("/metadata/name").asText()).isEqualTo(name);
    assertThat(kamelet.at("/metadata/labels").get("camel.apache.org/kamelet.type").asText())
        .isEqualTo(name.replaceAll(".*-", ""));
    assertThat(definition.get("title").asText()).isNotBlank();
    assertThat(definition.get("description").asText()).isNotBlank();
    assertThat(definition.get("type").asText()).isEqualTo("object");
    assertThat(JSON.convertValue(definition.get("required"), String[].class))
        .containsExactly(name.endsWith("source") ? "sink" : "key");
    for (Map.Entry<String, JsonNode> property : definition.get("properties").properties()) {
      assertThat(property.getValue().path("title").asText()).as(property.getKey()).isNotBlank();
      assertThat(property.getValue().path("description").asText())
          .as(property.getKey())
          .endsWith(".");
      assertThat(property.getValue().path("type").asText()).isIn("string", "integer");
      boolean required = definition.get("required").toString().contains('"' + property.getKey());
      assertThat(property.getValue().has("default")).as(property.getKey()).isEqualTo(!required);
    }
    String template = text(name).substring(text(name).indexOf("  template:"));
    Set<String> used =
        Pattern.compile("\\{\\{(\\w+)}}")
            .matcher(template)
            .results()
            .map(use -> use.group(1))
            .collect(Collectors.toSet());
    assertThat(used).isEqualTo(properties);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"leonardo-generate-sink", "leonardo-generate-action", "leonardo-events-source"})
  void aDefinitionIsAJsonSchemaThatItsOwnDefaultsFit(String name) throws IOException {
    JsonNode definition = kamelet(name).at("/spec/definition");
    var defaults = JSON.createObjectNode().put(name.endsWith("source") ? "sink" : "key", "a");
    for (Map.Entry<String, JsonNode> property : definition.get("properties").properties()) {
      if (property.getValue().has("default")) {
        defaults.set(property.getKey(), property.getValue().get("default"));
      }
    }
    JsonSchemaFactory factory = JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V7);

    assertThat(
            factory
                .getSchema(
                    factory
                        .getSchema(java.net.URI.create("http://json-schema.org/draft-07/schema#"))
                        .getSchemaNode())
                .validate(definition))
        .isEmpty();
    assertThat(factory.getSchema(definition).validate(defaults)).isEmpty();
    assertThat(factory.getSchema(definition).validate(JSON.createObjectNode())).isNotEmpty();
  }
}
