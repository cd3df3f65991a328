package io.leonardoroutes.provider;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import javax.net.ssl.HostnameVerifier;
import javax.net.ssl.SSLContext;
import org.apache.hc.client5.http.ConnectTimeoutException;
import org.apache.hc.client5.http.DnsResolver;
import org.apache.hc.client5.http.SchemePortResolver;
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
import org.apache.hc.core5.http.HttpHost;
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
 */
public record BoundedClient(CallTimer timer, Duration limit, Tls tls, DnsResolver resolver) {
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
    private Operator(SchemePortResolver ports, DnsResolver resolver, TlsSocketStrategy tls) {
      super(
          ports,
          resolver,
          RegistryBuilder.<TlsSocketStrategy>create().register(URIScheme.HTTPS.id, tls).build());
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
      inTime(
          deadline,
          () ->
              super.connect(
                  connection, host, endpoint, local, timeout, config, attachment, context));
    }

    @Override
    public void upgrade(
        ManagedHttpClientConnection connection,
        HttpHost host,
        NamedEndpoint endpoint,
        Object attachment,
        HttpContext context)
        throws IOException {
      inTime(
          CallDeadline.of(context),
          () -> super.upgrade(connection, host, endpoint, attachment, context));
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
      ((BoundedConnection) connection)
          .exchanges(CallDeadline.of(context), (String) context.getAttribute(AUTHORIZATION));
      return super.execute(request, connection, informed, context);
    }
  }
}
