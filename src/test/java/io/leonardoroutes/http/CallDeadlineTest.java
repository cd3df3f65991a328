package io.leonardoroutes.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.apache.hc.client5.http.ConnectTimeoutException;
import org.apache.hc.client5.http.DnsResolver;
import org.apache.hc.client5.http.SystemDefaultDnsResolver;
import org.apache.hc.client5.http.classic.methods.HttpPost;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClientBuilder;
import org.apache.hc.client5.http.ssl.DefaultHostnameVerifier;
import org.apache.hc.core5.http.io.entity.ByteArrayEntity;
import org.apache.hc.core5.http.io.entity.EntityUtils;
import org.apache.hc.core5.ssl.SSLContexts;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A call to a peer that lets it end in no phase. The peer gives up in the end, so that a call that
 * is not cut off ends too, in another way.
 */
class CallDeadlineTest {
  private static final Duration LIMIT = Duration.ofMillis(300);
  private static final int DRIPS = 150;
  private static final String CUT_OFF = "the call was cut off after PT0.3S";

  private final CallTimer timer = new CallTimer();
  private ServerSocket server;
  private volatile boolean gaveUp;

  @BeforeEach
  void listen() throws IOException {
    server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
  }

  @AfterEach
  void close() throws IOException {
    server.close();
    timer.close();
  }

  /** Writes a byte now and then for some ten seconds, and reads nothing. */
  private void drips(String first, String rest) {
    Thread peer =
        new Thread(
            () -> {
              try (Socket client = server.accept()) {
                client.getOutputStream().write(first.getBytes(StandardCharsets.ISO_8859_1));
                for (int i = 0; i < DRIPS; i++) {
                  if (!rest.isEmpty()) {
                    client.getOutputStream().write(rest.charAt(i % rest.length()));
                  }
                  TimeUnit.MILLISECONDS.sleep(70);
                }
                gaveUp = true;
              } catch (IOException | InterruptedException gone) {
                return;
              }
            });
    peer.setDaemon(true);
    peer.start();
  }

  private Throwable failure(String scheme, int bytes, DnsResolver resolver) throws IOException {
    HttpClientBuilder builder = HttpClientBuilder.create().disableAutomaticRetries();
    new BoundedClient(
            timer,
            LIMIT,
            new BoundedClient.Tls(SSLContexts.createDefault(), new DefaultHostnameVerifier()),
            resolver,
            ProxyRoutes.none(null))
        .configure(builder);
    try (CloseableHttpClient client = builder.build()) {
      HttpPost post =
          new HttpPost(URI.create(scheme + "://127.0.0.1:" + server.getLocalPort() + "/"));
      post.setEntity(new ByteArrayEntity(new byte[bytes], null));
      Throwable failure =
          catchThrowable(
              () -> client.execute(post, answer -> EntityUtils.toByteArray(answer.getEntity())));
      assertThat(gaveUp).as("the peer gave up before the call did").isFalse();
      return failure;
    }
  }

  private Throwable failure(String scheme, int bytes) throws IOException {
    return failure(scheme, bytes, SystemDefaultDnsResolver.INSTANCE);
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          silence         |                                                              |
          head            | HTTP/1.1 200 OK~X:                                           | a
          body            | HTTP/1.1 200 OK~Content-Length: 100000~~                     | a
          chunk extension | HTTP/1.1 200 OK~Transfer-Encoding: chunked~~1;               | a
          trailer         | HTTP/1.1 200 OK~Transfer-Encoding: chunked~~1~x~0~X:         | a
          """)
  void anAnswerThatDoesNotEndIsCutOff(String phase, String first, String rest) throws Exception {
    drips(first == null ? "" : first.replace("~", "\r\n"), rest == null ? "" : rest);

    assertThat(failure("http", 1)).isInstanceOf(IOException.class).hasMessage(CUT_OFF);
  }

  @Test
  void aRequestThatNobodyReadsIsCutOff() throws Exception {
    drips("", "");

    assertThat(failure("http", 64 << 20)).isInstanceOf(IOException.class).hasMessage(CUT_OFF);
  }

  /** A record of a handshake that is announced and never whole. */
  @Test
  void aTlsHandshakeThatDoesNotEndIsCutOffAndNothingWasSent() throws Exception {
    drips("\u0016\u0003\u0003\u003f\u00ff", "a");

    assertThat(failure("https", 1)).isInstanceOf(ConnectTimeoutException.class).hasMessage(CUT_OFF);
  }

  @Test
  void anAddressThatIsFoundTooLateIsNotCalled() throws Exception {
    DnsResolver late =
        new DnsResolver() {
          @Override
          public InetAddress[] resolve(String host) {
            long end = System.nanoTime() + LIMIT.toNanos();
            while (System.nanoTime() <= end) {
              Thread.onSpinWait();
            }
            return new InetAddress[] {InetAddress.getLoopbackAddress()};
          }

          @Override
          public String resolveCanonicalHostname(String host) {
            return host;
          }
        };

    assertThat(failure("http", 1, late))
        .isInstanceOf(ConnectTimeoutException.class)
        .hasMessage(CUT_OFF);
  }
}
