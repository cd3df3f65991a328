package io.leonardoroutes.rest;

import java.io.PrintStream;

/**
 * The command {@code key}: makes a key for a REST caller. The line for the file of keys goes to the
 * standard output, the key itself, which is kept nowhere, to the other one.
 */
public final class NewKey {
  private static final String HELP =
      "java -jar leonardo-routes.jar key NAME [operator] >> FILE: NAME is 1 to 64 printable"
          + " characters without spaces, FILE that of "
          + RestSettings.KEYS;

  private NewKey() {}

  public static boolean asked(String[] arguments) {
    return arguments.length > 0 && arguments[0].equals("key");
  }

  /** Answers the exit status. */
  public static int run(String[] arguments, PrintStream out, PrintStream err) {
    boolean operator = arguments.length == 3 && arguments[2].equals("operator");
    boolean named = arguments.length == 2 || operator;
    // a line that begins so is no key's
    if (!named || !arguments[1].matches("(?!#)" + Caller.NAME)) {
      err.println(HELP);
      return 1;
    }
    ApiKeys.Made made = ApiKeys.make(new Caller(arguments[1], operator));
    out.println(made.line());
    err.println("The key of " + arguments[1] + ", shown only now: " + made.key());
    return 0;
  }
}
