package io.leonardoroutes.auth;

import io.leonardoroutes.health.Outages;
import io.leonardoroutes.problem.Problem;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Stands before every path of the server, whether a route has it or not, and lets in who is known,
 * or everybody where nobody is asked. The provider's notices alone bring a key of their own.
 */
public final class AuthHandler implements Handler<RoutingContext> {
  /** The provider's notices. */
  public interface Notices {
    /** Whether any are taken. */
    boolean areExpected();

    /** Whether one that brings this is taken. */
    boolean isKnown(String authorization);
  }

  /**
   * What it asks.
   *
   * @param rejected counts those that it does not let in
   */
  public record Asks(Notices notices, RejectedKeys rejected, Outages outages, Clock clock) {}

  private static final String AUTHORIZATION = "Authorization";
  private static final String KEYS = "what tells callers apart";
  private static final Pattern BEARER = Pattern.compile("(?i:bearer) +([\\w.~+/=-]+)");

  private final CallerLookup callers;
  private final int perMinute;
  private final CallerRateLimit rate;
  private final Asks asks;

  /**
   * @param callers null to ask nobody
   */
  private AuthHandler(CallerLookup callers, int perMinute, Asks asks) {
    this.callers = callers;
    this.perMinute = perMinute;
    this.rate = perMinute == 0 ? null : new CallerRateLimit(perMinute, asks.clock());
    this.asks = asks;
  }

  public static AuthHandler of(RestSettings rest, Vertx vertx, Asks asks) {
    CallerLookup callers =
        switch (rest.auth()) {
          case NONE -> null;
          case API_KEY -> ApiKeys.in(rest.keys());
          case JWT -> new JwtTokens(rest.jwt(), vertx, asks.outages());
        };
    return new AuthHandler(callers, rest.perMinute(), asks);
  }

  @Override
  public void handle(RoutingContext call) {
    if (isNotice(call)) {
      notice(call);
    } else {
      ask(call, caller -> letIn(call, caller));
    }
  }

  /** Answers a call that nothing is found for, and that may not have come this way. */
  public void notFound(RoutingContext call, Problem problem) {
    if (call.user() != null) {
      ProblemHandler.give(call, problem);
    } else {
      ask(call, caller -> ProblemHandler.give(call, problem));
    }
  }

  private void ask(RoutingContext call, Consumer<Caller> known) {
    try {
      Optional<Caller> caller = who(call);
      asks.outages().reportUp(KEYS);
      if (caller.isPresent()) {
        known.accept(caller.get().at(call.request().remoteAddress().hostAddress()));
      } else {
        refuse(
            call,
            () -> {
              call.response().putHeader("WWW-Authenticate", "Bearer realm=\"leonardo-routes\"");
              ProblemHandler.give(call, ProblemHandler.UNKNOWN_CALLER);
            });
      }
    } catch (IOException e) {
      asks.outages().met(KEYS, String.valueOf(e));
      ProblemHandler.give(call, ProblemHandler.UNAVAILABLE);
    }
  }

  private void notice(RoutingContext call) {
    List<String> sent = call.request().headers().getAll(AUTHORIZATION);
    if (!asks.notices().areExpected()) {
      call.fail(404);
    } else if (sent.size() == 1 && asks.notices().isKnown(sent.get(0))) {
      call.next();
    } else {
      refuse(call, () -> ProblemHandler.give(call, 401));
    }
  }

  /** One without a key has tried none; one with a wrong key waits the longer the more it tries. */
  private void refuse(RoutingContext call, Runnable answer) {
    Duration wait =
        call.request().headers().contains(AUTHORIZATION)
            ? asks.rejected().rejected(Caller.address(call.request().remoteAddress()))
            : Duration.ZERO;
    if (wait.isZero()) {
      answer.run();
    } else {
      call.vertx().setTimer(wait.toMillis(), later -> answer.run());
    }
  }

  private void letIn(RoutingContext call, Caller caller) {
    String who = caller.name() == null ? caller.address() : caller.name();
    Duration wait = rate == null ? Duration.ZERO : rate.call(who);
    if (wait.isZero()) {
      call.setUser(caller.user());
      call.next();
    } else {
      // rounded up: sent again then, it is not too early
      long seconds = wait.plusNanos(999_999_999).toSeconds();
      call.response().putHeader("Retry-After", String.valueOf(seconds));
      ProblemHandler.give(
          call,
          Problem.of(
              429,
              "too-many-calls",
              "Too many calls",
              "%s may call %s times a minute: wait %s seconds".formatted(who, perMinute, seconds)));
    }
  }

  /** By the path that routes are found by, so that no way of writing it leads to another one. */
  public static boolean isNotice(RoutingContext call) {
    return call.request().method() == HttpMethod.POST
        && "/webhooks/leonardo".equals(call.normalizedPath());
  }

  private Optional<Caller> who(RoutingContext call) throws IOException {
    if (callers == null) {
      return Optional.of(Caller.ANYBODY);
    }
    List<String> sent = call.request().headers().getAll(AUTHORIZATION);
    // Of two, somebody before us may have looked at the other one.
    if (sent.size() != 1) {
      return Optional.empty();
    }
    Matcher bearer = BEARER.matcher(sent.get(0).strip());
    return bearer.matches() ? callers.who(bearer.group(1)) : Optional.empty();
  }
}
