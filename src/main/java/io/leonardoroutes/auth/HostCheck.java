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
 * Turns away calls to names that are not this server's, where nobody is asked for a key: a page may
 * let its own name stand for this address (DNS rebinding), and would read what it is answered.
 */
public final class HostCheck implements Handler<RoutingContext> {
  private static final Problem OTHER =
      Problem.of(
          421,
          "host",
          "Not for calls to this host",
          "call localhost, or name the host in leonardo.rest.hosts");

  private final Set<String> names = new HashSet<>(Set.of("localhost", "127.0.0.1", "::1"));

  /**
   * @param host where the server listens
   * @param others names that it has besides
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
      ProblemHandler.give(call, OTHER);
    }
  }

  /** Whether it is made to one of them. */
  public boolean isOurs(HttpServerRequest call) {
    List<String> sent = call.headers().getAll("Host");
    HostAndPort host = call.authority();
    // No browser leaves it out.
    boolean absent = sent.isEmpty() && host == null;
    return absent || (sent.size() < 2 && host != null && names.contains(plain(host.host())));
  }

  private static String plain(String host) {
    return host.toLowerCase(Locale.ROOT).replaceAll("[\\[\\]]", "");
  }
}
