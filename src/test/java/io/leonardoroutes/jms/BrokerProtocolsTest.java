package io.leonardoroutes.jms;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.leonardoroutes.fixture.App;
import io.leonardoroutes.fixture.Fixture;
import io.leonardoroutes.fixture.InboxFixture;
import io.leonardoroutes.fixture.LedgerRows;
import io.leonardoroutes.fixture.Patience;
import io.leonardoroutes.fixture.ScriptedProvider;
import jakarta.jms.BytesMessage;
import jakarta.jms.Connection;
import jakarta.jms.JMSException;
import jakarta.jms.JMSSecurityException;
import jakarta.jms.Message;
import jakarta.jms.Queue;
import jakarta.jms.Session;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.apache.qpid.jms.JmsConnectionFactory;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the built-in broker speaks besides its own protocol, and what it does not. */
@Tag("long")
class BrokerProtocolsTest {
  private static final Duration LONG = Patience.LONG;
  private static final String REQUESTS = "leonardo.requests";

  @TempDir Path folder;
  private final int port = App.freePort();
  @Fixture private ScriptedProvider provider;
  @Fixture private App app;

  @BeforeEach
  void open() {
    app.with("leonardo.jms.enabled", "true").with("leonardo.jms.port", String.valueOf(port));
  }

  /** A client over STOMP 1.2, by hand. */
  private static final class Stomp implements AutoCloseable {
    private final Socket socket;

    Stomp(int port, String... login) throws IOException {
      socket = new Socket("127.0.0.1", port);
      socket.setSoTimeout(30_000);
      send(
          "CONNECT",
          login.length == 0
              ? Map.of("accept-version", "1.2", "host", "x")
              : Map.of(
                  "accept-version", "1.2", "host", "x", "login", login[0], "passcode", login[1]),
          "");
    }

    void send(String command, Map<String, String> headers, String body) throws IOException {
      StringBuilder frame = new StringBuilder(command).append('\n');
      headers.forEach((name, value) -> frame.append(name).append(':').append(value).append('\n'));
      frame.append('\n').append(body).append('\0');
      socket.getOutputStream().write(frame.toString().getBytes(StandardCharsets.UTF_8));
      socket.getOutputStream().flush();
    }

    /** The next frame, as it came. */
    String receive() throws IOException {
      StringBuilder frame = new StringBuilder();
      InputStream in = socket.getInputStream();
      for (int next = in.read(); next != 0 || frame.isEmpty(); next = in.read()) {
        if (next < 0) {
          throw new EOFException(frame.toString());
        }
        if (next != '\n' && next != 0 || !frame.isEmpty()) {
          frame.append((char) next);
        }
      }
      return frame.toString();
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }

  private Connection amqp(String... login) throws JMSException {
    JmsConnectionFactory factory = new JmsConnectionFactory("amqp://127.0.0.1:" + port);
    return login.length == 0
        ? factory.createConnection()
        : factory.createConnection(login[0], login[1]);
  }

  @Test
  void aRequestOverStompIsAcceptedAndAnsweredAsTextAndAsBytes() throws Exception {
    app.start();
    try (Stomp stomp = new Stomp(port)) {
      assertThat(stomp.receive()).startsWith("CONNECTED");
      stomp.send("SUBSCRIBE", Map.of("id", "1", "destination", "my.answers"), "");
      String text = InboxFixture.request("a");
      Map<String, String> to =
          Map.of("destination", REQUESTS, "reply-to", "my.answers", "correlation-id", "mine");
      stomp.send("SEND", to, text);
      String answer = stomp.receive();
      assertThat(answer).startsWith("MESSAGE").contains("correlation-id:mine", "\"ACCEPTED\"");
      await().atMost(LONG).until(() -> provider.creates().size() == 1);

      stomp.send(
          "SEND",
          Map.of("destination", REQUESTS, "content-length", String.valueOf(text.length())),
          text);
      await().atMost(LONG).until(() -> provider.creates().size() == 2);
    }
  }

  @Test
  void aRequestOverAmqpIsAcceptedAndAnsweredAsTextAndAsBytes() throws Exception {
    app.start();
    try (Connection connection = amqp();
        Session session = connection.createSession()) {
      connection.start();
      Queue answers = session.createTemporaryQueue();
      Message text = session.createTextMessage(InboxFixture.request("日本"));
      text.setJMSReplyTo(answers);
      text.setJMSCorrelationID("mine");
      session.createProducer(session.createQueue(REQUESTS)).send(text);
      Message answer = session.createConsumer(answers).receive(LONG.toMillis());
      assertThat(answer.getJMSCorrelationID()).isEqualTo("mine");
      assertThat(new ObjectMapper().readTree(answer.getBody(String.class)).get("state").asText())
          .isEqualTo("ACCEPTED");

      BytesMessage bytes = session.createBytesMessage();
      bytes.writeBytes(InboxFixture.request("日本").getBytes(StandardCharsets.UTF_8));
      session.createProducer(session.createQueue(REQUESTS)).send(bytes);
      await().atMost(LONG).until(() -> provider.creates().size() == 2);
      assertThat(LedgerRows.of(app, "SELECT request FROM job"))
          .allSatisfy(row -> assertThat((String) row.get("request")).contains("日本"));
    }
  }

  @Test
  void everyProtocolNeedsTheLogin() throws Exception {
    app.with("leonardo.jms.user", "erp").with("leonardo.jms.password", "secret").start();

    try (Stomp stomp = new Stomp(port, "erp", "guess")) {
      assertThat(stomp.receive()).startsWith("ERROR");
    }
    assertThatThrownBy(() -> amqp("erp", "guess").start()).isInstanceOf(JMSSecurityException.class);
    assertThatThrownBy(() -> amqp().start()).isInstanceOf(JMSException.class);
    try (Stomp stomp = new Stomp(port, "erp", "secret");
        Connection connection = amqp("erp", "secret")) {
      assertThat(stomp.receive()).startsWith("CONNECTED");
      connection.start();
    }
  }

  @Test
  void callersMayNoMoreThanOverTheBrokersOwnProtocol() throws Exception {
    app.start();
    for (String name : new String[] {REQUESTS, "activemq.management", "activemq.notifications"}) {
      try (Stomp stomp = new Stomp(port);
          Connection connection = amqp();
          Session session = connection.createSession()) {
        stomp.receive();
        stomp.send("SUBSCRIBE", Map.of("id", "1", "destination", name), "");
        assertThat(stomp.receive()).startsWith("ERROR");
        assertThatThrownBy(() -> session.createConsumer(session.createQueue(name)))
            .isInstanceOf(JMSException.class);
      }
    }
    try (Stomp stomp = new Stomp(port);
        Connection connection = amqp();
        Session session = connection.createSession()) {
      stomp.receive();
      stomp.send("SEND", Map.of("destination", "foreign", "receipt", "1"), "x");
      assertThat(stomp.receive()).startsWith("ERROR");
      assertThatThrownBy(
              () ->
                  session
                      .createProducer(session.createQueue("foreign"))
                      .send(session.createTextMessage("x")))
          .isInstanceOf(JMSException.class);
    }
  }

  /** OpenWire, MQTT, HTTP (also as it asks for a web socket and a tunnel), AMQP 0.9, TLS, junk. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "\0\0\0\u00f0\1ActiveMQ",
        "\u0010\u0012\0\4MQTT\5\2\0\74",
        "GET / HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET / HTTP/1.1\r\nUpgrade: websocket\r\n\r\n",
        "POST /x HTTP/1.1\r\n\r\n",
        "CONNECT x:1 HTTP/1.1\r\n\r\n",
        "\u0016\3\1\2\0\1\0\1",
        "PROXY TCP4 1.2.3.4 1.2.3.4 1 2\r\n",
        "x",
      })
  void aConnectionWithAnUnknownProtocolIsClosedAtOnce(String beginning) throws Exception {
    app.start();
    try (Socket socket = new Socket("127.0.0.1", port)) {
      socket.setSoTimeout(5_000);
      socket.getOutputStream().write(beginning.getBytes(StandardCharsets.ISO_8859_1));

      assertThat(socket.getInputStream().read()).isEqualTo(-1);
    }
  }

  @Test
  void aStompFrameThatNeverEndsIsNotKept() throws Exception {
    app.start();
    try (Stomp stomp = new Stomp(port)) {
      stomp.receive();
      String more = "x".repeat(64 * 1_024);

      assertThatThrownBy(
              () -> {
                stomp.socket.getOutputStream().write("SEND\ndestination:x\n\n".getBytes());
                for (int i = 0; i < 1_000; i++) {
                  stomp.socket.getOutputStream().write(more.getBytes(StandardCharsets.US_ASCII));
                }
              })
          .isInstanceOf(IOException.class);
    }
  }
}
