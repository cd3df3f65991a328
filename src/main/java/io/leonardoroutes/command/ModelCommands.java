package io.leonardoroutes.command;

import static io.leonardoroutes.command.CommandOutput.shown;

import com.fasterxml.jackson.databind.JsonNode;
import io.leonardoroutes.openapi.ModelCatalog;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** The commands {@code models} and {@code schema}, which read the rules and ask nobody. */
final class ModelCommands {
  private ModelCommands() {}

  /** The command {@code models}: lists the models and the limits on their requests. */
  @Command(
      name = "models",
      mixinStandardHelpOptions = true,
      description = "Lists the models, and the limits in force. It asks nobody, and needs no key.")
  static final class Models implements Callable<Integer> {
    private final CommandContext context;
    @Mixin private CommandOutput output;

    Models(CommandContext context) {
      this.context = context;
    }

    @Override
    public Integer call() throws Exception {
      try (OfflineProgram program = OfflineProgram.open(context.program())) {
        JsonNode models = new ModelCatalog(program.models(program.settings())).models();
        output.print(models, () -> models.path("items").forEach(this::show));
      }
      return CommandContext.DONE;
    }

    private void show(JsonNode model) {
      output.line(shown(model.path("id")));
      model
          .path("limits")
          .forEach(
              limit ->
                  output.line(
                      "  %s: %s"
                          .formatted(
                              shown(limit.path("field")),
                              shown(limit.path("allowed"))
                                  + (limit.hasNonNull("with")
                                      ? ", with " + shown(limit.get("with"))
                                      : ""))));
    }
  }

  /** The command {@code schema}: prints the JSON Schema of a request. */
  @Command(
      name = "schema",
      mixinStandardHelpOptions = true,
      description = {
        "Prints the JSON Schema of a request for a model, with the rules in force.",
        "It is of draft 2020-12. The command asks nobody, and needs no key."
      })
  static final class Schema implements Callable<Integer> {
    private final CommandContext context;
    @Mixin private CommandOutput output;

    @Parameters(
        paramLabel = "MODEL",
        description = "id of the model, as the command models lists it")
    private String model;

    Schema(CommandContext context) {
      this.context = context;
    }

    @Override
    public Integer call() throws Exception {
      try (OfflineProgram program = OfflineProgram.open(context.program())) {
        JsonNode schema = new ModelCatalog(program.models(program.settings())).schema(model);
        output.print(schema, () -> output.line(schema.toPrettyString()));
      }
      return CommandContext.DONE;
    }
  }
}
