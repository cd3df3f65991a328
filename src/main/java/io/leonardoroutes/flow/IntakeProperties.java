package io.leonardoroutes.flow;

import io.leonardoroutes.job.Actor;
import io.leonardoroutes.job.Job;
import io.leonardoroutes.job.TraceContext;
import io.leonardoroutes.problem.RequestRejected;
import java.util.Arrays;
import java.util.List;
import org.apache.camel.Exchange;

/**
 * What an intake says of the request in an exchange, by properties of the exchange that it sets
 * before {@code direct:leonardo-accept}. Each may be absent.
 */
public record IntakeProperties(Exchange exchange) {
  /** The intakes that an operator can pause. */
  public static final List<String> PAUSABLE = List.of("file", "rest", "jms", "other");

  public static final String FILE = PAUSABLE.get(0);
  public static final String REST = PAUSABLE.get(1);
  public static final String JMS = PAUSABLE.get(2);
  private static final String OTHER = PAUSABLE.get(3);

  private static final int LONGEST_KEY = 400;
  private static final int DEFAULT_PRIORITY = 4;

  public static IntakeProperties of(Exchange exchange) {
    return new IntakeProperties(exchange);
  }

  public String key() {
    return said(FlowProperties.KEY);
  }

  /**
   * The key, checked for its length.
   *
   * @throws RequestRejected 400 if it is too long to be stored
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
    return exchange.getProperty(FlowProperties.ONE_REQUEST, false, Boolean.class);
  }

  public String name() {
    return said(FlowProperties.NAME);
  }

  public String caller() {
    return said(FlowProperties.CALLER);
  }

  public boolean operator() {
    return exchange.getProperty(FlowProperties.OPERATOR, false, Boolean.class);
  }

  public Actor by() {
    String from = said(FlowProperties.FROM);
    return new Actor(caller(), from == null ? exchange.getFromRouteId() : from);
  }

  /** By which of the {@link #PAUSABLE} intakes it came in. */
  public String pausedAs() {
    String name = said(FlowProperties.PAUSED_AS);
    return name == null ? OTHER : name;
  }

  public List<String> sinks() {
    String names = said(FlowProperties.SINKS);
    return names == null
        ? List.of()
        : Arrays.stream(names.split(",")).map(String::trim).filter(s -> !s.isEmpty()).toList();
  }

  public int priority() {
    return exchange.getProperty(FlowProperties.PRIORITY, DEFAULT_PRIORITY, Integer.class);
  }

  public String defaultAccount() {
    return said(FlowProperties.DEFAULT_ACCOUNT);
  }

  /** The id of the job that the request tries again, or null. */
  public String retryOf() {
    return said(FlowProperties.RETRY_OF);
  }

  public Job.ReplyTo replyTo() {
    String destination = said(FlowProperties.REPLY_TO);
    return destination == null
        ? null
        : new Job.ReplyTo(destination, said(FlowProperties.CORRELATION_ID));
  }

  /** The trace that it came in, or null. */
  public TraceContext trace() {
    return TraceContext.of(
        exchange.getProperty(FlowProperties.TRACE_PARENT),
        exchange.getProperty(FlowProperties.TRACE_STATE));
  }

  private String said(String property) {
    String value = exchange.getProperty(property, String.class);
    return value == null || value.isBlank() ? null : value;
  }
}
