package io.leonardoroutes.command;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leonardoroutes.flow.QuoteSettings;
import io.leonardoroutes.json.StrictJson;
import io.leonardoroutes.json.Violation;
import io.leonardoroutes.lines.RequestFile;
import io.leonardoroutes.models.ModelRegistry;
import io.leonardoroutes.problem.Problem;
import io.leonardoroutes.problem.RequestRejected;
import io.leonardoroutes.request.VideoRequest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** The command {@code validate}: says what is wrong with requests, before they are sent. */
@Command(
    name = "validate",
    mixinStandardHelpOptions = true,
    description = {
      "Says everything that is wrong with the requests in files or folders.",
      "It goes by the rules in force for .json, .jsonl and .csv, asks nobody, and needs no key."
    })
final class ValidateCommand implements Callable<Integer> {
  private static final ObjectMapper STRICT = StrictJson.mapper();

  /** The document is made in memory; lines of text are not. */
  private static final int MOST_IN_DOCUMENT = 10_000;

  private final CommandContext context;
  @Mixin private CommandOutput output;

  @Parameters(
      arity = "1..*",
      paramLabel = "FILE",
      description = "files with requests, or folders with such files")
  private List<Path> targets;

  ValidateCommand(CommandContext context) {
    this.context = context;
  }

  @Override
  public Integer call() throws Exception {
    List<RequestFile> files = new ArrayList<>();
    for (Path target : targets) {
      for (Path file : RequestFile.all(target)) {
        files.add(RequestFile.of(file));
      }
    }
    ObjectNode document = CommandOutput.object();
    ArrayNode listed = document.putArray("files");
    long requests = 0;
    boolean valid = true;
    try (OfflineProgram program = OfflineProgram.open(context.program())) {
      QuoteSettings settings = program.settings();
      ModelRegistry models = program.models(settings);
      for (RequestFile file : files) {
        Subject subject = new Subject(file, models, settings, listed.addObject());
        file.read(settings.maxBytes(), subject);
        subject.close();
        requests += subject.requests;
        valid &= subject.invalid == 0;
      }
    }
    boolean good = valid && requests > 0;
    document.put("valid", good);
    if (output.isJson()) {
      output.line(document.toString());
    } else if (requests == 0) {
      output.line("there is no request to check");
    }
    return good ? CommandContext.DONE : CommandContext.FAILED;
  }

  /** One file. */
  private final class Subject implements RequestFile.Taker {
    private final RequestFile file;
    private final ModelRegistry models;
    private final QuoteSettings settings;
    private final ObjectNode document;
    private final ArrayNode problems;
    private long requests;
    private long invalid;

    private Subject(
        RequestFile file, ModelRegistry models, QuoteSettings settings, ObjectNode document) {
      this.file = file;
      this.models = models;
      this.settings = settings;
      this.document = document.put("file", file.path().toString());
      this.problems = document.putArray("problems");
    }

    @Override
    public boolean take(long number, byte[] json) {
      try {
        JsonNode received = STRICT.readTree(RequestFile.text(json));
        List<Violation> violations = beyondItself(models.request(received));
        if (violations.isEmpty()) {
          requests++;
        } else {
          tell(number, Problem.invalid(violations));
        }
      } catch (JsonProcessingException e) {
        reject(number, RequestRejected.of(e).orElseThrow());
      } catch (RequestRejected e) {
        reject(number, e);
      }
      return true;
    }

    /** What the rules of a model do not know: the accounts and the files that there are. */
    private List<Violation> beyondItself(VideoRequest request) {
      List<Violation> found = new ArrayList<>();
      String account = request.account();
      if (account != null && !settings.accounts().names().contains(account)) {
        String known = String.join(", ", settings.accounts().names());
        found.add(
            new Violation(
                "/account",
                "unknown-account",
                CommandOutput.plain(account) + " is not a known account: one of " + known,
                known));
      }
      request
          .picturesToUpload()
          .forEach(
              (pointer, image) -> {
                if (image.file() != null && !Files.isRegularFile(file.beside(image.file()))) {
                  found.add(
                      new Violation(
                          pointer + "/file",
                          "missing",
                          "there is no file "
                              + CommandOutput.plain(image.file())
                              + " beside the request",
                          null));
                }
              });
      return found;
    }

    @Override
    public void reject(long number, RequestRejected why) {
      tell(number, why.problem());
    }

    private void tell(long number, Problem problem) {
      requests++;
      invalid++;
      if (!output.isJson()) {
        String where = CommandOutput.plain(file.name()) + (number > 0 ? ", request " + number : "");
        problem
            .violations()
            .forEach(one -> output.line(where + ": " + one.pointer() + ": " + one.message()));
        if (problem.violations().isEmpty()) {
          output.line(where + ": " + problem.detail());
        }
      } else if (invalid <= MOST_IN_DOCUMENT) {
        ObjectNode one = problems.addObject();
        if (number > 0) {
          one.put("request", number);
        }
        one.set("problem", problem.json());
      }
    }

    private void close() {
      document.put("requests", requests).put("invalid", invalid);
      if (!output.isJson()) {
        output.line(
            "%s: %s, %s"
                .formatted(
                    CommandOutput.plain(file.name()),
                    requests == 1 ? "1 request" : requests + " requests",
                    invalid == 0 ? "valid" : invalid + " invalid"));
      }
    }
  }
}
