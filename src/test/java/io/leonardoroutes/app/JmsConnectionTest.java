package io.leonardoroutes.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.leonardoroutes.fixture.App;
import io.leonardoroutes.fixture.InboxFixture;
import io.leonardoroutes.fixture.TestBroker;
import io.leonardoroutes.jms.JmsClient;
import jakarta.jms.ConnectionFactory;
import jakarta.jms.Message;
import jakarta.jms.TemporaryQueue;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.messaginghub.pooled.jms.JmsPoolConnectionFactory;
import org.springframework.jms.connection.CachingConnectionFactory;

/** The connection to a broker by a ConnectionFactory that the application has. */
class JmsConnectionTest {
  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource({
    "ARTEMIS, plain",
    "ARTEMIS, cached",
    "ARTEMIS, pooled",
    "ACTIVEMQ, plain",
    "ACTIVEMQ, cached"
  })
  void requestsComeAndAnswersGoThroughIt(JmsClient kind, String wrapped) throws Exception {
    try (TestBroker broker = new TestBroker(kind, folder.resolve("broker"), App.freePort())) {
      broker.start();
      ConnectionFactory own =
          kind.connectionFactory(broker.url(), TestBroker.USER, TestBroker.PASSWORD);
      try (App app =
              with("#orders", wrapped(own, wrapped))
                  .with("leonardo.jms.enabled", "true")
                  .with("leonardo.jms.client", kind.settingValue())
                  .with("leonardo.base-url", "http://127.0.0.1:1/api/rest")
                  .start();
          TestBroker.Caller caller = new TestBroker.Caller(kind, broker.url())) {
        TemporaryQueue answers = caller.session.createTemporaryQueue();
        Message request = caller.session.createTextMessage(InboxFixture.request("a"));
        request.setJMSReplyTo(answers);
        caller.send("leonardo.requests", request);

        assertThat(caller.receive(answers).getBody(String.class)).contains("ACCEPTED");
        assertThat(app.data().resolve("broker")).doesNotExist();
      }
    }
  }

  private static ConnectionFactory wrapped(ConnectionFactory own, String how) {
    if (how.equals("cached")) {
      return new CachingConnectionFactory(own);
    }
    if (how.equals("pooled")) {
      JmsPoolConnectionFactory pool = new JmsPoolConnectionFactory();
      pool.setConnectionFactory(own);
      return pool;
    }
    return own;
  }

  @Test
  void aFactoryThatCannotServeIsNamedAtTheStart() {
    assertThat(refusal(App.in(folder).with("leonardo.jms.connection-factory", "orders")))
        .isEqualTo("leonardo.jms.connection-factory: there is no bean orders");
    assertThat(refusal(App.in(folder).with("leonardo.jms.connection-factory", "#bean:orders")))
        .isEqualTo("leonardo.jms.connection-factory: there is no bean orders");
    assertThat(refusal(with("#orders", "text")))
        .isEqualTo(
            "leonardo.jms.connection-factory: orders is not a jakarta.jms.ConnectionFactory but a"
                + " class java.lang.String");
    assertThat(
            refusal(
                with(
                    "#orders",
                    JmsClient.ACTIVEMQ.connectionFactory("tcp://127.0.0.1:1", null, null))))
        .isEqualTo(
            "leonardo.jms.client: orders is a org.apache.activemq.ActiveMQConnectionFactory, which"
                + " is not of the client artemis");
    assertThat(refusal(with("#orders", "text").with("leonardo.jms.url", "tcp://127.0.0.1:1")))
        .isEqualTo(
            "leonardo.jms.url: leave it out: leonardo.jms.connection-factory takes its place");
  }

  private App with(String name, Object bean) {
    return App.in(folder).with("leonardo.jms.connection-factory", name).bind("orders", bean);
  }

  private static String refusal(App app) {
    app.with("leonardo.jms.enabled", "true");
    return ProgramSetup.reason(catchThrowable(() -> app.start().close()));
  }
}
