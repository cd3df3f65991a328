package io.leonardoroutes.http;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.apache.hc.core5.http.HttpHost;

/**
 * The proxies configured for every program on this machine: those of the JVM's proxy selector
 * ({@code https.proxyHost} and so on), then those of the environment. Loopback addresses are always
 * called directly.
 */
public final class InheritedProxies {
  private final Supplier<ProxySelector> jvm;
  private final HttpProxy https;
  private final HttpProxy http;
  private final NoProxy direct;

  /**
   * Reads the environment: {@code https_proxy} or {@code HTTPS_PROXY}, {@code no_proxy} or {@code
   * NO_PROXY}, and {@code http_proxy} in lower case only, because the caller of a CGI script can
   * set {@code HTTP_PROXY} by a header.
   *
   * @throws IllegalArgumentException for a proxy that cannot be used; its message names the
   *     variable
   */
  public InheritedProxies(Supplier<ProxySelector> jvm, Map<String, String> environment) {
    this.jvm = jvm;
    this.https = proxy(environment, "https_proxy", "HTTPS_PROXY");
    this.http = proxy(environment, "http_proxy");
    this.direct = direct(environment);
  }

  private static HttpProxy proxy(Map<String, String> environment, String... names) {
    String name = first(environment, names);
    try {
      return name == null ? null : HttpProxy.parse(environment.get(name).strip());
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(name + " of the environment is " + e.getMessage());
    }
  }

  /**
   * Skips entries that cannot be parsed: other programs read this variable too, and may know them.
   */
  private static NoProxy direct(Map<String, String> environment) {
    String name = first(environment, "no_proxy", "NO_PROXY");
    String list = name == null ? "" : environment.get(name).strip();
    return new NoProxy(
        Arrays.stream(list.split("[,\\s]+")).flatMap(InheritedProxies::entry).toList());
  }

  private static Stream<NoProxy.Entry> entry(String text) {
    try {
      return NoProxy.of(List.of(text)).entries().stream();
    } catch (IllegalArgumentException e) {
      return Stream.of();
    }
  }

  private static String first(Map<String, String> environment, String... names) {
    return Arrays.stream(names)
        .filter(name -> !environment.getOrDefault(name, "").isBlank())
        .findFirst()
        .orElse(null);
  }

  /** The proxy for this target, or null to call it directly. */
  HttpProxy of(HttpHost target) {
    if (isOnThisMachine(target.getHostName())) {
      return null;
    }
    String scheme = target.getSchemeName().toLowerCase(Locale.ROOT);
    HttpProxy selected = selected(scheme, target);
    if (selected != null || !System.getProperty(scheme + ".proxyHost", "").isBlank()) {
      return selected;
    }
    HttpProxy proxy = scheme.equals("https") ? https : http;
    return proxy == null || direct.covers(target.getHostName(), target.getPort()) ? null : proxy;
  }

  private HttpProxy selected(String scheme, HttpHost target) {
    try {
      URI uri = new URI(scheme, null, target.getHostName(), target.getPort(), "/", null, null);
      ProxySelector selector = jvm.get();
      return selector == null
          ? null
          : selector.select(uri).stream()
              .filter(proxy -> proxy.type() == Proxy.Type.HTTP)
              .map(proxy -> (InetSocketAddress) proxy.address())
              .map(address -> new HttpProxy(address.getHostString(), address.getPort(), null))
              .findFirst()
              .orElse(null);
    } catch (URISyntaxException | RuntimeException e) {
      // The selector may be the application's own; its failure must not fail the call.
      return null;
    }
  }

  private static boolean isOnThisMachine(String host) {
    String name = NoProxy.withoutBrackets(host).toLowerCase(Locale.ROOT).replaceFirst("\\.$", "");
    if (name.equals("localhost") || name.endsWith(".localhost")) {
      return true;
    }
    try {
      byte[] bytes = NoProxy.address(name);
      InetAddress address = bytes == null ? null : InetAddress.getByAddress(bytes);
      return address != null && (address.isLoopbackAddress() || address.isAnyLocalAddress());
    } catch (UnknownHostException e) {
      return false;
    }
  }
}
