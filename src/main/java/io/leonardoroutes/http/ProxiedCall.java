package io.leonardoroutes.http;

import java.io.IOException;
import java.util.Map;
import org.apache.hc.core5.http.HttpHeaders;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.http.HttpStatus;
import org.apache.hc.core5.http.URIScheme;
import org.apache.hc.core5.http.protocol.HttpContext;

/** A call on its way through a proxy. What fails here has sent nothing of the request. */
record ProxiedCall(HttpProxy proxy, HttpHost target, ProxyWatch watch) {
  static final String NAME = "leonardo.proxied-call";

  /** Null for a call that goes directly. */
  static ProxiedCall of(HttpContext context) {
    return (ProxiedCall) context.getAttribute(NAME);
  }

  /** Whether the proxy only carries it, and sees nothing of it. */
  boolean isTunnelled() {
    return URIScheme.HTTPS.same(target.getSchemeName());
  }

  /** What the proxy is told, and it alone. */
  Map<String, String> authorization() {
    return proxy.authorization() == null
        ? Map.of()
        : Map.of(HttpHeaders.PROXY_AUTHORIZATION, proxy.authorization());
  }

  /** There is no connection to the proxy. */
  ProxyConnectException unreachable(IOException failure) {
    return away(said(failure), false, failure);
  }

  /** The proxy answered no, or what nobody understands. */
  ProxyConnectException refused(int status) {
    return status == HttpStatus.SC_PROXY_AUTHENTICATION_REQUIRED
        ? away(asks(), true, null)
        : closed("it answered " + status + " to CONNECT", null);
  }

  /** There was no answer, or there is no TLS through the tunnel. */
  ProxyConnectException closed(Exception failure) {
    return closed(said(failure), failure);
  }

  /** It answered a request that is not tunnelled: its own answer, or that of the host. */
  void answered(int status) {
    if (status == HttpStatus.SC_PROXY_AUTHENTICATION_REQUIRED) {
      watch.away(proxy, asks(), true);
    } else {
      open();
    }
  }

  void open() {
    watch.open(proxy, way());
  }

  private String asks() {
    return proxy.authorization() == null
        ? "it asks for a user and password (407), see leonardo.http.proxy"
        : "it asks for another user or password (407), see leonardo.http.proxy";
  }

  private ProxyConnectException away(String why, boolean asksForPassword, Exception cause) {
    watch.away(proxy, why, asksForPassword);
    return new ProxyConnectException("the proxy " + proxy + ": " + why, cause);
  }

  private ProxyConnectException closed(String why, Exception cause) {
    watch.closed(way(), why);
    return new ProxyConnectException(way() + ": " + why, cause);
  }

  private String way() {
    return "the way to " + target.toHostString() + " through the proxy " + proxy;
  }

  private static String said(Exception failure) {
    return failure.getMessage() == null ? failure.toString() : failure.getMessage();
  }
}
