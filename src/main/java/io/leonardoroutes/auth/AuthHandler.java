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
 * Authenticates calls to every path of the server, whether a route serves it or not. With
 * authentication off, everybody is admitted. Webhook notices of the provider have a key of their
 * own.
 */
public final class AuthHandler implements Handler<RoutingContext> {
  /** Checks the webhook notices of the provider. */
  public interface Notices {
    /** Whether a webhook is set up at all. */
    boolean areEnabled();

    /** Whether this is the Authorization header of a genuine notice. */
    boolean isGenuine(String authorization);
  }

  /**
   * The parts of the program that authentication needs.
   *
   * @param rejected counts and slows down calls with unknown keys
   * @param pages those that the server itself has
   */
  public record Services(
      Notices notices, RejectedKeys rejected, Outages outages, OwnPages pages, Clock clock) {}

  private static final String AUTHORIZATION = "Authorization";
  private static final String KEYS = "authentication of callers";
  private static final Pattern BEARER = Pattern.compile("(?i:bearer) +([\\w.~+/=-]+)");

  private final CallerLookup callers;
  private final int perMinute;
  private final CallerRateLimit rate;
  private final Services services;

  /**
   * @param callers null to admit everybody
   */
  private AuthHandler(CallerLookup callers, int perMinute, Services services) {
    this.callers = callers;
    this.perMinute = perMinute;
    this.rate = perMinute == 0 ? null : new CallerRateLimit(perMinute, services.clock());
    this.services = services;
  }

  public static AuthHandler of(RestSettings rest, Vertx vertx, Services services) {
    CallerLookup callers =
        switch (rest.auth()) {
          case NONE -> null;
          case API_KEY -> ApiKeys.in(rest.keys());
          case JWT -> new JwtTokens(rest.jwt(), vertx, services.outages());
        };
    return new AuthHandler(callers, rest.perMinute(), services);
  }

  @Override
  public void handle(RoutingContext call) {
    if (isNotice(call)) {
      notice(call);
    } else if (callers == null || !services.pages().answers(call)) {
      authenticate(call, caller -> admit(call, caller));
    }
  }

  /** Answers a call to an unknown path; it is authenticated first if that was skipped. */
  public void notFound(RoutingContext call, Problem problem) {
    if (call.user() != null) {
      ProblemHandler.answer(call, problem);
    } else {
      authenticate(call, caller -> ProblemHandler.answer(call, problem));
    }
  }

  private void authenticate(RoutingContext call, Consumer<Caller> known) {
    try {
      Optional<Caller> caller = identify(call);
      services.outages().reportUp(KEYS);
      if (caller.isPresent()) {
        known.accept(caller.get().withAddress(call.request().remoteAddress().hostAddress()));
      } else {
        reject(
            call,
            () -> {
              call.response().putHeader("WWW-Authenticate", "Bearer realm=\"leonardo-routes\"");
              ProblemHandler.answer(call, ProblemHandler.UNKNOWN_CALLER);
            });
      }
    } catch (IOException e) {
      services.outages().reportExpiring(KEYS, String.valueOf(e));
      ProblemHandler.answer(call, ProblemHandler.UNAVAILABLE);
    }
  }

  private void notice(RoutingContext call) {
    List<String> sent = call.request().headers().getAll(AUTHORIZATION);
    if (!services.notices().areEnabled()) {
      call.fail(404);
    } else if (sent.size() == 1 && services.notices().isGenuine(sent.get(0))) {
      call.next();
    } else {
      reject(call, () -> ProblemHandler.answer(call, 401));
    }
  }

  /**
   * Answers a rejected call; one with a wrong key is delayed, the longer the more keys were tried.
   */
  private void reject(RoutingContext call, Runnable answer) {
    Duration wait =
        call.request().headers().contains(AUTHORIZATION)
            ? services.rejected().record(Caller.addressKey(call.request().remoteAddress()))
            : Duration.ZERO;
    if (wait.isZero()) {
      answer.run();
    } else {
      call.vertx().setTimer(wait.toMillis(), later -> answer.run());
    }
  }

  private void admit(RoutingContext call, Caller caller) {
    String who = caller.name() == null ? caller.address() : caller.name();
    Duration wait = rate == null ? Duration.ZERO : rate.acquire(who);
    if (wait.isZero()) {
      call.setUser(caller.user());
      call.next();
    } else {
      // Rounded up, so that a retry after this time is not too early.
      long seconds = wait.plusNanos(999_999_999).toSeconds();
      call.response().putHeader("Retry-After", String.valueOf(seconds));
      ProblemHandler.answer(
          call,
          Problem.of(
              429,
              "too-many-calls",
              "Too many calls",
              "%s may call %s times a minute: wait %s seconds".formatted(who, perMinute, seconds)));
    }
  }

  /**
   * Whether this is a webhook notice. Compares the normalized path, which also selects the route,
   * so that no other spelling gets past the check.
   */
  public static boolean isNotice(RoutingContext call) {
    return call.request().method() == HttpMethod.POST
        && "/webhooks/leonardo".equals(call.normalizedPath());
  }

  private Optional<Caller> identify(RoutingContext call) throws IOException {
    if (callers == null) {
      return Optional.of(Caller.ANONYMOUS);
    }
    List<String> sent = call.request().headers().getAll(AUTHORIZATION);
    // With two headers, a proxy before this server may have checked the other one.
    if (sent.size() != 1) {
      return Optional.empty();
    }
    Matcher bearer = BEARER.matcher(sent.get(0).strip());
    return bearer.matches() ? callers.identify(bearer.group(1)) : Optional.empty();
  }
}
