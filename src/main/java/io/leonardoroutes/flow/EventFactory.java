package io.leonardoroutes.flow;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.leonardoroutes.event.EventType;
import io.leonardoroutes.event.JobEvent;
import io.leonardoroutes.event.Sink;
import io.leonardoroutes.job.Delivery.Content;
import io.leonardoroutes.job.Job;
import io.leonardoroutes.job.OutboxEvent;
import io.leonardoroutes.job.OutboxEvent.Target;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/** Says who is told what: the events that go into the ledger with a move. */
public final class EventFactory {
  /** The name under which a JMS caller's own answers are delivered. */
  public static final String REPLY = "reply";

  private static final ObjectMapper JSON = new ObjectMapper();

  private final List<Sink> sinks;
  private final Clock clock;

  public EventFactory(List<Sink> sinks, Clock clock) {
    this.sinks = sinks;
    this.clock = clock;
  }

  /** What the job's sinks, and a JMS caller, are told once it stands as given. */
  public OutboxEvent of(EventType type, Job job) {
    Job.Routing routing = job.routing();
    List<Target> targets = targets(type, job);
    if (routing.replyTo() != null) {
      targets.add(new Target(REPLY, Content.EVENT));
    }
    String id = UUID.randomUUID().toString();
    return event(id, type, job.id(), routing.fileName(), json(job), routing.replyTo(), targets);
  }

  /**
   * What is told of a refused request: {@code rejected} to the sinks that ask for it, and the
   * problem itself to a JMS caller.
   *
   * @param id the same again is told once
   * @param data with the problem under that name
   */
  public List<OutboxEvent> rejected(
      String id, String fileName, JsonNode data, Job.ReplyTo replyTo) {
    List<Target> targets =
        sinks.stream()
            .filter(sink -> sink.event() && sink.events().contains(EventType.REJECTED.word()))
            .map(sink -> new Target(sink.name(), Content.EVENT))
            .toList();
    OutboxEvent rejected = event(id, EventType.REJECTED, id, fileName, data, null, targets);
    return replyTo == null
        ? List.of(rejected)
        : List.of(rejected, reply("reply-" + id, id, fileName, data.get("problem"), replyTo));
  }

  /**
   * The direct answer to a JMS caller.
   *
   * @param id the same again is told once
   */
  public OutboxEvent reply(String id, Job job, Job.ReplyTo replyTo) {
    return reply(id, job.id(), job.name(), json(job), replyTo);
  }

  private OutboxEvent reply(
      String id, String subject, String fileName, JsonNode answer, Job.ReplyTo replyTo) {
    return new OutboxEvent(
        id,
        subject,
        REPLY,
        answer.toString(),
        fileName,
        replyTo,
        clock.instant(),
        List.of(new Target(REPLY, Content.EVENT)));
  }

  /** The same id for the same words. */
  public static String id(String words) {
    return UUID.nameUUIDFromBytes(words.getBytes(StandardCharsets.UTF_8)).toString();
  }

  public static JsonNode json(Job job) {
    return JSON.valueToTree(job);
  }

  private OutboxEvent event(
      String id,
      EventType type,
      String subject,
      String fileName,
      JsonNode data,
      Job.ReplyTo replyTo,
      List<Target> targets) {
    Instant now = clock.instant();
    String document = targets.isEmpty() ? "" : new JobEvent(id, type, subject, now, data).json();
    return new OutboxEvent(id, subject, type.word(), document, fileName, replyTo, now, targets);
  }

  private List<Target> targets(EventType type, Job job) {
    boolean fetched = job.video() != null && job.video().file() != null;
    List<Target> targets = new ArrayList<>();
    for (Sink sink : chosen(job.routing().sinks())) {
      if (!sink.events().contains(type.word())) {
        continue;
      }
      if (sink.video() && fetched && type == EventType.COMPLETED) {
        targets.add(new Target(sink.name(), Content.VIDEO));
      }
      if (sink.event()) {
        targets.add(new Target(sink.name(), Content.EVENT));
      }
    }
    return targets;
  }

  /** What is told to one that was removed waits for it in the ledger. */
  private List<Sink> chosen(List<String> names) {
    return names.isEmpty() ? sinks : names.stream().distinct().map(this::named).toList();
  }

  private Sink named(String name) {
    return sinks.stream()
        .filter(sink -> sink.name().equals(name))
        .findFirst()
        .orElseGet(() -> Sink.removed(name));
  }
}
