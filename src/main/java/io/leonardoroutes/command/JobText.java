package io.leonardoroutes.command;

import static io.leonardoroutes.command.CommandOutput.shown;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A job, as the commands show it. */
final class JobText {
  private JobText() {}

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
