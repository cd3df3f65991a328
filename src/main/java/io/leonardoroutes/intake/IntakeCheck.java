package io.leonardoroutes.intake;

import io.leonardoroutes.event.Sink;
import io.leonardoroutes.settings.BadSetting;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.camel.CamelContext;
import org.apache.camel.StartupListener;
import org.apache.camel.model.ModelCamelContext;
import org.apache.camel.model.RouteDefinition;

/**
 * Checks the parameters of intakes made of our templates before any starts: with an unknown sink
 * the events of a paid job would be lost.
 */
public record IntakeCheck(List<Sink> sinks) implements StartupListener {
  @Override
  public void onCamelContextStarting(CamelContext context, boolean alreadyStarted) {
    for (RouteDefinition route : ((ModelCamelContext) context).getRouteDefinitions()) {
      Map<String, Object> given = route.getTemplateParameters();
      if (given != null && given.containsKey("sinks") && given.containsKey("priority")) {
        check(context, "camel.routeTemplate[" + route.getRouteId() + "].", given);
      }
    }
  }

  @Override
  public void onCamelContextStarted(CamelContext context, boolean alreadyStarted) {
    // the message says it all
  }

  private void check(CamelContext context, String prefix, Map<String, Object> given) {
    List<String> known = sinks.stream().map(Sink::name).sorted().toList();
    Arrays.stream(text(context, given, "sinks").split(","))
        .map(String::trim)
        .filter(name -> !name.isEmpty() && !known.contains(name))
        .findFirst()
        .ifPresent(
            name -> {
              throw new BadSetting(
                  prefix + "sinks",
                  "'" + name + "' is not a known sink: " + String.join(", ", known));
            });
    String priority = text(context, given, "priority");
    if (!priority.matches("[0-9]")) {
      throw new BadSetting(
          prefix + "priority", "'" + priority + "' is not a whole number from 0 to 9");
    }
  }

  private static String text(CamelContext context, Map<String, Object> given, String parameter) {
    return context.resolvePropertyPlaceholders(String.valueOf(given.get(parameter)));
  }
}
