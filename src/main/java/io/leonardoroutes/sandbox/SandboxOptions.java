package io.leonardoroutes.sandbox;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.function.Function;

/**
 * Options of a sandbox. Start from {@link #defaults()} and change what you need.
 *
 * @param port the port on 127.0.0.1; 0 (the default) takes any free one
 * @param jobDuration how long a job runs once it has a slot; 4 seconds by default
 * @param concurrency how many jobs run at once while the others queue; 10 by default
 * @param clock the clock that jobs run by; a test can use its own to finish jobs without waiting
 * @param rules returns a message for each rule that the JSON of a create breaks; none by default.
 *     Called on the sandbox's only thread, so it must not block
 * @param apiKey the only key that is accepted; empty (the default) accepts any key
 * @param journal a file in which jobs outlive the sandbox; null (the default) for none
 * @param models the models that {@code GET /v2/models} lists; none by default. Which models a
 *     create may use is up to the rules
 */
public record SandboxOptions(
    int port,
    Duration jobDuration,
    int concurrency,
    Clock clock,
    Function<JsonNode, List<String>> rules,
    String apiKey,
    Path journal,
    List<String> models) {

  public SandboxOptions {
    if (port < 0 || port > 65_535) {
      throw new IllegalArgumentException(
          "The sandbox cannot listen on port " + port + ": give 1 to 65535, or 0 for any free one");
    }
    if (jobDuration.isNegative()) {
      throw new IllegalArgumentException(
          "A job of the sandbox cannot take " + jobDuration + ": give zero or more");
    }
    if (concurrency < 1 || concurrency > 10_000) {
      throw new IllegalArgumentException(
          "The sandbox cannot run " + concurrency + " jobs at once: give 1 to 10000");
    }
    apiKey = apiKey == null ? "" : apiKey;
    models = List.copyOf(models);
  }

  public static SandboxOptions defaults() {
    return new SandboxOptions(
        0, Duration.ofSeconds(4), 10, Clock.systemUTC(), request -> List.of(), "", null, List.of());
  }

  public SandboxOptions withPort(int port) {
    return new SandboxOptions(
        port, jobDuration, concurrency, clock, rules, apiKey, journal, models);
  }

  public SandboxOptions withJobDuration(Duration jobDuration) {
    return new SandboxOptions(
        port, jobDuration, concurrency, clock, rules, apiKey, journal, models);
  }

  public SandboxOptions withConcurrency(int concurrency) {
    return new SandboxOptions(
        port, jobDuration, concurrency, clock, rules, apiKey, journal, models);
  }

  public SandboxOptions withClock(Clock clock) {
    return new SandboxOptions(
        port, jobDuration, concurrency, clock, rules, apiKey, journal, models);
  }

  public SandboxOptions withRules(Function<JsonNode, List<String>> rules) {
    return new SandboxOptions(
        port, jobDuration, concurrency, clock, rules, apiKey, journal, models);
  }

  public SandboxOptions withApiKey(String apiKey) {
    return new SandboxOptions(
        port, jobDuration, concurrency, clock, rules, apiKey, journal, models);
  }

  public SandboxOptions withJournal(Path journal) {
    return new SandboxOptions(
        port, jobDuration, concurrency, clock, rules, apiKey, journal, models);
  }

  public SandboxOptions withModels(Collection<String> models) {
    return new SandboxOptions(
        port, jobDuration, concurrency, clock, rules, apiKey, journal, List.copyOf(models));
  }

  /** Without the API key. */
  @Override
  public String toString() {
    return "SandboxOptions[port=%s, jobDuration=%s, concurrency=%s]"
        .formatted(port, jobDuration, concurrency);
  }
}
