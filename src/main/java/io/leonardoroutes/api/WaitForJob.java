package io.leonardoroutes.api;

import com.fasterxml.jackson.databind.JsonNode;
import io.leonardoroutes.auth.CallerShares;
import io.leonardoroutes.flow.EventFactory;
import io.leonardoroutes.flow.FlowContext;
import io.leonardoroutes.flow.FlowProperties;
import io.leonardoroutes.flow.LongCallSettings;
import io.leonardoroutes.job.Job;
import io.leonardoroutes.ledger.Ledger;
import io.leonardoroutes.rest.AsyncHttp;
import io.leonardoroutes.rest.PreferHeader;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.camel.AsyncCallback;
import org.apache.camel.Exchange;
import org.apache.camel.support.AsyncProcessorSupport;

/**
 * The step that lets a call wait for the end of the job in its body, if its {@code Prefer} header
 * asks for that. A waiting call holds no thread. It continues once the job has ended, on whatever
 * instance, once its time is over or its caller is gone, and when the program stops.
 */
public final class WaitForJob extends AsyncProcessorSupport {
  private final Ledger ledger;
  private final FlowContext flow;
  private final LongCallSettings limits;
  private final Set<Call> waiting = ConcurrentHashMap.newKeySet();
  private final CallerShares places;
  private volatile boolean draining;

  /** A call that waits, equal only to itself. */
  private static final class Call {
    private final String job;
    private final Instant until;
    private final Exchange exchange;
    private final AsyncCallback callback;

    private Call(String job, Instant until, Exchange exchange, AsyncCallback callback) {
      this.job = job;
      this.until = until;
      this.exchange = exchange;
      this.callback = callback;
    }
  }

  public WaitForJob(FlowContext flow) {
    this.ledger = flow.ledger();
    this.flow = flow;
    this.limits = flow.settings().lasting();
    this.places = limits.waits();
  }

  @Override
  public boolean process(Exchange exchange, AsyncCallback callback) {
    Object preferred = exchange.getMessage().getHeader("Prefer");
    long seconds = PreferHeader.wait(preferred, limits.longestWait().toSeconds());
    String job = seconds == 0 ? "" : job(exchange);
    if (job.isEmpty() || draining) {
      callback.done(true);
      return true;
    }
    List<Job> ended = flow.outages().query(() -> ledger.ended(List.of(job)));
    ended.forEach(now -> answer(exchange, now));
    if (ended.isEmpty() && !places.take(AsyncHttp.limitKey(exchange), 1)) {
      callback.done(true);
      return true;
    }
    exchange.setProperty(FlowProperties.APPLIED, "wait=" + seconds);
    if (!ended.isEmpty()) {
      callback.done(true);
      return true;
    }
    hold(new Call(job, flow.clock().instant().plusSeconds(seconds), exchange, callback));
    return false;
  }

  private static String job(Exchange exchange) {
    return exchange.getMessage().getBody() instanceof JsonNode job ? job.path("id").asText() : "";
  }

  private void hold(Call call) {
    AsyncHttp.freeBody(call.exchange);
    waiting.add(call);
    AsyncHttp.callerGone(call.exchange).ifPresent(gone -> gone.thenRun(() -> answer(call, null)));
    if (draining) {
      answer(call, null);
    }
  }

  /** Answers the calls whose job has ended or whose time is over, with one query for all. */
  public void look() {
    answer(List.copyOf(waiting), ledger::ended);
    Instant now = flow.clock().instant();
    // A wait longer than the longest means that the clock was set back.
    Instant longest = now.plus(limits.longestWait());
    List<Call> late =
        waiting.stream()
            .filter(call -> !call.until.isAfter(now) || call.until.isAfter(longest))
            .toList();
    answer(late, ledger::all);
    // If a job could not be read, its calls are answered with what they know.
    late.forEach(call -> answer(call, null));
  }

  private void answer(List<Call> calls, Function<Collection<String>, List<Job>> question) {
    if (calls.isEmpty()) {
      return;
    }
    Set<String> ids = calls.stream().map(call -> call.job).collect(Collectors.toSet());
    Map<String, Job> jobs =
        flow.outages().query(() -> question.apply(ids)).stream()
            .collect(Collectors.toMap(Job::id, Function.identity()));
    calls.stream()
        .filter(call -> jobs.containsKey(call.job))
        .forEach(call -> answer(call, jobs.get(call.job)));
  }

  /** How many calls wait. */
  int waits() {
    return waiting.size();
  }

  /** Answers all waiting calls, and lets no other call wait. */
  public void drain() {
    draining = true;
    waiting.forEach(call -> answer(call, null));
  }

  /**
   * @param job null if its present state is unknown
   */
  private void answer(Call call, Job job) {
    if (waiting.remove(call)) {
      places.give(AsyncHttp.limitKey(call.exchange), 1);
      if (job != null) {
        answer(call.exchange, job);
      }
      call.callback.done(false);
    }
  }

  private static void answer(Exchange exchange, Job job) {
    exchange.getMessage().setBody(EventFactory.json(job));
    exchange.setProperty(FlowProperties.ENDED, job.ended());
  }
}
