package io.leonardoroutes.http;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.net.ssl.HostnameVerifier;
import javax.net.ssl.SSLContext;
import org.apache.hc.client5.http.ConnectTimeoutException;
import org.apache.hc.client5.http.DnsResolver;
import org.apache.hc.client5.http.SchemePortResolver;
import org.apache.hc.client5.http.SystemDefaultDnsResolver;
import org.apache.hc.client5.http.impl.classic.HttpClientBuilder;
import org.apache.hc.client5.http.impl.io.DefaultHttpClientConnectionOperator;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.client5.http.io.HttpClientConnectionManager;
import org.apache.hc.client5.http.io.HttpClientConnectionOperator;
import org.apache.hc.client5.http.io.ManagedHttpClientConnection;
import org.apache.hc.client5.http.ssl.DefaultClientTlsStrategy;
import org.apache.hc.client5.http.ssl.TlsSocketStrategy;
import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.HttpHeaders;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.http.HttpStatus;
import org.apache.hc.core5.http.Method;
import org.apache.hc.core5.http.URIScheme;
import org.apache.hc.core5.http.config.RegistryBuilder;
import org.apache.hc.core5.http.impl.io.HttpRequestExecutor;
import org.apache.hc.core5.http.io.HttpClientConnection;
import org.apache.hc.core5.http.io.HttpResponseInformationCallback;
import org.apache.hc.core5.http.io.SocketConfig;
import org.apache.hc.core5.http.protocol.HttpContext;
import org.apache.hc.core5.net.NamedEndpoint;
import org.apache.hc.core5.util.Timeout;

/**
 * Configures an HTTP client so that every call ends in time and everything in an answer except its
 * body is bounded in size.
 *
 * @param timer ends calls that take too long
 * @param limit how long a call may take, from the DNS lookup to the last byte
 * @param tls which certificates to trust
 * @param resolver finds addresses, and may refuse them
 * @param routes decides what goes through a proxy
 */
public record BoundedClient(
    CallTimer timer, Duration limit, Tls tls, DnsResolver resolver, ProxyRoutes routes) {
  private static final String AUTHORIZATION = "leonardo.authorization";

  /** Which certificates to trust. */
  public record Tls(SSLContext context, HostnameVerifier verifier) {}

  /** Bounds the calls of a client in bytes and time. */
  public void configure(HttpClientBuilder client) {
    client.addExecInterceptorFirst(CallTimer.NAME, timer.limit(limit));
    connect(client);
  }

  /** The same for a client whose calls already get their deadline from the timer. */
  public void connect(HttpClientBuilder client) {
    client
        .setRequestExecutor(new Executor())
        .setRoutePlanner(routes)
        // The proxy gets the password with the first request, so none is repeated after a 407.
        .setProxyAuthenticationStrategy((type, challenges, context) -> List.of())
        .setConnectionManagerShared(false)
        .setConnectionManager(connections());
  }

  /** Adds an Authorization header to the call, at a point where nothing can log it. */
  public static void authorize(HttpContext context, String authorization) {
    context.setAttribute(AUTHORIZATION, authorization);
  }

  /** No limit on connections: the routes limit how many calls run at once. */
  private HttpClientConnectionManager connections() {
    return new LastingConnections(
        new Connections()
            .setConnectionFactory(socket -> new BoundedConnection())
            .setTlsSocketStrategy(new DefaultClientTlsStrategy(tls.context(), tls.verifier()))
            .setDnsResolver(resolver)
            .setMaxConnTotal(Integer.MAX_VALUE)
            .setMaxConnPerRoute(Integer.MAX_VALUE)
            .build());
  }

  private static final class Connections extends PoolingHttpClientConnectionManagerBuilder {
    @Override
    protected HttpClientConnectionOperator createConnectionOperator(
        SchemePortResolver ports, DnsResolver resolver, TlsSocketStrategy tls) {
      return new Operator(ports, resolver, tls);
    }
  }

  /** Fails a connect that finishes after the deadline, so that no request is sent too late. */
  private static final class Operator extends DefaultHttpClientConnectionOperator {
    /**
     * Uses the system's resolver: a proxy may have a private address even where the target must
     * not.
     */
    private final HttpClientConnectionOperator toProxy;

    private Operator(SchemePortResolver ports, DnsResolver resolver, TlsSocketStrategy tls) {
      super(
          ports,
          resolver,
          RegistryBuilder.<TlsSocketStrategy>create().register(URIScheme.HTTPS.id, tls).build());
      toProxy =
          new DefaultHttpClientConnectionOperator(
              ports,
              SystemDefaultDnsResolver.INSTANCE,
              RegistryBuilder.<TlsSocketStrategy>create().build());
    }

    @Override
    public void connect(
        ManagedHttpClientConnection connection,
        HttpHost host,
        NamedEndpoint endpoint,
        InetSocketAddress local,
        Timeout timeout,
        SocketConfig config,
        Object attachment,
        HttpContext context)
        throws IOException {
      CallDeadline deadline = CallDeadline.of(context);
      ((BoundedConnection) connection).beginConnect(deadline);
      ProxiedCall proxied = ProxiedCall.of(context);
      if (proxied == null) {
        beforeDeadline(
            deadline,
            () ->
                super.connect(
                    connection, host, endpoint, local, timeout, config, attachment, context));
        return;
      }
      try {
        beforeDeadline(
            deadline,
            () ->
                toProxy.connect(
                    connection, host, endpoint, local, timeout, config, attachment, context));
      } catch (IOException e) {
        throw proxied.unreachable(e);
      }
    }

    @Override
    public void upgrade(
        ManagedHttpClientConnection connection,
        HttpHost host,
        NamedEndpoint endpoint,
        Object attachment,
        HttpContext context)
        throws IOException {
      ProxiedCall proxied = ProxiedCall.of(context);
      try {
        beforeDeadline(
            CallDeadline.of(context),
            () -> super.upgrade(connection, host, endpoint, attachment, context));
      } catch (IOException e) {
        throw proxied == null ? e : proxied.tunnelFailed(e);
      }
      if (proxied != null) {
        proxied.succeeded();
      }
    }

    private static void beforeDeadline(CallDeadline deadline, Step step) throws IOException {
      try {
        step.run();
      } catch (IOException e) {
        if (!deadline.isExpired()) {
          throw e;
        }
      }
      if (deadline.isExpired()) {
        throw new ConnectTimeoutException(deadline.message());
      }
    }

    private interface Step {
      void run() throws IOException;
    }
  }

  private static final class Executor extends HttpRequestExecutor {
    @Override
    public ClassicHttpResponse execute(
        ClassicHttpRequest request,
        HttpClientConnection connection,
        HttpResponseInformationCallback informed,
        HttpContext context)
        throws IOException, HttpException {
      ProxiedCall proxied = ProxiedCall.of(context);
      BoundedConnection bounded = (BoundedConnection) connection;
      CallDeadline deadline = CallDeadline.of(context);
      if (Method.CONNECT.isSame(request.getMethod())) {
        if (proxied == null) {
          throw new ConnectException("a proxy is named by leonardo.http.proxy alone");
        }
        bounded.beginExchange(deadline, proxied.authorization(), true);
        return tunnel(request, connection, context, proxied);
      }
      bounded.beginExchange(deadline, unloggedHeaders(context, proxied), false);
      ClassicHttpResponse response = super.execute(request, connection, informed, context);
      if (proxied != null && !proxied.isTunnelled()) {
        proxied.answered(response.getCode());
      }
      return response;
    }

    private static Map<String, String> unloggedHeaders(HttpContext context, ProxiedCall proxied) {
      Map<String, String> headers = new HashMap<>();
      if (context.getAttribute(AUTHORIZATION) instanceof String authorization) {
        headers.put(HttpHeaders.AUTHORIZATION, authorization);
      }
      if (proxied != null && !proxied.isTunnelled()) {
        headers.putAll(proxied.authorization());
      }
      return headers;
    }

    /**
     * Fails unless the proxy answers 200; otherwise its answer would pass for that of the target.
     */
    private ClassicHttpResponse tunnel(
        ClassicHttpRequest connect,
        HttpClientConnection connection,
        HttpContext context,
        ProxiedCall proxied)
        throws ProxyConnectException {
      ClassicHttpResponse answer;
      try {
        answer = super.execute(connect, connection, null, context);
      } catch (IOException | HttpException e) {
        throw proxied.tunnelFailed(e);
      }
      if (answer.getCode() != HttpStatus.SC_OK) {
        throw proxied.refused(answer.getCode());
      }
      return answer;
    }
  }
}
