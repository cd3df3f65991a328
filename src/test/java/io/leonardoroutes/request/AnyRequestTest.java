package io.leonardoroutes.request;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.networknt.schema.JsonSchema;
import io.leonardoroutes.json.Violation;
import io.leonardoroutes.models.ModelRegistry;
import io.leonardoroutes.models.SchemaTest;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.statistics.Statistics;

/**
 * Whatever is asked, the records, a second statement of the pages and a JSON Schema validator of
 * others judge it alike. A short run by default; a million requests, counted in {@code
 * target/surefire-reports}:
 *
 * <pre>mvn -B test -Dtest=AnyRequestTest -Djqwik.tries.default=1000000</pre>
 */
class AnyRequestTest {
  private static final Set<String> SINKS = Set.of("outbox", "archive");
  private static final ModelRegistry MODELS =
      ModelRegistry.found(RequestValidation.validatorFactory(SINKS), SINKS);
  private static final Map<String, JsonSchema> SCHEMAS =
      MODELS.ids().stream()
          .collect(Collectors.toMap(Function.identity(), id -> SchemaTest.schema(MODELS, id)));

  @Property(edgeCases = EdgeCasesMode.NONE)
  void theVerdictIsThatOfThePages(@ForAll("requests") JsonNode request) {
    PagesTable pages = new PagesTable(request, SINKS);
    Set<String> pointers =
        MODELS.check(request).stream()
            .map(Violation::pointer)
            .collect(Collectors.toCollection(TreeSet::new));

    assertThat(pointers).isEqualTo(pages.wrong());
    if (pointers.isEmpty()) {
      assertThat(MODELS.request(request).toProvider()).isEqualTo(pages.sent());
    }
    Statistics.collect(pointers.isEmpty() ? "accepted" : "refused");
  }

  @Property(edgeCases = EdgeCasesMode.NONE)
  void theSchemaSaysWhatTheVerdictSays(@ForAll("requests") JsonNode request) {
    assertThat(SCHEMAS.get(request.get("model").asText()).validate(request).isEmpty())
        .isEqualTo(MODELS.check(request).isEmpty());
  }

  @Provide
  Arbitrary<JsonNode> requests() {
    return Arbitraries.of(ModelExamples.ids()).flatMap(AnyRequest::of);
  }
}
