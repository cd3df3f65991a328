package io.leonardoroutes.leonardo;

import static org.assertj.core.api.Assertions.assertThat;

import io.leonardoroutes.fixture.TestCertificate;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;
import org.apache.hc.client5.http.classic.methods.HttpPost;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.client5.http.ssl.DefaultClientTlsStrategy;
import org.apache.hc.core5.http.io.entity.EntityUtils;
import org.apache.hc.core5.http.io.entity.StringEntity;
import org.apache.hc.core5.ssl.SSLContexts;
import org.apache.hc.core5.util.Timeout;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real calls by the client that the routes use, to peers that break them in one way each. */
class BrokenCallsTest {
  private static final String PASSWORD = "changeit";

  @TempDir static Path folder;

  private SSLContext trust = SSLContexts.createDefault();
  private ServerSocket server;

  @BeforeEach
  void listen() throws IOException {
    server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
  }

  @AfterEach
  void close() throws IOException {
    server.close();
  }

  @Test
  void aNameThatNobodyHasIsNotSent() {
    assertThat(post("http://provider.invalid/")).isInstanceOf(Submission.NotSent.class);
  }

  @Test
  void aPortThatNobodyListensOnIsNotSent() throws IOException {
    server.close();

    assertThat(post(url("http"))).isInstanceOf(Submission.NotSent.class);
  }

  @Test
  void aPeerThatSpeaksNoTlsIsNotSent() {
    peer(socket -> answer(socket, "HTTP/1.1 400 Bad Request\r\n\r\n"));

    assertThat(post(url("https"))).isInstanceOf(Submission.NotSent.class);
  }

  @Test
  void aPeerThatHangsUpInTheHandshakeIsNotSent() {
    peer(socket -> socket.getInputStream().read());

    assertThat(post(url("https"))).isInstanceOf(Submission.NotSent.class);
  }

  @Test
  void aCertificateThatIsNotTrustedIsNotSent() throws Exception {
    server.close();
    server = tlsServer();
    peer(socket -> socket.getInputStream().read());

    assertThat(post(url("https"))).isInstanceOf(Submission.NotSent.class);
  }

  @Test
  void aHandshakeThatThePeerTurnsDownAfterTheRequestWasWrittenIsUnknown() throws Exception {
    server.close();
    SSLServerSocket tls = tlsServer();
    tls.setNeedClientAuth(true);
    tls.setEnabledProtocols(new String[] {"TLSv1.3"});
    server = tls;
    trust = TestCertificate.trusting(keys(), PASSWORD);
    peer(socket -> socket.getInputStream().read());

    assertThat(post(url("https"))).isInstanceOf(Submission.Unknown.class);
  }

  @Test
  void aPeerThatHangsUpAfterTheRequestIsUnknown() {
    peer(socket -> answer(socket, ""));

    assertThat(post(url("http"))).isInstanceOf(Submission.Unknown.class);
  }

  @Test
  void anAnswerThatIsCutOffIsUnknown() {
    peer(
        socket ->
            answer(
                socket, "HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{\"generationId\": \"1\"}"));

    assertThat(post(url("http"))).isInstanceOf(Submission.Unknown.class);
  }

  @Test
  void anAnswerThatDoesNotComeInTimeIsUnknown() {
    assertThat(post(url("http"))).isInstanceOf(Submission.Unknown.class);
  }

  private Submission post(String url) {
    try (CloseableHttpClient client = client()) {
      HttpPost post = new HttpPost(url);
      post.setEntity(new StringEntity("{}"));
      throw new AssertionError(
          client.execute(post, answer -> EntityUtils.toString(answer.getEntity())));
    } catch (IOException failure) {
      return Submission.failed(failure);
    }
  }

  private CloseableHttpClient client() {
    return HttpClients.custom()
        .disableAutomaticRetries()
        .disableRedirectHandling()
        .setDefaultRequestConfig(
            RequestConfig.custom().setResponseTimeout(Timeout.ofMilliseconds(300)).build())
        .setConnectionManager(
            PoolingHttpClientConnectionManagerBuilder.create()
                .setTlsSocketStrategy(new DefaultClientTlsStrategy(trust))
                .setDefaultConnectionConfig(
                    ConnectionConfig.custom().setConnectTimeout(Timeout.ofSeconds(5)).build())
                .build())
        .build();
  }

  private String url(String scheme) {
    return scheme + "://localhost:" + server.getLocalPort() + "/";
  }

  private interface Peer {
    void meet(Socket socket) throws IOException;
  }

  private void peer(Peer peer) {
    ServerSocket listening = server;
    Thread thread =
        new Thread(
            () -> {
              try (Socket socket = listening.accept()) {
                peer.meet(socket);
              } catch (IOException theCallersSideIsWhatIsTested) {
                return;
              }
            });
    thread.setDaemon(true);
    thread.start();
  }

  private static void answer(Socket socket, String answer) throws IOException {
    socket.getInputStream().read(new byte[8_192]);
    socket.getOutputStream().write(answer.getBytes(StandardCharsets.US_ASCII));
  }

  private static SSLServerSocket tlsServer() throws Exception {
    TestCertificate.write(keys(), PASSWORD);
    return (SSLServerSocket)
        TestCertificate.server(keys(), PASSWORD)
            .getServerSocketFactory()
            .createServerSocket(0, 50, InetAddress.getLoopbackAddress());
  }

  private static Path keys() {
    return folder.resolve("keys.p12");
  }
}
