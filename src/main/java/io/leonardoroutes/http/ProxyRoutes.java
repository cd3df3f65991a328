package io.leonardoroutes.http;

import java.net.URI;
import java.util.function.Supplier;
import org.apache.hc.client5.http.impl.DefaultSchemePortResolver;
import org.apache.hc.client5.http.impl.routing.DefaultRoutePlanner;
import org.apache.hc.client5.http.routing.RoutingSupport;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.http.protocol.HttpContext;

/** Chooses for each call the proxy to go through, or none. */
public final class ProxyRoutes extends DefaultRoutePlanner {
  private final NoProxy direct;
  private final Choice choice;
  private final ProxyWatch watch;

  private interface Choice {
    HttpProxy of(HttpHost target);
  }

  private ProxyRoutes(NoProxy direct, Choice choice, ProxyWatch watch) {
    super(DefaultSchemePortResolver.INSTANCE);
    this.direct = direct;
    this.choice = choice;
    this.watch = watch;
  }

  /** No proxy for any call. */
  public static ProxyRoutes none(ProxyWatch watch) {
    return new ProxyRoutes(NoProxy.NOTHING, target -> null, watch);
  }

  /**
   * One proxy for every call, calls to this machine included.
   *
   * @param direct the exceptions
   */
  public static ProxyRoutes through(Supplier<HttpProxy> proxy, NoProxy direct, ProxyWatch watch) {
    return new ProxyRoutes(direct, target -> proxy.get(), watch);
  }

  /**
   * The proxies of the JVM and the environment, as other programs use them.
   *
   * @param direct further hosts to call without a proxy
   */
  public static ProxyRoutes inherited(InheritedProxies proxies, NoProxy direct, ProxyWatch watch) {
    return new ProxyRoutes(direct, proxies::of, watch);
  }

  @Override
  protected HttpHost determineProxy(HttpHost host, HttpContext context) throws HttpException {
    HttpHost target = RoutingSupport.normalize(host, DefaultSchemePortResolver.INSTANCE);
    HttpProxy proxy = proxyOf(target);
    ProxiedCall call = proxy == null ? null : new ProxiedCall(proxy, target, watch);
    context.setAttribute(ProxiedCall.NAME, call);
    return proxy == null ? null : proxy.address();
  }

  /** The proxy for calls to this address, or null if they are direct. */
  public HttpProxy proxyOf(URI address) {
    HttpHost host = new HttpHost(address.getScheme(), address.getHost(), address.getPort());
    return proxyOf(RoutingSupport.normalize(host, DefaultSchemePortResolver.INSTANCE));
  }

  private HttpProxy proxyOf(HttpHost target) {
    return direct.covers(target.getHostName(), target.getPort()) ? null : choice.of(target);
  }
}
