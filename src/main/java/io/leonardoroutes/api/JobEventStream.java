package io.leonardoroutes.api;

import io.leonardoroutes.auth.Caller;
import io.leonardoroutes.auth.CallerShares;
import io.leonardoroutes.event.EventType;
import io.leonardoroutes.event.JobEvent;
import io.leonardoroutes.flow.EventFactory;
import io.leonardoroutes.flow.FlowContext;
import io.leonardoroutes.flow.LongCallSettings;
import io.leonardoroutes.job.Job;
import io.leonardoroutes.job.JobState;
import io.leonardoroutes.job.Moved;
import io.leonardoroutes.ledger.Ledger;
import io.leonardoroutes.problem.Problem;
import io.leonardoroutes.problem.ProblemAnswer;
import io.leonardoroutes.problem.RequestRejected;
import io.leonardoroutes.rest.AsyncHttp;
import io.leonardoroutes.rest.EventStream;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.apache.camel.Exchange;
import org.apache.camel.Header;
import org.apache.camel.Message;

/**
 * The steps of {@code events.camel.yaml}: callers follow the changes of a job as they happen.
 * Events are read from the audit trail of the job, so that a caller that reconnects misses none;
 * the id of an event is the id of the job with the number of the change.
 *
 * <p>One file, because it is read beside its route file.
 */
public final class JobEventStream {
  /** After this a caller has to reconnect, and to authenticate again. */
  private static final Duration LONGEST = Duration.ofHours(1);

  /** How many changes are sent at once; more follow once the caller has read these. */
  private static final int AT_ONCE = 16;

  private static final Map<JobState, EventType> TOLD =
      Map.of(
          JobState.RUNNING, EventType.SUBMITTED,
          JobState.IN_DOUBT, EventType.IN_DOUBT,
          JobState.COMPLETE, EventType.COMPLETED,
          JobState.FAILED, EventType.FAILED,
          JobState.CANCELLED, EventType.CANCELLED);

  private final FlowContext flow;
  private final Ledger ledger;
  private final LongCallSettings limits;
  private final Set<Follower> followers = ConcurrentHashMap.newKeySet();
  private final CallerShares places;
  private volatile boolean draining;

  /** One caller, equal only to itself. */
  private static final class Follower {
    private final EventStream stream = new EventStream();
    private final String share;
    private final String job;
    private final Instant until;
    private int seen;
    private Instant heard;

    private Follower(String share, String job, int seen, Instant now) {
      this.share = share;
      this.job = job;
      this.seen = seen;
      this.heard = now;
      this.until = now.plus(LONGEST);
    }
  }

  /** A job, and its audit trail, which was read after it. */
  private record Story(Job job, List<Moved> trail) {
    /** How many of its changes may be sent: the end only once the video is downloaded. */
    int told() {
      int last = trail.size() - 1;
      boolean early = last >= 0 && trail.get(last).to() == JobState.COMPLETE && !job.ended();
      return early ? last : trail.size();
    }

    /** How many changes the caller has seen once the next ones are sent. */
    int next(int seen) {
      return Math.min(told(), seen + AT_ONCE);
    }

    /** The next events, after the changes that the caller has seen. */
    String after(int seen) {
      StringBuilder events = new StringBuilder();
      for (int n = seen; n < next(seen); n++) {
        EventType type = TOLD.get(trail.get(n).to());
        if (type != null) {
          String id = job.id() + "-" + n;
          JobEvent event =
              new JobEvent(
                  id,
                  type,
                  job.id(),
                  trail.get(n).at(),
                  EventFactory.trace(job.routing().trace()),
                  EventFactory.json(job));
          events.append(EventStream.event(id, type.word(), event.json()));
        }
      }
      return events.toString();
    }
  }

  public JobEventStream(FlowContext flow) {
    this.flow = flow;
    this.ledger = flow.ledger();
    this.limits = flow.settings().lasting();
    this.places = limits.followers();
  }

  /**
   * Starts a stream for a caller, from the first change or from where the caller was cut off.
   *
   * @throws RequestRejected 404
   */
  public void open(
      Exchange exchange,
      @Header("id") Object id,
      @Header("Last-Event-ID") Object last,
      @Header(Caller.HEADER) Object user) {
    Story story = story(flow.job(id, flow.caller(user)));
    int seen = seen(story, String.valueOf(last));
    Message message = exchange.getMessage();
    message.removeHeaders("*", "Content-Type");
    if (story.job().ended() && seen == story.told()) {
      // This tells a browser not to reconnect.
      message.removeHeaders("*");
      message.setHeader(Exchange.HTTP_RESPONSE_CODE, 204);
      message.setBody(null);
    } else if (AsyncHttp.callerGone(exchange).isEmpty()) {
      // The caller reconnects for the rest.
      message.setBody(EventStream.START + story.after(seen));
    } else if (draining || !places.take(AsyncHttp.limitKey(exchange), 1)) {
      ProblemAnswer.answer(message, full(AsyncHttp.limitKey(exchange)));
      message.setHeader("Retry-After", 5);
    } else {
      Follower follower =
          new Follower(
              AsyncHttp.limitKey(exchange), story.job().id(), seen, flow.clock().instant());
      followers.add(follower);
      AsyncHttp.callerGone(exchange).orElseThrow().thenRun(() -> drop(follower));
      message.setBody(follower.stream);
    }
  }

  private Problem full(String caller) {
    if (places.isCallerAtLimit(caller)) {
      return Problem.of(
          429,
          "too-many-followers",
          "The caller has too many event streams",
          "at most %s at once (leonardo.rest.followers-per-caller): close another one first"
              .formatted(places.perCaller()));
    }
    return Problem.of(
        503,
        "too-many-followers",
        "Too many event streams are open",
        "at most %s at once (leonardo.rest.followers): try again later".formatted(places.total()));
  }

  private Story story(Job job) {
    return new Story(job, ledger.history(job.id()));
  }

  /** How many changes the caller has seen; none if it says what cannot be. */
  private static int seen(Story story, String last) {
    String prefix = story.job().id() + "-";
    if (last.startsWith(prefix) && last.substring(prefix.length()).matches("[0-9]{1,9}")) {
      int seen = Integer.parseInt(last.substring(prefix.length())) + 1;
      return seen <= story.told() ? seen : 0;
    }
    return 0;
  }

  /** Sends all followers what is new, with one query for all. */
  public void look() {
    if (followers.isEmpty()) {
      return;
    }
    List<Follower> ready = followers.stream().filter(one -> one.stream.isReady()).toList();
    flow.outages().attempt(() -> tell(ready));
    Instant now = flow.clock().instant();
    ready.forEach(follower -> beat(follower, now));
    followers.stream()
        .filter(one -> now.isAfter(one.heard.plus(limits.heartbeat().multipliedBy(4))))
        .forEach(this::cut);
  }

  private void tell(List<Follower> ready) {
    Map<String, Integer> changes =
        ledger.changes(ready.stream().map(one -> one.job).collect(Collectors.toSet()));
    Map<String, Story> stories = new HashMap<>();
    for (Follower follower : ready) {
      if (changes.getOrDefault(follower.job, 0) > follower.seen) {
        ledger
            .find(follower.job)
            .map(job -> stories.computeIfAbsent(job.id(), id -> story(job)))
            .ifPresent(story -> tell(follower, story));
      }
    }
  }

  private void tell(Follower follower, Story story) {
    String events = story.after(follower.seen);
    if (!events.isEmpty() && !follower.stream.send(events)) {
      // Its buffer is full: next time.
      return;
    }
    follower.seen = story.next(follower.seen);
    if (!events.isEmpty()) {
      follower.heard = flow.clock().instant();
    }
    if (story.job().ended() && follower.seen == story.told()) {
      follower.stream.end();
    }
  }

  private void beat(Follower follower, Instant now) {
    if (now.isAfter(follower.until)) {
      follower.stream.end();
    } else if (now.isBefore(follower.heard)
        || !now.isBefore(follower.heard.plus(limits.heartbeat()))) {
      follower.stream.heartbeat();
      follower.heard = now;
    }
  }

  /** Cuts off a caller that has not read for a long time, or never began. */
  private void cut(Follower follower) {
    follower.stream.cut();
    drop(follower);
  }

  private void drop(Follower follower) {
    if (followers.remove(follower)) {
      places.give(follower.share, 1);
    }
  }

  /** How many callers follow. */
  int followers() {
    return followers.size();
  }

  /**
   * Ends all streams: their callers reconnect, to another instance or to this one once it is back.
   */
  public void drain() {
    draining = true;
    followers.forEach(follower -> follower.stream.end());
  }
}
