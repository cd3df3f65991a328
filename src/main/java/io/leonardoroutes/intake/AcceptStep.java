package io.leonardoroutes.intake;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leonardoroutes.event.OutboxFileName;
import io.leonardoroutes.flow.Duplicates;
import io.leonardoroutes.flow.EventFactory;
import io.leonardoroutes.flow.FlowContext;
import io.leonardoroutes.flow.FlowProperties;
import io.leonardoroutes.flow.IntakeProperties;
import io.leonardoroutes.health.Outages;
import io.leonardoroutes.job.Acceptance;
import io.leonardoroutes.job.Duplicate;
import io.leonardoroutes.job.Job;
import io.leonardoroutes.job.JobLog;
import io.leonardoroutes.job.JobPicture;
import io.leonardoroutes.job.NewJob;
import io.leonardoroutes.job.OutboxEvent;
import io.leonardoroutes.job.VideoOfJob;
import io.leonardoroutes.problem.RequestRejected;
import io.leonardoroutes.request.VideoRequest;
import io.leonardoroutes.upload.RequestPictures;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
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

/**
 * The last steps of {@code accept.camel.yaml}: which account pays, and whether a request is
 * accepted, already known or rejected.
 *
 * <p>One file, because it is read beside its route file.
 */
public final class AcceptStep {
  private static final JobLog JOBS = JobLog.of(AcceptStep.class);
  private static final ObjectMapper JSON = new ObjectMapper();

  private final FlowContext flow;
  private final RejectionNotifier rejections;
  private final ChainedVideos chained;
  private final ApprovalCheck approvals;
  private final RequestPictures pictures;

  public AcceptStep(FlowContext flow, RejectionNotifier rejections, RequestPictures pictures) {
    this.flow = flow;
    this.rejections = rejections;
    this.chained = new ChainedVideos(flow.ledger());
    this.approvals = new ApprovalCheck(flow);
    this.pictures = pictures;
  }

  /** Finds the account that pays for the request in the body, or adds a violation if none can. */
  public void account(Exchange exchange) {
    VideoRequest request = exchange.getMessage().getBody(VideoRequest.class);
    IntakeProperties intake = IntakeProperties.of(exchange);
    Set<String> known = accounts(intake);
    Optional<String> account = account(request, intake, known);
    exchange.setProperty(FlowProperties.ACCOUNT, account.orElse(null));
    if (account.isEmpty()) {
      request.rejectAccount(known);
    }
  }

  /**
   * Adds a violation for each picture or video that is given by the id of one of our generations in
   * place of the id of its video: the provider would answer a 5xx, and nobody would know whether
   * the call was billed; and one for the video of a job of ours that has none for this request.
   */
  public void generations(Exchange exchange) {
    VideoRequest request = exchange.getMessage().getBody(VideoRequest.class);
    IntakeProperties intake = IntakeProperties.of(exchange);
    chained.check(
        request,
        intake,
        exchange.getProperty(FlowProperties.ACCOUNT, String.class),
        exchange.getProperty(FlowProperties.FOLDER) != null);
    Map<String, String> ids = request.guidanceIds();
    if (ids.isEmpty()) {
      return;
    }
    Map<String, Job> owners = flow.ledger().owners(Set.copyOf(ids.values()));
    ids.forEach(
        (pointer, id) -> {
          Job job = owners.get(id);
          if (job != null) {
            boolean own = intake.operator() || Objects.equals(intake.caller(), job.caller());
            request.rejectId(pointer, own ? instead(job) : "use the `video.id` of its job");
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

  /** Looks the name up among the accounts that the caller may use, and nowhere else. */
  private Optional<String> account(
      VideoRequest request, IntakeProperties intake, Set<String> known) {
    String named = request.account() == null ? intake.defaultAccount() : request.account();
    return named == null
        ? flow.settings().accounts().chosen(intake.caller(), known)
        : Optional.of(named).filter(known::contains);
  }

  /**
   * Commits the valid request in the body to the ledger, and answers its job. Once this returns, it
   * may be confirmed to the caller.
   *
   * @throws RequestRejected 409 if its reference or key belongs to another request
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
      JOBS.info(accepted.job(), "{} accepted");
      answer(exchange, accepted.job(), false);
    } else if (acceptance instanceof Acceptance.Known known) {
      known(exchange, asked.routing().intakeKey(), asked.routing().replyTo(), known.job());
    } else {
      Acceptance.Conflict conflict = (Acceptance.Conflict) acceptance;
      throw conflict(conflict, owner(conflict, asked));
    }
  }

  private void known(Exchange exchange, String key, Job.ReplyTo replyTo, Job job) {
    JOBS.info(job, "{} is already known, and {}", job.state());
    if (replyTo != null) {
      flow.ledger().outbox().add(List.of(reply(key, replyTo, job)));
    }
    answer(exchange, job, true);
  }

  /**
   * Answers the job of a redelivered message or file that was accepted before, even if it would be
   * rejected now: its account or sink may be gone, or a rule changed.
   *
   * @throws Exception the rejection, if it was not accepted before
   */
  public void unlessAccepted(
      Exchange exchange, @ExchangeProperty(Exchange.EXCEPTION_CAUGHT) Exception refused)
      throws Exception {
    IntakeProperties intake = IntakeProperties.of(exchange);
    if (!intake.oneRequest()) {
      throw refused;
    }
    String key = intake.usableKey();
    // A caller that guesses the id of another's message learns nothing of its job.
    Job job =
        flow.ledger()
            .withKey(key)
            .filter(known -> Objects.equals(known.routing().replyTo(), intake.replyTo()))
            .filter(known -> known.caller() == null || known.caller().equals(intake.caller()))
            .orElseThrow(() -> refused);
    known(exchange, key, intake.replyTo(), job);
  }

  /**
   * Commits requests to the ledger, all of them or none, for an intake that answers them itself.
   */
  List<Acceptance> commitAll(List<NewJob> asked) {
    List<Acceptance> all = flow.ledger().acceptAll(asked);
    flow.outages().reportUp(Outages.INTAKE);
    if (all.stream().noneMatch(Acceptance.Conflict.class::isInstance)) {
      all.stream()
          .filter(Acceptance.Accepted.class::isInstance)
          .forEach(one -> JOBS.info(((Acceptance.Accepted) one).job(), "{} accepted"));
    }
    return all;
  }

  /**
   * The reply to a JMS caller. Its id is made of the key, so that a redelivered message is answered
   * once, and another message for the same job once too.
   */
  private OutboxEvent reply(String key, Job.ReplyTo to, Job job) {
    return flow.events().reply(EventFactory.id("reply " + job.id() + " " + key), job, to);
  }

  private static void answer(Exchange exchange, Job job, boolean known) {
    exchange.setProperty(FlowProperties.KNOWN, known);
    exchange.getMessage().setBody(EventFactory.json(job));
    exchange.setProperty(FlowProperties.ID, job.id());
  }

  /** Whose the other request is, as far as the caller may know. */
  static String owner(Acceptance.Conflict conflict, NewJob asked) {
    String owner = conflict.job().caller();
    boolean others = owner != null && !owner.equals(asked.caller());
    return others ? "another caller" : "job " + conflict.job().id();
  }

  /**
   * @param other the job or element with the same reference or key
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
   * The valid request in the body, with what its intake says of it. Its pictures are kept durably
   * first.
   *
   * @throws RequestRejected 400 if its key is too long
   */
  NewJob asked(Exchange exchange) {
    VideoRequest request = exchange.getMessage().getBody(VideoRequest.class);
    IntakeProperties intake = IntakeProperties.of(exchange);
    ObjectNode sent = request.toProvider();
    // One that is not there was checked by no route file of ours: the job waits, and fails unpaid.
    String awaits =
        request
            .chainedJob()
            .map(name -> chained.job(request, intake).map(Job::id).orElse(name))
            .orElse(null);
    List<JobPicture> toUpload = pictures.keep(exchange, request, sent);
    String account = account(exchange, request, intake);
    ObjectNode kept = awaits == null ? sent : VideoOfJob.awaiting(sent, awaits);
    Job.Routing routing =
        new Job.Routing(
            null,
            intake.usableKey(),
            hash(request, withoutNames(sent, toUpload)),
            request.priority() == null ? intake.priority() : request.priority(),
            request.sinks().isEmpty() ? intake.sinks() : request.sinks(),
            intake.replyTo(),
            intake.trace());
    NewJob asked =
        new NewJob(
                request.reference(),
                account,
                request.model(),
                kept,
                request.warnings(),
                OutboxFileName.of(
                    intake.name() == null ? request.reference() : intake.name(), request.model()),
                routing,
                intake.by())
            .with(request.tags(), intake.retryOf())
            .from(intake.pausedAs())
            .waitingFor(awaits, approvals.of(account, kept))
            .with(toUpload);
    return withDuplicate(asked);
  }

  /** A picture is what is in it, under whatever name it came. */
  private static ObjectNode withoutNames(ObjectNode sent, List<JobPicture> pictures) {
    ObjectNode content = sent.deepCopy();
    for (JobPicture picture : pictures) {
      ObjectNode image = (ObjectNode) content.at(picture.pointer());
      // What an address answers may change, and the request is still the same.
      image.remove(image.has("url") ? "sha256" : "file");
    }
    return content;
  }

  /** Finds out whether a finished job asked for the same, and whether its video is still kept. */
  private NewJob withDuplicate(NewJob asked) {
    Duplicates mode = flow.settings().duplicates();
    return mode == Duplicates.OFF
        ? asked
        : flow.ledger()
            .finished(asked)
            .map(job -> asked.like(new Duplicate(job, mode == Duplicates.REUSE && isKept(job))))
            .orElse(asked);
  }

  private static boolean isKept(Job job) {
    return Files.isRegularFile(Path.of(job.video().file()), LinkOption.NOFOLLOW_LINKS);
  }

  /** The account that was found; copies of our routes from before there were accounts find none. */
  private String account(Exchange exchange, VideoRequest request, IntakeProperties intake) {
    return Optional.ofNullable(exchange.getProperty(FlowProperties.ACCOUNT, String.class))
        .or(() -> account(request, intake, accounts(intake)))
        .orElseThrow();
  }

  /** Covers only what the caller sent, nothing that settings could change. */
  private static String hash(VideoRequest request, ObjectNode sent) {
    ObjectNode all = JSON.createObjectNode();
    all.set("sent", sent);
    all.set("sinks", JSON.valueToTree(request.sinks()));
    all.put("priority", request.priority());
    all.put("reference", request.reference());
    if (request.account() != null) {
      // Only then, and so with tags: ledgers have hashes from before there were any.
      all.put("account", request.account());
    }
    if (!request.tags().isEmpty()) {
      all.set("tags", JSON.valueToTree(request.tags()));
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
   * Throws whatever made the request unacceptable as the one exception that callers of {@code
   * direct:leonardo-accept} see. The validator's own exception holds the whole request, and goes no
   * further.
   */
  public void refuse(@ExchangeProperty(Exchange.EXCEPTION_CAUGHT) Exception failure)
      throws Exception {
    throw RequestRejected.of(failure).map(Exception.class::cast).orElse(failure);
  }

  /**
   * Answers the rejection that an intake caught: the body becomes the problem document. Sinks that
   * want {@code rejected} and a JMS caller are told, once for the same key.
   */
  public void refused(Exchange exchange) {
    rejections.answer(exchange);
  }
}
