package io.leonardoroutes.auth;

import io.leonardoroutes.problem.Problem;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.HostAndPort;
import io.vertx.ext.web.RoutingContext;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Rejects calls whose Host is not a name of this server, while authentication is off. Otherwise a
 * web page could point its own name at this address (DNS rebinding), call the API and read the
 * answers.
 */
public final class HostCheck implements Handler<RoutingContext> {
  private static final Problem OTHER =
      Problem.of(
          421,
          "host",
          "This host name is not allowed",
          "call localhost, or name the host in leonardo.rest.hosts");

  private final Set<String> names = new HashSet<>(Set.of("localhost", "127.0.0.1", "::1"));

  /**
   * @param host the address that the server listens on
   * @param others further names of the server
   */
  public HostCheck(String host, List<String> others) {
    names.add(plain(host));
    others.forEach(other -> names.add(plain(other)));
  }

  @Override
  public void handle(RoutingContext call) {
    if (AuthHandler.isNotice(call) || isOurs(call.request())) {
      call.next();
    } else {
      ProblemHandler.answer(call, OTHER);
    }
  }

  /** Whether the Host of a call is a name of this server. */
  public boolean isOurs(HttpServerRequest call) {
    List<String> sent = call.headers().getAll("Host");
    HostAndPort host = call.authority();
    // Allowed: every browser sends a Host.
    boolean absent = sent.isEmpty() && host == null;
    return absent || (sent.size() < 2 && host != null && names.contains(plain(host.host())));
  }

  private static String plain(String host) {
    return host.toLowerCase(Locale.ROOT).replaceAll("[\\[\\]]", "");
  }
}
