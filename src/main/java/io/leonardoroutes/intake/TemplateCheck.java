package io.leonardoroutes.intake;

import io.leonardoroutes.event.Sink;
import io.leonardoroutes.settings.BadSetting;
import java.net.URISyntaxException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.camel.CamelContext;
import org.apache.camel.Endpoint;
import org.apache.camel.StartupListener;
import org.apache.camel.model.ModelCamelContext;
import org.apache.camel.model.RouteDefinition;
import org.apache.camel.model.RouteTemplateParameterDefinition;
import org.apache.camel.util.URISupport;

/**
 * Checks the parameters of routes made of our templates and kamelets before any starts: with an
 * unknown sink the events of a paid job would be lost, and with a key that changes with each
 * delivery each would be paid.
 */
public record TemplateCheck(List<Sink> sinks, Set<String> accounts) implements StartupListener {
  private static final Pattern OURS =
      Pattern.compile("kamelet:(?://)?(leonardo-[a-z-]+)[^?]*\\?(.*)", Pattern.DOTALL);
  private static final String KAMELET = "leonardo-generate-";
  private static final String EVENTS = "leonardo-events-source";

  @Override
  public void onCamelContextStarting(CamelContext context, boolean alreadyStarted) {
    for (Endpoint endpoint : context.getEndpoints()) {
      Matcher kamelet = OURS.matcher(endpoint.getEndpointUri());
      if (kamelet.matches()) {
        checkNames(context, kamelet.group(1), kamelet.group(2));
      }
    }
    for (RouteDefinition route : ((ModelCamelContext) context).getRouteDefinitions()) {
      Map<String, Object> given = route.getTemplateParameters();
      if (given != null) {
        check(context, route, given);
      }
    }
  }

  @Override
  public void onCamelContextStarted(CamelContext context, boolean alreadyStarted) {
    // the message says it all
  }

  private void check(CamelContext context, RouteDefinition route, Map<String, Object> given) {
    String kamelet = String.valueOf(given.get("templateId"));
    String used = "route %s, kamelet:%s, ".formatted(given.get("parentRouteId"), kamelet);
    if (kamelet.equals(EVENTS)) {
      checkSource(used + "sink", text(context, given, "sink"));
    } else if (kamelet.startsWith(KAMELET)) {
      checkIntake(used, text(context, given, "sinks"), text(context, given, "priority"));
      checkAccount(used + "account", text(context, given, "account"));
      checkKey(used + "key", text(context, given, "key"));
    } else if (given.containsKey("sinks") && given.containsKey("priority")) {
      String template = "camel.routeTemplate[" + route.getRouteId() + "].";
      checkIntake(template, text(context, given, "sinks"), text(context, given, "priority"));
    }
  }

  /** Camel ignores others, and what follows an & is one: half a key would be the same for many. */
  private static void checkNames(CamelContext context, String kamelet, String query) {
    List<String> own =
        ((ModelCamelContext) context)
            .getRouteTemplateDefinition(kamelet).getTemplateParameters().stream()
                .map(RouteTemplateParameterDefinition::getName)
                .sorted()
                .toList();
    Set<String> camels =
        context.getCamelContextExtension().getEndpointUriFactory("kamelet").propertyNames();
    for (String name : names(query)) {
      if (!own.contains(name) && !camels.contains(name)) {
        throw new BadSetting(
            "kamelet:" + kamelet + ", " + name,
            "there is no such parameter, only %s; write a value that contains & as RAW(...)"
                .formatted(String.join(", ", own)));
      }
    }
  }

  private static Set<String> names(String query) {
    try {
      return URISupport.parseQuery(query, true, true).keySet();
    } catch (URISyntaxException e) {
      throw new IllegalStateException("Camel made an endpoint of it", e);
    }
  }

  private void checkIntake(String prefix, String names, String priority) {
    Arrays.stream(names.split(","))
        .map(String::trim)
        .filter(name -> !name.isEmpty() && sink(name) == null)
        .findFirst()
        .ifPresent(name -> refuseSink(prefix + "sinks", name));
    if (!priority.matches("[0-9]")) {
      throw new BadSetting(
          prefix + "priority", "'" + priority + "' is not a whole number from 0 to 9");
    }
  }

  private void checkAccount(String key, String name) {
    if (!name.isBlank() && !accounts.contains(name)) {
      throw new BadSetting(
          key,
          "'%s' is not a known account: %s"
              .formatted(name, String.join(", ", accounts.stream().sorted().toList())));
    }
  }

  private static void checkKey(String key, String expression) {
    KameletIntake.unusable(expression)
        .ifPresent(
            why -> {
              throw new BadSetting(key, why);
            });
  }

  /** A source without its sink would wait for ever, and look as if nothing happened. */
  private void checkSource(String key, String name) {
    Sink sink = sink(name);
    if (sink == null) {
      refuseSink(key, name);
    } else if (!List.of("direct:" + name, "direct://" + name)
        .contains(sink.uri().split("\\?")[0])) {
      throw new BadSetting(
          key, "it gets nothing: set leonardo.sinks.%s.uri=direct:%<s".formatted(name));
    }
  }

  private Sink sink(String name) {
    return sinks.stream().filter(one -> one.name().equals(name)).findFirst().orElse(null);
  }

  private void refuseSink(String key, String name) {
    String known = String.join(", ", sinks.stream().map(Sink::name).sorted().toList());
    throw new BadSetting(key, "'" + name + "' is not a known sink: " + known);
  }

  private static String text(CamelContext context, Map<String, Object> given, String parameter) {
    return context.resolvePropertyPlaceholders(String.valueOf(given.get(parameter)));
  }
}
