package io.leonardoroutes;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leonardoroutes.delivery.FileName;
import io.leonardoroutes.health.Outages;
import io.leonardoroutes.ledger.Acceptance;
import io.leonardoroutes.ledger.By;
import io.leonardoroutes.ledger.Job;
import io.leonardoroutes.ledger.NewJob;
import io.leonardoroutes.ledger.Outgoing;
import io.leonardoroutes.request.Problem;
import io.leonardoroutes.request.Refused;
import io.leonardoroutes.request.VideoRequest;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The last step of {@code accept.camel.yaml}. What an intake knows of a request it says in exchange
 * properties: {@code leonardoKey} (the same key again is the same job), {@code leonardoOneRequest}
 * (whether that key never stands for another request), {@code leonardoName} (the name of its files
 * in an outbox), {@code leonardoCaller} (who asks: a reference stands for one request of each
 * caller), {@code leonardoFrom} (where it came in, if not by the name of its route), {@code
 * leonardoOperator} (whether it is an operator), {@code leonardoSinks}, {@code leonardoReplyTo} and
 * {@code leonardoCorrelationId}.
 */
public final class Accept {
  /** Set on the exchange when the job was there before. */
  static final String KNOWN = "leonardoKnown";

  static final String CALLER = "leonardoCaller";
  static final String FROM = "leonardoFrom";
  static final String OPERATOR = "leonardoOperator";

  /** The account that pays for a request that may be accepted. */
  static final String ACCOUNT = "leonardoAccount";

  /** Set by intakes whose key never stands for anything else, as a message's own id does not. */
  static final String ONE_REQUEST = "leonardoOneRequest";

  private static final Logger LOG = LoggerFactory.getLogger(Accept.class);
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int LONGEST_KEY = 400;
  private static final int DEFAULT_PRIORITY = 4;

  private final Parts parts;

  Accept(Parts parts) {
    this.parts = parts;
  }

  /** Finds the account that pays for the request in the body, or notes in it that none can. */
  public void account(Exchange exchange) {
    VideoRequest request = exchange.getMessage().getBody(VideoRequest.class);
    Set<String> known = accounts(exchange);
    Optional<String> account = account(request, exchange, known);
    exchange.setProperty(ACCOUNT, account.orElse(null));
    if (account.isEmpty()) {
      request.refuseAccount(known);
    }
  }

  private Set<String> accounts(Exchange exchange) {
    boolean operator = exchange.getProperty(OPERATOR, false, Boolean.class);
    return parts.settings().accounts().of(property(exchange, CALLER), operator);
  }

  /** A name is looked up among those that the caller may use, and nowhere else. */
  private Optional<String> account(VideoRequest request, Exchange exchange, Set<String> known) {
    return request.account() == null
        ? parts.settings().accounts().chosen(property(exchange, CALLER), known)
        : Optional.of(request.account()).filter(known::contains);
  }

  /**
   * Makes the valid request in the body durable, and answers its job. When this returns, it may be
   * confirmed.
   *
   * @throws Refused 409 if its reference or key stands for another request
   */
  public void commit(Exchange exchange) {
    NewJob asked = asked(exchange);
    Acceptance acceptance =
        parts
            .ledger()
            .accept(
                asked,
                job ->
                    job.routing().replyTo() == null
                        ? List.of()
                        : List.of(
                            reply(asked.routing().intakeKey(), job.routing().replyTo(), job)));
    parts.outages().back(Outages.INTAKE);
    if (acceptance instanceof Acceptance.Accepted accepted) {
      LOG.info("{} accepted", accepted.job().name());
      answer(exchange, accepted.job(), false);
    } else if (acceptance instanceof Acceptance.Known known) {
      known(exchange, asked.routing().intakeKey(), asked.routing().replyTo(), known.job());
    } else {
      Acceptance.Conflict conflict = (Acceptance.Conflict) acceptance;
      throw conflict(conflict, "job " + conflict.job().id());
    }
  }

  private void known(Exchange exchange, String key, Job.ReplyTo replyTo, Job job) {
    LOG.info("{} is known already", job.name());
    if (replyTo != null) {
      parts.ledger().outbox().add(List.of(reply(key, replyTo, job)));
    }
    answer(exchange, job, true);
  }

  /**
   * Answers the job of a message or file that was accepted before it came again, though by now it
   * would be refused: its account or a sink may be gone, or a rule another.
   *
   * @throws Exception the refusal, if it was not
   */
  public void unlessAccepted(
      Exchange exchange, @ExchangeProperty(Exchange.EXCEPTION_CAUGHT) Exception refused)
      throws Exception {
    if (!exchange.getProperty(ONE_REQUEST, false, Boolean.class)) {
      throw refused;
    }
    String key = key(exchange);
    // Who only made up the id of another's message is told nothing of its job.
    Job job =
        parts
            .ledger()
            .withKey(key)
            .filter(known -> Objects.equals(known.routing().replyTo(), replyTo(exchange)))
            .orElseThrow(() -> refused);
    known(exchange, key, replyTo(exchange), job);
  }

  /** Makes requests that are to be answered where they came in durable, all of them or none. */
  List<Acceptance> commitAll(List<NewJob> asked) {
    List<Acceptance> all = parts.ledger().acceptAll(asked);
    parts.outages().back(Outages.INTAKE);
    if (all.stream().noneMatch(Acceptance.Conflict.class::isInstance)) {
      all.stream()
          .filter(Acceptance.Accepted.class::isInstance)
          .forEach(one -> LOG.info("{} accepted", ((Acceptance.Accepted) one).job().name()));
    }
    return all;
  }

  /**
   * The answer to whoever asked. Its id comes from what was asked, so that a message that is
   * redelivered is answered once, and a second one for the same job too.
   */
  private Outgoing reply(String key, Job.ReplyTo to, Job job) {
    return parts.telling().reply(id("reply " + job.id() + " " + key), job, to);
  }

  private static void answer(Exchange exchange, Job job, boolean known) {
    exchange.setProperty(KNOWN, known);
    exchange.getMessage().setBody(Telling.json(job));
    exchange.setProperty("leonardoId", job.id());
  }

  /**
   * @param other what has the same reference or key
   */
  static Refused conflict(Acceptance.Conflict conflict, String other) {
    return new Refused(
        409,
        "conflict",
        "The same " + conflict.by() + " stands for another request",
        "%s has this %s and asks for something else: use a new one"
            .formatted(other, conflict.by()));
  }

  /**
   * The valid request in the body, with what its intake knows of it.
   *
   * @throws Refused 400 if its key is too long
   */
  NewJob asked(Exchange exchange) {
    VideoRequest request = exchange.getMessage().getBody(VideoRequest.class);
    ObjectNode sent = request.toProvider();
    List<String> sinks = request.sinks().isEmpty() ? intakeSinks(exchange) : request.sinks();
    String name = property(exchange, "leonardoName");
    int priority =
        request.priority() == null
            ? exchange.getProperty("leonardoPriority", DEFAULT_PRIORITY, Integer.class)
            : request.priority();
    Job.Routing routing =
        new Job.Routing(
            null, key(exchange), hash(request, sent), priority, sinks, replyTo(exchange));
    return new NewJob(
        request.reference(),
        account(request, exchange, accounts(exchange)).orElseThrow(),
        request.model(),
        sent,
        request.warnings(),
        FileName.of(name == null ? request.reference() : name, request.model()),
        routing,
        by(exchange));
  }

  private static By by(Exchange exchange) {
    String from = property(exchange, FROM);
    return new By(property(exchange, CALLER), from == null ? exchange.getFromRouteId() : from);
  }

  private static List<String> intakeSinks(Exchange exchange) {
    String names = property(exchange, "leonardoSinks");
    return names == null
        ? List.of()
        : Arrays.stream(names.split(",")).map(String::trim).filter(s -> !s.isEmpty()).toList();
  }

  private static String key(Exchange exchange) {
    String key = property(exchange, "leonardoKey");
    if (key != null && key.length() > LONGEST_KEY) {
      throw new Refused(
          400,
          "key-too-long",
          "The idempotency key is too long",
          key.length() + " characters: at most " + LONGEST_KEY);
    }
    return key;
  }

  private static Job.ReplyTo replyTo(Exchange exchange) {
    String destination = property(exchange, "leonardoReplyTo");
    return destination == null
        ? null
        : new Job.ReplyTo(destination, property(exchange, "leonardoCorrelationId"));
  }

  private static String property(Exchange exchange, String name) {
    String value = exchange.getProperty(name, String.class);
    return value == null || value.isBlank() ? null : value;
  }

  /** Over what the caller said and nothing that a change of settings could change. */
  private static String hash(VideoRequest request, ObjectNode sent) {
    ObjectNode all = JSON.createObjectNode();
    all.set("sent", sent);
    all.set("sinks", JSON.valueToTree(request.sinks()));
    all.put("priority", request.priority());
    all.put("reference", request.reference());
    if (request.account() != null) {
      // Not else: ledgers hold hashes from before there were accounts.
      all.put("account", request.account());
    }
    return sha256(all.toString().getBytes(StandardCharsets.UTF_8));
  }

  private static String id(String name) {
    return UUID.nameUUIDFromBytes(name.getBytes(StandardCharsets.UTF_8)).toString();
  }

  static String sha256(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  /**
   * Throws what made the body unacceptable as the one exception that callers of {@code
   * direct:leonardo-accept} see. The validator's own holds the whole request and goes no further.
   */
  public void refuse(@ExchangeProperty(Exchange.EXCEPTION_CAUGHT) Exception failure)
      throws Exception {
    throw Refused.of(failure).map(Exception.class::cast).orElse(failure);
  }

  /**
   * Turns the refusal that an intake caught into its answer: the body becomes the problem document.
   * Sinks that ask for {@code rejected} are told, and so is a JMS caller, once for the same key.
   */
  public void refused(Exchange exchange) {
    Refused refused =
        Refused.of(exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Throwable.class)).orElseThrow();
    JsonNode answer = tell(exchange, refused, property(exchange, "leonardoKey"));
    exchange.getMessage().removeHeaders("*");
    exchange.getMessage().setBody(answer);
    exchange.getMessage().setHeader(Exchange.CONTENT_TYPE, Problem.MEDIA_TYPE);
    exchange.getMessage().setHeader(Exchange.HTTP_RESPONSE_CODE, refused.problem().status());
  }

  /**
   * Tells of a refusal.
   *
   * @param key of what was refused, or null
   * @return what is answered
   */
  JsonNode tell(Exchange exchange, Refused refused, String key) {
    JsonNode answer = JSON.valueToTree(refused.problem());
    String id = key == null ? UUID.randomUUID().toString() : id("refused " + key + answer);
    String name = FileName.of(property(exchange, "leonardoName"), "request");
    String fileName = name + "-" + id.substring(0, 8);
    ObjectNode data = JSON.createObjectNode().put("id", id).put("state", "REJECTED");
    data.set("problem", answer);
    parts.ledger().outbox().add(parts.telling().rejected(id, fileName, data, replyTo(exchange)));
    LOG.info("{} refused: {}", fileName, refused.getMessage());
    return answer;
  }
}
