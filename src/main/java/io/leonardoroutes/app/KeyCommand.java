package io.leonardoroutes.app;

import io.leonardoroutes.auth.ApiKeys;
import io.leonardoroutes.auth.Caller;
import java.io.PrintStream;

/**
 * The command {@code key}: makes a key for a REST caller. Standard output gets the line for the key
 * file; standard error gets the key itself, which is not stored anywhere.
 */
public final class KeyCommand {
  private static final String OPERATOR = "operator";

  private KeyCommand() {}

  /**
   * Makes and prints a key.
   *
   * @param role {@code operator}, or null for a user
   * @return the exit status
   * @throws IllegalArgumentException if the name or the role is not valid
   */
  public static int run(String name, String role, PrintStream out, PrintStream err) {
    // In the key file, a line that begins with # is a comment.
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
