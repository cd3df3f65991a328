package io.leonardoroutes.http;

import java.io.IOException;
import java.util.Map;
import org.apache.hc.core5.http.HttpHeaders;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.http.HttpStatus;
import org.apache.hc.core5.http.URIScheme;
import org.apache.hc.core5.http.protocol.HttpContext;

/**
 * One call through a proxy. If a method here returns an exception, nothing of the request was sent.
 */
record ProxiedCall(HttpProxy proxy, HttpHost target, ProxyWatch watch) {
  static final String NAME = "leonardo.proxied-call";

  /** The proxied call of this context, or null if the call is direct. */
  static ProxiedCall of(HttpContext context) {
    return (ProxiedCall) context.getAttribute(NAME);
  }

  /** Whether the call goes through a TLS tunnel, so that the proxy cannot read it. */
  boolean isTunnelled() {
    return URIScheme.HTTPS.same(target.getSchemeName());
  }

  /** The headers that only the proxy may get. */
  Map<String, String> authorization() {
    return proxy.authorization() == null
        ? Map.of()
        : Map.of(HttpHeaders.PROXY_AUTHORIZATION, proxy.authorization());
  }

  /** The connection to the proxy failed. */
  ProxyConnectException unreachable(IOException failure) {
    return proxyDown(messageOf(failure), false, failure);
  }

  /** The proxy answered CONNECT with another status than 200. */
  ProxyConnectException refused(int status) {
    return status == HttpStatus.SC_PROXY_AUTHENTICATION_REQUIRED
        ? proxyDown(credentialsNeeded(), true, null)
        : targetUnreachable("it answered " + status + " to CONNECT", null);
  }

  /** The proxy did not answer CONNECT, or the TLS handshake through the tunnel failed. */
  ProxyConnectException tunnelFailed(Exception failure) {
    return targetUnreachable(messageOf(failure), failure);
  }

  /**
   * An answer to a request without a tunnel; it may come from the proxy itself or from the target.
   */
  void answered(int status) {
    if (status == HttpStatus.SC_PROXY_AUTHENTICATION_REQUIRED) {
      watch.proxyDown(proxy, credentialsNeeded(), true);
    } else {
      succeeded();
    }
  }

  /** The call got through to the target. */
  void succeeded() {
    watch.succeeded(proxy, way());
  }

  private String credentialsNeeded() {
    return proxy.authorization() == null
        ? "it asks for a user and password (407), see leonardo.http.proxy"
        : "it asks for another user or password (407), see leonardo.http.proxy";
  }

  private ProxyConnectException proxyDown(String why, boolean asksForPassword, Exception cause) {
    watch.proxyDown(proxy, why, asksForPassword);
    return new ProxyConnectException("the proxy " + proxy + ": " + why, cause);
  }

  private ProxyConnectException targetUnreachable(String why, Exception cause) {
    watch.targetUnreachable(way(), why);
    return new ProxyConnectException(way() + ": " + why, cause);
  }

  private String way() {
    return "the way to " + target.toHostString() + " through the proxy " + proxy;
  }

  private static String messageOf(Exception failure) {
    return failure.getMessage() == null ? failure.toString() : failure.getMessage();
  }
}
