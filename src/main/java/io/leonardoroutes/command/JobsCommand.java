package io.leonardoroutes.command;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The command {@code jobs}: lists jobs, newest first. */
@Command(
    name = "jobs",
    mixinStandardHelpOptions = true,
    description = "Lists jobs, newest first, as GET /generations does.")
final class JobsCommand implements Callable<Integer> {
  private final CommandContext context;
  @Mixin private CommandOutput output;
  @Mixin private ConnectionOptions connection;

  @Option(
      names = "--state",
      paramLabel = "STATE",
      description = "ACCEPTED, SUBMITTING, RUNNING, IN_DOUBT, COMPLETE, FAILED or CANCELLED")
  private String state;

  @Option(
      names = "--waits-for",
      paramLabel = "WHAT",
      description = "what they wait for, such as approval or job")
  private String waitsFor;

  @Option(names = "--model", paramLabel = "MODEL", description = "of this model")
  private String model;

  @Option(names = "--reference", paramLabel = "REFERENCE", description = "with this reference")
  private String reference;

  @Option(names = "--tag", paramLabel = "NAME:VALUE", description = "with this tag")
  private String tag;

  @Option(
      names = "--from",
      paramLabel = "INSTANT",
      description = "accepted at that time or later, for example 2026-07-01T00:00:00Z")
  private String from;

  @Option(names = "--to", paramLabel = "INSTANT", description = "accepted before that time")
  private String to;

  @Option(
      names = "--limit",
      paramLabel = "N",
      defaultValue = "50",
      description = "how many, 1 to 1000; default ${DEFAULT-VALUE}")
  private int limit;

  @Option(
      names = "--after",
      paramLabel = "CURSOR",
      description = "the page after this one: what the page before calls next")
  private String after;

  JobsCommand(CommandContext context) {
    this.context = context;
  }

  @Override
  public Integer call() throws InterruptedException {
    JsonNode page = connection.open(context).get("/generations?" + query());
    output.print(page, () -> show(page));
    return CommandContext.DONE;
  }

  private String query() {
    Map<String, String> asked = new LinkedHashMap<>();
    asked.put("state", state);
    asked.put("waitsFor", waitsFor);
    asked.put("model", model);
    asked.put("reference", reference);
    asked.put("tag", tag);
    asked.put("from", from);
    asked.put("to", to);
    asked.put("limit", String.valueOf(limit));
    asked.put("after", after);
    return asked.entrySet().stream()
        .filter(one -> one.getValue() != null)
        .map(one -> one.getKey() + "=" + RunningProgram.part(one.getValue()))
        .collect(Collectors.joining("&"));
  }

  private void show(JsonNode page) {
    page.path("items").forEach(job -> output.line(JobText.line(job)));
    if (page.path("next").isTextual()) {
      output.err().println("more: --after " + CommandOutput.shown(page.get("next")));
    }
  }
}
