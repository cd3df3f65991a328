package io.leonardoroutes.command;

import static io.leonardoroutes.command.CommandOutput.shown;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leonardoroutes.lines.RequestFile;
import io.leonardoroutes.problem.RequestRejected;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * The command {@code submit}: sends the requests of a file over REST. Each goes with an idempotency
 * key that is made of the file's name and its own content, so that a repeat is the same job.
 */
@Command(
    name = "submit",
    mixinStandardHelpOptions = true,
    description = {
      "Sends the requests in a file over REST, with the pictures beside it.",
      "The same .json, .jsonl or .csv again is the same jobs, so it is safe to repeat after a lost",
      "answer, or with further lines in the file. Large batches belong into the inbox."
    })
final class SubmitCommand implements Callable<Integer> {
  private static final int MOST_REQUESTS = 100_000;
  private static final int LONGEST_REQUEST = 16 * 1024 * 1024;

  /** What is wrong with one request, and says nothing about the next. */
  private static final Set<Integer> OF_ONE = Set.of(400, 409, 413, 422);

  private final CommandContext context;
  @Mixin private CommandOutput output;
  @Mixin private ConnectionOptions connection;

  @Parameters(paramLabel = "FILE", description = "file with one request or many")
  private Path file;

  @Option(
      names = "--again",
      paramLabel = "WORD",
      description =
          "make new jobs of a file that was submitted before; the same word again is the same jobs."
              + " Does nothing for requests with a reference")
  private String again;

  @Option(
      names = "--dry-run",
      description = "only check the requests there, and say what each would cost")
  private boolean dryRun;

  private final Map<String, Integer> seen = new HashMap<>();

  SubmitCommand(CommandContext context) {
    this.context = context;
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    RequestFile requests = RequestFile.of(file);
    Sending sending = new Sending(connection.open(context), requests);
    requests.read(LONGEST_REQUEST, sending);
    if (sending.interrupted != null) {
      throw sending.interrupted;
    }
    if (sending.requests == 0) {
      throw new CommandFailure("there is no request in " + file);
    }
    return sending.rejected == 0 ? CommandContext.DONE : CommandContext.FAILED;
  }

  private final class Sending implements RequestFile.Taker {
    private final RunningProgram program;
    private final RequestFile file;
    private InterruptedException interrupted;
    private long requests;
    private long rejected;

    private Sending(RunningProgram program, RequestFile file) {
      this.program = program;
      this.file = file;
    }

    @Override
    public boolean take(long number, byte[] json) {
      if (++requests > MOST_REQUESTS) {
        throw new CommandFailure(
            "there are more than "
                + MOST_REQUESTS
                + " requests; those before were sent: put the file into the inbox instead");
      }
      try {
        SubmittedRequest request = SubmittedRequest.of(file, json);
        // The same content twice in a file is two requests.
        String content = request.contentHash();
        int copy = seen.merge(content, 1, Integer::sum);
        String key = SubmittedRequest.key(again == null ? file.name() : again, content, copy);
        tell(
            number,
            program.post(
                "/generations" + (dryRun ? "?dry-run=true" : ""),
                request.type(),
                request.body(),
                dryRun ? null : key));
        return true;
      } catch (CommandFailure e) {
        throw stopped(number, e);
      } catch (InterruptedException e) {
        interrupted = e;
        return false;
      } catch (IOException e) {
        throw stopped(number, new CommandFailure("a picture cannot be read: " + e.getMessage()));
      }
    }

    private CommandFailure stopped(long number, CommandFailure why) {
      return new CommandFailure(
          why.exitStatus(),
          where(number)
              + ": "
              + why.getMessage()
              + (why.exitStatus() == CommandContext.NO_ANSWER
                  ? "; give the same command again: what has arrived stays the same jobs"
                  : ""),
          why.document());
    }

    @Override
    public void reject(long number, RequestRejected why) {
      requests++;
      rejected++;
      if (output.isJson()) {
        output.line(
            document(number, why.problem().status())
                .set("problem", why.problem().json())
                .toString());
      } else {
        output.err().println(where(number) + ": " + why.getMessage());
      }
    }

    private void tell(long number, RunningProgram.Answer answer) {
      if (!answer.isGood() && !OF_ONE.contains(answer.status())) {
        program.good(answer);
      }
      if (!answer.isGood()) {
        rejected++;
      }
      if (output.isJson()) {
        String name = answer.isGood() ? dryRun ? "dryRun" : "job" : "problem";
        output.line(document(number, answer.status()).set(name, answer.body()).toString());
      } else if (answer.isGood()) {
        output.line(where(number) + ": " + (dryRun ? quote(answer.body()) : job(answer)));
      } else {
        output.err().println(where(number) + ": " + RunningProgram.reason(answer));
      }
    }

    private ObjectNode document(long number, int status) {
      ObjectNode document = CommandOutput.object().put("file", file.path().toString());
      if (number > 0) {
        document.put("request", number);
      }
      return document.put("status", status);
    }

    private String where(long number) {
      return CommandOutput.plain(file.name()) + (number > 0 ? ", request " + number : "");
    }
  }

  private static String job(RunningProgram.Answer answer) {
    JsonNode job = answer.body();
    return "job "
        + shown(job.path("id"))
        + " "
        + JobCommands.state(job)
        + (answer.status() == 200 ? ", known before" : "");
  }

  private static String quote(JsonNode dryRun) {
    JsonNode quote = dryRun.path("quote");
    return quote.hasNonNull("amount")
        ? (quote.path("from").asBoolean() ? "at least " : "")
            + shown(quote.get("amount"))
            + " "
            + shown(quote.path("unit"))
        : "no price is known";
  }
}
