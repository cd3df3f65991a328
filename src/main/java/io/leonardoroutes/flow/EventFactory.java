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
import io.leonardoroutes.job.TraceContext;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * Makes the events that go into the ledger together with a change of state, and decides which sinks
 * get them.
 */
public final class EventFactory {
  /** The name of the delivery that answers a JMS caller. */
  public static final String REPLY = "reply";

  private static final ObjectMapper JSON = new ObjectMapper();

  private final List<Sink> sinks;
  private final Clock clock;

  /** What an event is about. */
  private record Subject(String id, String fileName, TraceContext trace) {
    private Subject(Job job) {
      this(job.id(), job.name(), job.routing().trace());
    }
  }

  public EventFactory(List<Sink> sinks, Clock clock) {
    this.sinks = sinks;
    this.clock = clock;
  }

  /** The event for the sinks of a job, and for its JMS caller, once the job is in this state. */
  public OutboxEvent of(EventType type, Job job) {
    Job.Routing routing = job.routing();
    List<Target> targets = targets(type, job);
    if (routing.replyTo() != null) {
      targets.add(new Target(REPLY, Content.EVENT));
    }
    String id = UUID.randomUUID().toString();
    return event(new Subject(job), id, type, json(job), routing.replyTo(), targets);
  }

  /**
   * The event of a job whose completion was told before its video was there: the video, without the
   * document, for the sinks that take videos.
   */
  public OutboxEvent video(Job job) {
    List<Target> videos =
        targets(EventType.COMPLETED, job).stream()
            .filter(target -> target.content() != Content.EVENT)
            .toList();
    String id = UUID.randomUUID().toString();
    return event(new Subject(job), id, EventType.COMPLETED, json(job), null, videos);
  }

  /**
   * The event that a job waits for an approval, for every sink that asks for it, whichever sinks
   * the job has: it is for those who decide.
   */
  public OutboxEvent approval(Job job) {
    String id = UUID.randomUUID().toString();
    List<Target> targets = all(EventType.APPROVAL);
    return event(new Subject(job), id, EventType.APPROVAL, json(job), null, targets);
  }

  /**
   * The event that the jobs of a batch wait for one approval, for every sink that asks for such.
   *
   * @param data what there is to decide about
   */
  public OutboxEvent approval(String batch, String fileName, JsonNode data) {
    String id = UUID.randomUUID().toString();
    List<Target> targets = all(EventType.APPROVAL);
    return event(new Subject(batch, fileName, null), id, EventType.APPROVAL, data, null, targets);
  }

  private List<Target> all(EventType type) {
    return sinks.stream()
        .filter(sink -> sink.event() && sink.events().contains(type.word()))
        .map(sink -> new Target(sink.name(), Content.EVENT))
        .toList();
  }

  /**
   * The events of a rejected request: {@code rejected} for the sinks that want it, and the problem
   * document for a JMS caller.
   *
   * @param id an event with the same id is sent once
   * @param data holds the problem document under {@code problem}
   * @param trace the trace that it came in, or null
   */
  public List<OutboxEvent> rejected(
      String id, String fileName, JsonNode data, Job.ReplyTo replyTo, TraceContext trace) {
    Subject request = new Subject(id, fileName, trace);
    OutboxEvent rejected =
        event(request, id, EventType.REJECTED, data, null, all(EventType.REJECTED));
    return replyTo == null
        ? List.of(rejected)
        : List.of(rejected, reply(request, "reply-" + id, data.get("problem"), replyTo));
  }

  /**
   * The direct answer to a JMS caller.
   *
   * @param id the same again is told once
   */
  public OutboxEvent reply(String id, Job job, Job.ReplyTo replyTo) {
    return reply(new Subject(job), id, json(job), replyTo);
  }

  private OutboxEvent reply(Subject of, String id, JsonNode answer, Job.ReplyTo replyTo) {
    return new OutboxEvent(
        id,
        of.id(),
        REPLY,
        answer.toString(),
        of.fileName(),
        replyTo,
        clock.instant(),
        of.trace(),
        List.of(new Target(REPLY, Content.EVENT)));
  }

  /** An id that is always the same for the same words. */
  public static String id(String words) {
    return UUID.nameUUIDFromBytes(words.getBytes(StandardCharsets.UTF_8)).toString();
  }

  public static JsonNode json(Job job) {
    return JSON.valueToTree(job);
  }

  private OutboxEvent event(
      Subject of,
      String id,
      EventType type,
      JsonNode data,
      Job.ReplyTo replyTo,
      List<Target> targets) {
    Instant now = clock.instant();
    String document =
        targets.isEmpty()
            ? ""
            : new JobEvent(id, type, of.id(), now, trace(of.trace()), data).json();
    return new OutboxEvent(
        id, of.id(), type.word(), document, of.fileName(), replyTo, now, of.trace(), targets);
  }

  /** The attributes that tell of a trace; none for null. */
  public static Map<String, String> trace(TraceContext trace) {
    return trace == null ? Map.of() : trace.fields();
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
        if (sink.receipt()) {
          targets.add(new Target(sink.name(), Content.RECEIPT));
        }
      }
      if (sink.event()) {
        targets.add(new Target(sink.name(), Content.EVENT));
      }
    }
    return targets;
  }

  /** Events for a sink that was removed wait for it in the ledger. */
  private List<Sink> chosen(List<String> names) {
    return names.isEmpty() ? sinks : names.stream().distinct().map(this::sink).toList();
  }

  private Sink sink(String name) {
    return sinks.stream()
        .filter(sink -> sink.name().equals(name))
        .findFirst()
        .orElseGet(() -> Sink.removed(name));
  }
}
