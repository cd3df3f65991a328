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
 * A client whose calls end in time and whose answers are bounded besides their bodies.
 *
 * @param timer ends the calls
 * @param limit how long a call may take, from the search for the address to the last byte
 * @param tls with whose certificates
 * @param resolver finds addresses, and may refuse them
 * @param routes decides what goes through a proxy
 */
public record BoundedClient(
    CallTimer timer, Duration limit, Tls tls, DnsResolver resolver, ProxyRoutes routes) {
  private static final String AUTHORIZATION = "leonardo.authorization";

  /** Whom to trust. */
  public record Tls(SSLContext context, HostnameVerifier verifier) {}

  /** Bounds the calls of a client in bytes and time. */
  public void configure(HttpClientBuilder client) {
    client.addExecInterceptorFirst(CallTimer.NAME, timer.limit(limit));
    connect(client);
  }

  /** Bounds them in bytes, and in time by a deadline that the timer has given them. */
  public void connect(HttpClientBuilder client) {
    client
        .setRequestExecutor(new Executor())
        .setRoutePlanner(routes)
        // The proxy is told the password unasked: no request is made again because it asks.
        .setProxyAuthenticationStrategy((type, challenges, context) -> List.of())
        .setConnectionManagerShared(false)
        .setConnectionManager(connections());
  }

  /** Has the request of this call bring that header, where nothing can log it. */
  public static void authorize(HttpContext context, String authorization) {
    context.setAttribute(AUTHORIZATION, authorization);
  }

  /** As many connections as there are callers: routes say how many those are. */
  private HttpClientConnectionManager connections() {
    return new Connections()
        .setConnectionFactory(socket -> new BoundedConnection())
        .setTlsSocketStrategy(new DefaultClientTlsStrategy(tls.context(), tls.verifier()))
        .setDnsResolver(resolver)
        .setMaxConnTotal(Integer.MAX_VALUE)
        .setMaxConnPerRoute(Integer.MAX_VALUE)
        .build();
  }

  private static final class Connections extends PoolingHttpClientConnectionManagerBuilder {
    @Override
    protected HttpClientConnectionOperator createConnectionOperator(
        SchemePortResolver ports, DnsResolver resolver, TlsSocketStrategy tls) {
      return new Operator(ports, resolver, tls);
    }
  }

  /** Connects in time or not at all: a connection that came too late carries no request. */
  private static final class Operator extends DefaultHttpClientConnectionOperator {
    /** The proxy may be inside, wherever the host may be that is called. */
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
      ((BoundedConnection) connection).connects(deadline);
      ProxiedCall proxied = ProxiedCall.of(context);
      if (proxied == null) {
        inTime(
            deadline,
            () ->
                super.connect(
                    connection, host, endpoint, local, timeout, config, attachment, context));
        return;
      }
      try {
        inTime(
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
        inTime(
            CallDeadline.of(context),
            () -> super.upgrade(connection, host, endpoint, attachment, context));
      } catch (IOException e) {
        throw proxied == null ? e : proxied.closed(e);
      }
      if (proxied != null) {
        proxied.open();
      }
    }

    private static void inTime(CallDeadline deadline, Step step) throws IOException {
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
        bounded.exchanges(deadline, proxied.authorization(), true);
        return tunnel(request, connection, context, proxied);
      }
      bounded.exchanges(deadline, unlogged(context, proxied), false);
      ClassicHttpResponse response = super.execute(request, connection, informed, context);
      if (proxied != null && !proxied.isTunnelled()) {
        proxied.answered(response.getCode());
      }
      return response;
    }

    private static Map<String, String> unlogged(HttpContext context, ProxiedCall proxied) {
      Map<String, String> headers = new HashMap<>();
      if (context.getAttribute(AUTHORIZATION) instanceof String authorization) {
        headers.put(HttpHeaders.AUTHORIZATION, authorization);
      }
      if (proxied != null && !proxied.isTunnelled()) {
        headers.putAll(proxied.authorization());
      }
      return headers;
    }

    /** The client would else take what the proxy answers for the answer to the request itself. */
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
        throw proxied.closed(e);
      }
      if (answer.getCode() != HttpStatus.SC_OK) {
        throw proxied.refused(answer.getCode());
      }
      return answer;
    }
  }
}
