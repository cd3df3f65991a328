package io.leonardoroutes.intake;

import io.leonardoroutes.auth.Caller;
import io.leonardoroutes.flow.FlowProperties;
import io.leonardoroutes.problem.RequestRejected;
import io.leonardoroutes.settings.BadSetting;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.camel.Exchange;
import org.apache.camel.spi.Language;
import org.apache.camel.support.MessageHelper;

/**
 * The step of the kamelets {@code leonardo-generate-sink} and {@code leonardo-generate-action} that
 * makes the key and the caller of a request from its message.
 */
public final class KameletIntake {
  /** So that no message can have the key of another intake's. */
  private static final String PREFIX = "kamelet:";

  private static final Pattern BRACE = Pattern.compile("\\$(simple)?\\{|}");
  private static final Pattern NEVER_TWICE =
      Pattern.compile(
          "\\$(?:simple)?\\{\\s*(exchangeId|uuid|random|date:now|date-with-timezone:now)\\b");

  /**
   * Sets the key and the caller.
   *
   * @throws RequestRejected 400 for a message that has no key, or lacks a part of it: its
   *     redelivery, or the next message, could not be told from it; 403 for one without the caller
   *     that the kamelet wants
   */
  public void open(Exchange exchange) {
    exchange.setProperty(FlowProperties.CONTENT, exchange.getMessage().getBody());
    exchange.setProperty(FlowProperties.KEY, PREFIX + key(exchange));
    exchange.setProperty(FlowProperties.CALLER, caller(exchange));
    // The expressions may have read it.
    MessageHelper.resetStreamCache(exchange.getMessage());
  }

  private static String key(Exchange exchange) {
    String key = exchange.getProperty(FlowProperties.KEY_EXPRESSION, "", String.class);
    unusable(key)
        .ifPresent(
            why -> {
              throw new BadSetting("key", why);
            });
    return value(exchange, key)
        .orElseThrow(
            () ->
                new RequestRejected(
                    400,
                    "no-key",
                    "The message has no idempotency key",
                    "a part of `%s` has no value: without it a redelivery would be paid again"
                        .formatted(key)));
  }

  private static String caller(Exchange exchange) {
    String caller = exchange.getProperty(FlowProperties.CALLER_EXPRESSION, "", String.class);
    if (caller.isBlank()) {
      return null;
    }
    return value(exchange, caller)
        .filter(name -> name.matches(Caller.NAME))
        .orElseThrow(
            () ->
                new RequestRejected(
                    403,
                    "no-caller",
                    "The message has no caller",
                    "`%s` is not 1 to 64 characters of ASCII without spaces".formatted(caller)));
  }

  /** Why the expression cannot make keys that stay the same and differ from each other. */
  static Optional<String> unusable(String expression) {
    if (expression.isBlank()) {
      return Optional.of("it is empty: without a key a message that is redelivered is paid again");
    }
    Matcher never = NEVER_TWICE.matcher(expression);
    return never.find()
        ? Optional.of(
            ("'%s' changes with each delivery, and each would be paid: use what the message itself"
                    + " is called")
                .formatted(never.group(1)))
        : Optional.empty();
  }

  /** The value of a simple expression, unless it or one of its functions has none. */
  private static Optional<String> value(Exchange exchange, String expression) {
    Language simple = exchange.getContext().resolveLanguage("simple");
    for (String function : functions(expression)) {
      String part = simple.createExpression(function).evaluate(exchange, String.class);
      if (part == null || part.isBlank()) {
        return Optional.empty();
      }
    }
    return Optional.ofNullable(simple.createExpression(expression).evaluate(exchange, String.class))
        .filter(value -> !value.isBlank());
  }

  /** The functions of a simple expression, without those inside of others. */
  private static List<String> functions(String expression) {
    List<String> functions = new ArrayList<>();
    Matcher brace = BRACE.matcher(expression);
    int depth = 0;
    int start = 0;
    while (brace.find()) {
      if (!brace.group().equals("}")) {
        start = depth++ == 0 ? brace.start() : start;
      } else if (depth > 0 && --depth == 0) {
        functions.add(expression.substring(start, brace.end()));
      }
    }
    return functions;
  }
}
