package io.leonardoroutes.app;

import io.leonardoroutes.auth.ApiKeys;
import io.leonardoroutes.auth.Caller;
import java.io.PrintStream;

/**
 * The command {@code key}: makes a key for a REST caller. The line for the file of keys goes to the
 * standard output, the key itself, which is kept nowhere, to the other one.
 */
public final class KeyCommand {
  private static final String OPERATOR = "operator";

  private KeyCommand() {}

  /**
   * Answers the exit status.
   *
   * @param role null, or that of an operator
   * @throws IllegalArgumentException if one of them is none
   */
  public static int run(String name, String role, PrintStream out, PrintStream err) {
    // A line that begins with # is no key's.
    if (!name.matches("(?!#)" + Caller.NAME)) {
      throw new IllegalArgumentException(
          "a name is 1 to 64 printable characters without spaces, and does not begin with #");
    }
    if (role != null && !role.equals(OPERATOR)) {
      throw new IllegalArgumentException("a role is the word operator, or left out");
    }
    ApiKeys.Made made = ApiKeys.make(new Caller(name, role != null));
    out.println(made.line());
    err.println("The key of " + name + ", shown only now: " + made.key());
    return 0;
  }
}
