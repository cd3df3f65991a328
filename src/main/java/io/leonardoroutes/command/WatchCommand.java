package io.leonardoroutes.command;

import static io.leonardoroutes.command.CommandOutput.shown;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The command {@code watch}: follows what runs, until it has ended. */
@Command(
    name = "watch",
    mixinStandardHelpOptions = true,
    description = {
      "Follows the jobs that you name, or all that run, until they have ended.",
      "On a terminal it draws a bar for each, by how long videos of that model usually take;",
      "anywhere else it prints a line for each change of a state.",
      "Exits with 0 if every job that you named is COMPLETE."
    })
final class WatchCommand implements Callable<Integer> {
  private static final Set<String> LAST = Set.of("COMPLETE", "FAILED", "CANCELLED");
  private static final List<String> OPEN = List.of("RUNNING", "SUBMITTING", "ACCEPTED");
  private static final int MOST_BARS = 20;
  private static final int WIDTH = 24;
  private static final int MOST_TRIES = 5;
  private static final String UP_AND_CLEAR = "\u001b[%sA\u001b[J";

  private final CommandContext context;
  @Mixin private CommandOutput output;
  @Mixin private ConnectionOptions connection;

  @Parameters(arity = "0..100", paramLabel = "ID", description = "ids or names of jobs; up to 100")
  private List<String> ids = List.of();

  @Option(
      names = "--every",
      paramLabel = "DURATION",
      defaultValue = "PT2S",
      description = "how often to ask, for example PT5S; default ${DEFAULT-VALUE}")
  private Duration every;

  private final Map<String, String> told = new HashMap<>();
  private final Map<String, Duration> usual = new HashMap<>();
  private int drawn;
  private int failures;
  private boolean any;

  WatchCommand(CommandContext context) {
    this.context = context;
  }

  @Override
  public Integer call() throws InterruptedException {
    RunningProgram program = connection.open(context);
    boolean terminal = !output.isJson() && Ansi.AUTO.enabled();
    while (true) {
      Map<String, JsonNode> jobs = jobs(program);
      show(program, jobs, terminal);
      any |= !jobs.isEmpty();
      if (ids.isEmpty()) {
        told.values().removeIf(LAST::contains);
      }
      if (failures == 0 && jobs.values().stream().allMatch(WatchCommand::hasEnded)) {
        if (!any && !output.isJson()) {
          output.line("nothing runs");
        }
        boolean good = jobs.values().stream().allMatch(job -> state(job).equals("COMPLETE"));
        return ids.isEmpty() || good ? CommandContext.DONE : CommandContext.FAILED;
      }
      Thread.sleep(Math.max(1, every.toMillis()));
    }
  }

  /** Those that are followed; those that were open before, too, so that their end is seen. */
  private Map<String, JsonNode> jobs(RunningProgram program) throws InterruptedException {
    Map<String, JsonNode> jobs = new LinkedHashMap<>();
    try {
      for (String id : ids) {
        jobs.put(id, program.get("/generations/" + RunningProgram.part(id)));
      }
      if (ids.isEmpty()) {
        for (String state : OPEN) {
          program
              .get("/generations?limit=100&state=" + state)
              .path("items")
              .forEach(job -> jobs.put(job.path("id").asText(), job));
        }
        for (String id : told.keySet()) {
          if (!jobs.containsKey(id)) {
            jobs.put(id, program.get("/generations/" + RunningProgram.part(id)));
          }
        }
      }
      failures = 0;
    } catch (CommandFailure e) {
      // It may be starting again.
      if (e.exitStatus() != CommandContext.NO_ANSWER || ++failures == MOST_TRIES) {
        throw e;
      }
    }
    return jobs;
  }

  private void show(RunningProgram program, Map<String, JsonNode> jobs, boolean terminal)
      throws InterruptedException {
    List<String> changed = new ArrayList<>();
    for (JsonNode job : jobs.values()) {
      String id = job.path("id").asText();
      if (!state(job).equals(told.put(id, state(job)))) {
        changed.add(id);
        if (output.isJson()) {
          output.line(document(job));
        } else if (!terminal || hasEnded(job)) {
          clear();
          output.line(line(job));
        }
      }
    }
    if (terminal) {
      draw(program, jobs);
    }
  }

  private String document(JsonNode job) {
    ObjectNode document = CommandOutput.object();
    document.put("at", context.clock().instant().toString());
    document.set("job", job);
    return document.toString();
  }

  private String line(JsonNode job) {
    return "%s  %s  %s%s"
        .formatted(
            context.clock().instant().truncatedTo(java.time.temporal.ChronoUnit.SECONDS),
            shown(job.path("id")),
            JobCommands.state(job),
            hasEnded(job)
                ? JobCommands.took(job).map(took -> " after " + took.toSeconds() + " s").orElse("")
                    + (job.at("/problem/detail").isTextual()
                        ? ": " + shown(job.at("/problem/detail"))
                        : "")
                : "");
  }

  private void clear() {
    if (drawn > 0) {
      output.out().print(UP_AND_CLEAR.formatted(drawn));
      drawn = 0;
    }
  }

  private void draw(RunningProgram program, Map<String, JsonNode> jobs)
      throws InterruptedException {
    List<String> bars = new ArrayList<>();
    int more = 0;
    for (JsonNode job : jobs.values()) {
      if (!hasEnded(job) && bars.size() < MOST_BARS) {
        bars.add(bar(job, usual(program, job)));
      } else if (!hasEnded(job)) {
        more++;
      }
    }
    if (more > 0) {
      bars.add("and " + more + " more");
    }
    if (failures > 0) {
      bars.add("no answer; asking again");
    }
    clear();
    bars.forEach(output::line);
    output.out().flush();
    drawn = bars.size();
  }

  private String bar(JsonNode job, Optional<Duration> usual) {
    Optional<Instant> since = JobCommands.time(job, "submittedAt");
    if (!state(job).equals("RUNNING") || since.isEmpty()) {
      return name(job) + JobCommands.state(job);
    }
    Duration took = Duration.between(since.get(), context.clock().instant());
    return name(job)
        + bar(took, usual)
        + " "
        + took.toSeconds()
        + " s"
        + usual.map(most -> " of about " + most.toSeconds() + " s").orElse("");
  }

  /** Short, as a line that wraps could not be drawn over; the lines of changes have whole ids. */
  private static String name(JsonNode job) {
    return "%-10.8s".formatted(shown(job.path("id")));
  }

  /** The provider shows no progress: the bar is full only when the video is there. */
  static String bar(Duration took, Optional<Duration> usual) {
    long full =
        usual
            .filter(most -> most.toMillis() > 0)
            .map(most -> WIDTH * took.toMillis() / most.toMillis())
            .orElse(0L);
    int done = (int) Math.max(0, Math.min(WIDTH - 1, full));
    return "[" + "#".repeat(done) + ".".repeat(WIDTH - done) + "]";
  }

  /** The median of the last videos of the model. */
  private Optional<Duration> usual(RunningProgram program, JsonNode job)
      throws InterruptedException {
    String model = job.path("model").asText();
    if (!usual.containsKey(model)) {
      List<Duration> took = new ArrayList<>();
      String last = "/generations?limit=20&state=COMPLETE&model=" + RunningProgram.part(model);
      program
          .ask(last)
          .body()
          .path("items")
          .forEach(one -> JobCommands.took(one).ifPresent(took::add));
      took.sort(null);
      usual.put(model, took.isEmpty() ? null : took.get(took.size() / 2));
    }
    return Optional.ofNullable(usual.get(model));
  }

  private static String state(JsonNode job) {
    return job.path("state").asText();
  }

  private static boolean hasEnded(JsonNode job) {
    return LAST.contains(state(job));
  }
}
