package io.leonardoroutes.flow;

import io.leonardoroutes.job.Actor;
import io.leonardoroutes.job.Job;
import io.leonardoroutes.problem.RequestRejected;
import java.util.Arrays;
import java.util.List;
import org.apache.camel.Exchange;

/**
 * What an intake, or a route in front of {@code direct:leonardo-accept}, knows of the request in an
 * exchange: it says so in these properties of the exchange, each of which may be absent.
 */
public record IntakeProperties(Exchange exchange) {
  /** The idempotency key: the same key again is the same job. */
  public static final String KEY = "leonardoKey";

  /** Whether that key never stands for another request, as a message's own id does not. */
  public static final String ONE_REQUEST = "leonardoOneRequest";

  /** The name of the request's files in an outbox. */
  public static final String NAME = "leonardoName";

  /** Who asks: a reference stands for one request of each caller. */
  public static final String CALLER = "leonardoCaller";

  /** Whether who asks is an operator. */
  public static final String OPERATOR = "leonardoOperator";

  /** Where the request came in, if not by the route of that id. */
  public static final String FROM = "leonardoFrom";

  /** Names of sinks, separated by commas, for a request that names none. */
  public static final String SINKS = "leonardoSinks";

  /** 0 to 9, for a request that says none. */
  public static final String PRIORITY = "leonardoPriority";

  /** The JMS destination that answers go to. */
  public static final String REPLY_TO = "leonardoReplyTo";

  /** The JMSCorrelationID of those answers. */
  public static final String CORRELATION_ID = "leonardoCorrelationId";

  private static final int LONGEST_KEY = 400;
  private static final int DEFAULT_PRIORITY = 4;

  public static IntakeProperties of(Exchange exchange) {
    return new IntakeProperties(exchange);
  }

  public String key() {
    return said(KEY);
  }

  /**
   * The key, which may be kept.
   *
   * @throws RequestRejected 400 if it is too long for that
   */
  public String usableKey() {
    String key = key();
    if (key != null && key.length() > LONGEST_KEY) {
      throw new RequestRejected(
          400,
          "key-too-long",
          "The idempotency key is too long",
          key.length() + " characters: at most " + LONGEST_KEY);
    }
    return key;
  }

  public boolean oneRequest() {
    return exchange.getProperty(ONE_REQUEST, false, Boolean.class);
  }

  public String name() {
    return said(NAME);
  }

  public String caller() {
    return said(CALLER);
  }

  public boolean operator() {
    return exchange.getProperty(OPERATOR, false, Boolean.class);
  }

  public Actor by() {
    String from = said(FROM);
    return new Actor(caller(), from == null ? exchange.getFromRouteId() : from);
  }

  public List<String> sinks() {
    String names = said(SINKS);
    return names == null
        ? List.of()
        : Arrays.stream(names.split(",")).map(String::trim).filter(s -> !s.isEmpty()).toList();
  }

  public int priority() {
    return exchange.getProperty(PRIORITY, DEFAULT_PRIORITY, Integer.class);
  }

  public Job.ReplyTo replyTo() {
    String destination = said(REPLY_TO);
    return destination == null ? null : new Job.ReplyTo(destination, said(CORRELATION_ID));
  }

  private String said(String property) {
    String value = exchange.getProperty(property, String.class);
    return value == null || value.isBlank() ? null : value;
  }
}
