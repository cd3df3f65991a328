package io.leonardoroutes.openapi;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.apache.camel.CamelContext;
import org.apache.camel.Route;
import org.apache.camel.component.platform.http.PlatformHttpEndpoint;
import org.apache.camel.model.ModelCamelContext;
import org.apache.camel.model.ProcessorDefinition;
import org.apache.camel.model.RemoveHeadersDefinition;
import org.apache.camel.model.SetHeaderDefinition;
import org.apache.camel.model.ToDefinition;

/**
 * A route of the REST API as a caller sees it.
 *
 * @param methods in lower case
 * @param kept the headers and query parameters that its first step keeps, except those of every
 *     call
 * @param mediaType of a successful answer
 * @param headers of a successful answer, except {@code Content-Type}
 */
record RestRoute(
    String id,
    String description,
    String path,
    List<String> methods,
    List<String> kept,
    String mediaType,
    Set<String> headers,
    RouteNote note) {
  private static final String ANSWER = "direct:leonardo-answer";

  /** The configuration of pages, which are for people. */
  private static final String PAGES = "leonardo-board";

  private static final Set<String> COMMON_HEADERS =
      Set.of("Content-Type", "Accept", "Authorization", "Origin");

  /** The running routes that answer with our problems, sorted by path. */
  static List<RestRoute> of(CamelContext context) {
    ModelCamelContext models =
        context.getCamelContextExtension().getContextPlugin(ModelCamelContext.class);
    return context.getRoutes().stream()
        .filter(route -> route.getEndpoint() instanceof PlatformHttpEndpoint)
        .filter(route -> String.valueOf(route.getConfigurationId()).startsWith("leonardo-"))
        .filter(route -> !PAGES.equals(route.getConfigurationId()))
        .map(route -> of(route, models.getRouteDefinition(route.getRouteId()).getOutputs()))
        .sorted(Comparator.comparing(RestRoute::path))
        .toList();
  }

  private static RestRoute of(Route route, List<ProcessorDefinition<?>> steps) {
    PlatformHttpEndpoint endpoint = (PlatformHttpEndpoint) route.getEndpoint();
    return new RestRoute(
        route.getRouteId(),
        route.getDescription(),
        endpoint.getPath(),
        List.of(endpoint.getHttpMethodRestrict().toLowerCase(Locale.ROOT).split("\\s*,\\s*")),
        kept(steps),
        only(steps, SetHeaderDefinition.class)
            .filter(step -> step.getName().equals("Content-Type"))
            .map(step -> step.getExpression().getExpression())
            .findFirst()
            .orElse("application/json"),
        headers(steps),
        RouteNote.of(route.getNote()));
  }

  private static List<String> kept(List<ProcessorDefinition<?>> steps) {
    return only(steps, RemoveHeadersDefinition.class)
        .limit(1)
        .filter(step -> step.getExcludePattern() != null)
        .flatMap(step -> Arrays.stream(step.getExcludePattern().split("\\|")))
        .filter(name -> !name.startsWith("Camel") && !COMMON_HEADERS.contains(name))
        .toList();
  }

  /** The headers set by any step, however deeply nested, and those that every answer gets. */
  private static Set<String> headers(List<ProcessorDefinition<?>> steps) {
    Set<String> headers = new TreeSet<>();
    for (ProcessorDefinition<?> step : steps) {
      if (step instanceof SetHeaderDefinition header
          && !header.getName().startsWith("Camel")
          && !header.getName().equals("Content-Type")) {
        headers.add(header.getName());
      }
      if (step instanceof ToDefinition to && ANSWER.equals(to.getUri())) {
        headers.add("ETag");
      }
      headers.addAll(headers(step.getOutputs()));
    }
    return headers;
  }

  private static <T> Stream<T> only(List<ProcessorDefinition<?>> steps, Class<T> kind) {
    return steps.stream().filter(kind::isInstance).map(kind::cast);
  }
}
