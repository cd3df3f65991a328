package io.leonardoroutes.command;

import static io.leonardoroutes.command.CommandOutput.shown;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * The commands {@code jobs}, {@code job} and {@code fetch}, and how a job is shown by all commands.
 *
 * <p>One file, because a job looks the same wherever it is shown.
 */
final class JobCommands {
  private JobCommands() {}

  /** The command {@code jobs}: lists jobs, newest first. */
  @Command(
      name = "jobs",
      mixinStandardHelpOptions = true,
      description = "Lists jobs, newest first, as GET /generations does.")
  static final class Jobs implements Callable<Integer> {
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

    Jobs(CommandContext context) {
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
      return RunningProgram.query(asked);
    }

    private void show(JsonNode page) {
      page.path("items").forEach(job -> output.line(line(job)));
      if (page.path("next").isTextual()) {
        output.err().println("more: --after " + CommandOutput.shown(page.get("next")));
      }
    }
  }

  /** The command {@code job}: shows a job and what happened to it. */
  @Command(
      name = "job",
      mixinStandardHelpOptions = true,
      description = "Shows a job and every change of its state.")
  static final class Job implements Callable<Integer> {
    private final CommandContext context;
    @Mixin private CommandOutput output;
    @Mixin private ConnectionOptions connection;

    @Parameters(
        paramLabel = "ID",
        description = "id of the job, or its name in the log, such as koala-1a2b3c4d")
    private String id;

    Job(CommandContext context) {
      this.context = context;
    }

    @Override
    public Integer call() throws InterruptedException {
      RunningProgram program = connection.open(context);
      String path = "/generations/" + RunningProgram.part(id);
      JsonNode job = program.get(path);
      JsonNode history = program.get(path + "/history").path("items");
      ObjectNode document = CommandOutput.object();
      document.setAll((ObjectNode) job.deepCopy());
      document.set("history", history);
      output.print(document, () -> show(job, history));
      return CommandContext.DONE;
    }

    private void show(JsonNode job, JsonNode history) {
      lines(job).forEach(output::line);
      history.forEach(
          change ->
              output.line(
                  "%s  %s > %s  by %s, %s"
                      .formatted(
                          shown(change.path("at")),
                          shown(change.path("from")),
                          shown(change.path("to")),
                          shown(change.path("who")),
                          shown(change.path("where")))));
    }
  }

  /** The command {@code fetch}: downloads a video again. */
  @Command(
      name = "fetch",
      mixinStandardHelpOptions = true,
      description = {
        "Downloads the video of a job again.",
        "For one that was given up, or whose copy is gone. Nothing is paid for it."
      })
  static final class Fetch implements Callable<Integer> {
    private final CommandContext context;
    @Mixin private CommandOutput output;
    @Mixin private ConnectionOptions connection;

    @Parameters(paramLabel = "ID", description = "id or name of the job")
    private String id;

    Fetch(CommandContext context) {
      this.context = context;
    }

    @Override
    public Integer call() throws InterruptedException {
      String path = "/generations/" + RunningProgram.part(id) + "/fetch";
      JsonNode job = connection.open(context).post(path, CommandOutput.object());
      output.print(job, () -> output.line(line(job)));
      return CommandContext.DONE;
    }
  }

  /** One line: id, state, time, model, price, reference. */
  static String line(JsonNode job) {
    return "%s  %-10s  %s  %s  %s  %s"
        .formatted(
            shown(job.path("id")),
            state(job),
            shown(job.path("createdAt")),
            shown(job.path("model")),
            cost(job),
            shown(job.path("reference")))
        .stripTrailing();
  }

  /** Its state, and what it waits for. */
  static String state(JsonNode job) {
    return shown(job.path("state"))
        + (job.hasNonNull("waitsFor") ? " (waits for " + shown(job.get("waitsFor")) + ")" : "");
  }

  static String cost(JsonNode job) {
    return job.path("cost").hasNonNull("amount")
        ? shown(job.at("/cost/amount")) + " " + shown(job.at("/cost/unit"))
        : "-";
  }

  /** All that is known, a line for each. */
  static List<String> lines(JsonNode job) {
    List<String> lines = new ArrayList<>();
    add(lines, "job", job.path("id"));
    lines.add(named("state", state(job)));
    add(lines, "model", job.path("model"));
    add(lines, "reference", job.path("reference"));
    add(lines, "caller", job.path("caller"));
    add(lines, "account", job.path("account"));
    job.path("tags").properties().forEach(tag -> add(lines, "tag " + tag.getKey(), tag.getValue()));
    add(lines, "batch", job.path("batch"));
    add(lines, "retry of", job.path("retryOf"));
    add(lines, "prompt", job.at("/request/parameters/prompt"));
    add(lines, "generation", job.path("generationId"));
    if (job.path("cost").hasNonNull("amount")) {
      lines.add(named("cost", cost(job)));
    }
    add(lines, "accepted", job.path("createdAt"));
    add(lines, "approved", job.path("approvedAt"));
    add(lines, "submitted", job.path("submittedAt"));
    add(lines, "finished", job.path("finishedAt"));
    add(lines, "video", job.at("/video/url"));
    add(lines, "file", job.at("/video/file"));
    add(lines, "sha256", job.at("/video/sha256"));
    add(lines, "problem", job.at("/problem/detail"));
    job.path("warnings").forEach(warning -> add(lines, "warning", warning));
    return lines;
  }

  private static void add(List<String> lines, String name, JsonNode value) {
    if (!value.isMissingNode() && !value.isNull()) {
      lines.add(named(name, shown(value)));
    }
  }

  private static String named(String name, String value) {
    return "%-12s%s".formatted(CommandOutput.plain(name), value);
  }

  /** A time of a job. */
  static Optional<Instant> time(JsonNode job, String field) {
    try {
      return Optional.ofNullable(job.path(field).textValue()).map(Instant::parse);
    } catch (DateTimeParseException e) {
      return Optional.empty();
    }
  }

  /** From its submission to its end; empty while there is none. */
  static Optional<Duration> took(JsonNode job) {
    return time(job, "submittedAt")
        .flatMap(from -> time(job, "finishedAt").map(to -> Duration.between(from, to)))
        .filter(took -> !took.isNegative());
  }
}
