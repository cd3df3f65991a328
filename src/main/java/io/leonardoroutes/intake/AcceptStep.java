package io.leonardoroutes.intake;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leonardoroutes.event.OutboxFileName;
import io.leonardoroutes.flow.EventFactory;
import io.leonardoroutes.flow.FlowContext;
import io.leonardoroutes.flow.FlowProperties;
import io.leonardoroutes.flow.IntakeProperties;
import io.leonardoroutes.health.Outages;
import io.leonardoroutes.job.Acceptance;
import io.leonardoroutes.job.Job;
import io.leonardoroutes.job.NewJob;
import io.leonardoroutes.job.OutboxEvent;
import io.leonardoroutes.problem.RequestRejected;
import io.leonardoroutes.request.VideoRequest;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The last steps of {@code accept.camel.yaml}: which account pays, and whether a request is
 * accepted, known already or refused.
 *
 * <p>One file, because it is read beside its route file.
 */
public final class AcceptStep {
  private static final Logger LOG = LoggerFactory.getLogger(AcceptStep.class);
  private static final ObjectMapper JSON = new ObjectMapper();

  private final FlowContext flow;
  private final RejectionNotifier rejections;

  public AcceptStep(FlowContext flow, RejectionNotifier rejections) {
    this.flow = flow;
    this.rejections = rejections;
  }

  /** Finds the account that pays for the request in the body, or notes in it that none can. */
  public void account(Exchange exchange) {
    VideoRequest request = exchange.getMessage().getBody(VideoRequest.class);
    IntakeProperties intake = IntakeProperties.of(exchange);
    Set<String> known = accounts(intake);
    Optional<String> account = account(request, intake, known);
    exchange.setProperty(FlowProperties.ACCOUNT, account.orElse(null));
    if (account.isEmpty()) {
      request.refuseAccount(known);
    }
  }

  /**
   * Notes in the request each picture or video that is given by the id of a generation of ours,
   * which is not its video's: the provider would answer that with a 5xx, and nobody would know
   * whether it is paid.
   */
  public void generations(Exchange exchange) {
    VideoRequest request = exchange.getMessage().getBody(VideoRequest.class);
    Map<String, String> ids = request.ids();
    if (ids.isEmpty()) {
      return;
    }
    IntakeProperties intake = IntakeProperties.of(exchange);
    Map<String, Job> owners = flow.ledger().owners(Set.copyOf(ids.values()));
    ids.forEach(
        (pointer, id) -> {
          Job job = owners.get(id);
          if (job != null) {
            boolean own = intake.operator() || Objects.equals(intake.caller(), job.caller());
            request.refuseId(pointer, own ? instead(job) : "use the `video.id` of its job");
          }
        });
  }

  private static String instead(Job job) {
    if (job.video() == null) {
      return "job %s is %s, and has a `video.id` once it is COMPLETE"
          .formatted(job.id(), job.state());
    }
    return job.video().id() == null
        ? "use the id of its video, as the `response` of job %s shows it".formatted(job.id())
        : "use the `video.id` of job %s: %s".formatted(job.id(), job.video().id());
  }

  private Set<String> accounts(IntakeProperties intake) {
    return flow.settings().accounts().of(intake.caller(), intake.operator());
  }

  /** A name is looked up among those that the caller may use, and nowhere else. */
  private Optional<String> account(
      VideoRequest request, IntakeProperties intake, Set<String> known) {
    return request.account() == null
        ? flow.settings().accounts().chosen(intake.caller(), known)
        : Optional.of(request.account()).filter(known::contains);
  }

  /**
   * Makes the valid request in the body durable, and answers its job. When this returns, it may be
   * confirmed.
   *
   * @throws RequestRejected 409 if its reference or key stands for another request
   */
  public void commit(Exchange exchange) {
    NewJob asked = asked(exchange);
    Acceptance acceptance =
        flow.ledger()
            .accept(
                asked,
                job ->
                    job.routing().replyTo() == null
                        ? List.of()
                        : List.of(
                            reply(asked.routing().intakeKey(), job.routing().replyTo(), job)));
    flow.outages().reportUp(Outages.INTAKE);
    if (acceptance instanceof Acceptance.Accepted accepted) {
      LOG.info("{} accepted", accepted.job().name());
      answer(exchange, accepted.job(), false);
    } else if (acceptance instanceof Acceptance.Known known) {
      known(exchange, asked.routing().intakeKey(), asked.routing().replyTo(), known.job());
    } else {
      Acceptance.Conflict conflict = (Acceptance.Conflict) acceptance;
      String owner = conflict.job().caller();
      boolean others = owner != null && !owner.equals(asked.caller());
      throw conflict(conflict, others ? "another caller" : "job " + conflict.job().id());
    }
  }

  private void known(Exchange exchange, String key, Job.ReplyTo replyTo, Job job) {
    LOG.info("{} is already known, and {}", job.name(), job.state());
    if (replyTo != null) {
      flow.ledger().outbox().add(List.of(reply(key, replyTo, job)));
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
    IntakeProperties intake = IntakeProperties.of(exchange);
    if (!intake.oneRequest()) {
      throw refused;
    }
    String key = intake.usableKey();
    // Who only made up the id of another's message is told nothing of its job.
    Job job =
        flow.ledger()
            .withKey(key)
            .filter(known -> Objects.equals(known.routing().replyTo(), intake.replyTo()))
            .filter(known -> known.caller() == null || known.caller().equals(intake.caller()))
            .orElseThrow(() -> refused);
    known(exchange, key, intake.replyTo(), job);
  }

  /** Makes requests that are to be answered where they came in durable, all of them or none. */
  List<Acceptance> commitAll(List<NewJob> asked) {
    List<Acceptance> all = flow.ledger().acceptAll(asked);
    flow.outages().reportUp(Outages.INTAKE);
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
  private OutboxEvent reply(String key, Job.ReplyTo to, Job job) {
    return flow.events().reply(EventFactory.id("reply " + job.id() + " " + key), job, to);
  }

  private static void answer(Exchange exchange, Job job, boolean known) {
    exchange.setProperty(FlowProperties.KNOWN, known);
    exchange.getMessage().setBody(EventFactory.json(job));
    exchange.setProperty(FlowProperties.ID, job.id());
  }

  /**
   * @param other what has the same reference or key
   */
  static RequestRejected conflict(Acceptance.Conflict conflict, String other) {
    return new RequestRejected(
        409,
        "conflict",
        "The same " + conflict.by() + " stands for another request",
        "%s has this %s and asks for something else: use a new one"
            .formatted(other, conflict.by()));
  }

  /**
   * The valid request in the body, with what its intake knows of it.
   *
   * @throws RequestRejected 400 if its key is too long
   */
  NewJob asked(Exchange exchange) {
    VideoRequest request = exchange.getMessage().getBody(VideoRequest.class);
    IntakeProperties intake = IntakeProperties.of(exchange);
    ObjectNode sent = request.toProvider();
    Job.Routing routing =
        new Job.Routing(
            null,
            intake.usableKey(),
            hash(request, sent),
            request.priority() == null ? intake.priority() : request.priority(),
            request.sinks().isEmpty() ? intake.sinks() : request.sinks(),
            intake.replyTo());
    return new NewJob(
        request.reference(),
        account(exchange, request, intake),
        request.model(),
        sent,
        request.warnings(),
        OutboxFileName.of(
            intake.name() == null ? request.reference() : intake.name(), request.model()),
        routing,
        intake.by());
  }

  /**
   * The one that was found; a copy of our routes from before there were accounts looks for none.
   */
  private String account(Exchange exchange, VideoRequest request, IntakeProperties intake) {
    return Optional.ofNullable(exchange.getProperty(FlowProperties.ACCOUNT, String.class))
        .or(() -> account(request, intake, accounts(intake)))
        .orElseThrow();
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

  public static String sha256(byte[] bytes) {
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
    throw RequestRejected.of(failure).map(Exception.class::cast).orElse(failure);
  }

  /**
   * Turns the refusal that an intake caught into its answer: the body becomes the problem document.
   * Sinks that ask for {@code rejected} are told, and so is a JMS caller, once for the same key.
   */
  public void refused(Exchange exchange) {
    rejections.answer(exchange);
  }
}
