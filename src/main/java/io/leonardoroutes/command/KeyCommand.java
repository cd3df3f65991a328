package io.leonardoroutes.command;

import io.leonardoroutes.auth.ApiKeys;
import io.leonardoroutes.auth.Caller;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * The command {@code key}: makes a key for a REST caller. Standard output gets the line for the key
 * file; standard error gets the key itself, which is not stored anywhere.
 */
@Command(
    name = "key",
    mixinStandardHelpOptions = true,
    description = {
      "Makes a key for a REST caller.",
      "Standard output gets the line for the file of leonardo.rest.keys; standard error gets the key",
      "itself, which is shown only this once."
    })
public final class KeyCommand implements Callable<Integer> {
  private static final String OPERATOR = "operator";

  @Spec private CommandSpec spec;
  @Mixin private CommandOutput output;

  @Parameters(
      index = "0",
      paramLabel = "NAME",
      description = "name of the caller: 1 to 64 printable characters without spaces")
  private String name;

  @Parameters(
      index = "1",
      arity = "0..1",
      paramLabel = "operator",
      description = "the word operator, for a caller who may see and settle every job")
  private String role;

  @Override
  public Integer call() {
    // In the key file, a line that begins with # is a comment.
    if (!name.matches("(?!#)" + Caller.NAME)) {
      throw wrong(
          "a name is 1 to 64 printable characters without spaces, and does not begin with #");
    }
    if (role != null && !role.equals(OPERATOR)) {
      throw wrong("a role is the word operator, or left out");
    }
    ApiKeys.Made made = ApiKeys.make(new Caller(name, role != null));
    output.print(
        CommandOutput.object()
            .put("name", name)
            .put("operator", role != null)
            .put("line", made.line()),
        () -> output.line(made.line()));
    output
        .err()
        .println(
            output.isJson()
                ? CommandOutput.object().put("name", name).put("key", made.key())
                : "The key of " + name + ", shown only now: " + made.key());
    return CommandContext.DONE;
  }

  private ParameterException wrong(String why) {
    return new ParameterException(spec.commandLine(), why);
  }
}
