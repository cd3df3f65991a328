package io.leonardoroutes.intake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.leonardoroutes.fixture.App;
import io.leonardoroutes.fixture.BrokerProcess;
import io.leonardoroutes.fixture.InboxFixture;
import io.leonardoroutes.fixture.LedgerRows;
import io.leonardoroutes.fixture.Patience;
import io.leonardoroutes.fixture.ScriptedProvider;
import io.leonardoroutes.fixture.TestBroker;
import io.leonardoroutes.jms.JmsClient;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.MessageConsumer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A broker that is killed in the middle of traffic, and comes back on its journal. */
@Tag("long")
class JmsRestartTest {
  private static final Duration LONG = Patience.LONG;
  private static final String REQUESTS = "leonardo.requests";
  private static final String ANSWERS = "answers";
  private static final int MESSAGES = 60;

  @TempDir Path folder;
  private final AtomicInteger sent = new AtomicInteger();

  @ParameterizedTest
  @EnumSource(JmsClient.class)
  void everyMessageIsOneJobAndEveryAnswerArrivesHoweverOftenTheBrokerIsKilled(JmsClient kind)
      throws Exception {
    try (ScriptedProvider provider = ScriptedProvider.start();
        BrokerProcess broker = new BrokerProcess(kind, folder.resolve("broker"), App.freePort());
        App app = App.in(folder).at(provider)) {
      broker.start();
      app.with("leonardo.jms.enabled", "true")
          .with("leonardo.jms.url", broker.url())
          .with("leonardo.jms.client", kind.settingValue())
          .with("leonardo.limits.creates-per-minute", "100000")
          .with("leonardo.limits.requests-per-minute", "100000")
          .with("camel.component.jms.recovery-interval", "200")
          .start();
      CompletableFuture<Void> sending = CompletableFuture.runAsync(() -> send(kind, broker));
      for (int kill = 1; kill <= 2; kill++) {
        int enough = kill * MESSAGES / 3;
        await().atMost(LONG).until(() -> sent.get() >= enough);
        broker.kill();
        broker.start();
      }
      sending.join();

      Map<String, Set<String>> told = answers(kind, broker);
      assertThat(LedgerRows.jobs(app)).isEqualTo(MESSAGES);
      assertThat(provider.creates()).hasSize(MESSAGES);
      assertThat(told).hasSize(MESSAGES);
      assertThat(left(kind, broker, REQUESTS)).isZero();
      assertThat(left(kind, broker, REQUESTS + ".rejected")).isZero();
    }
  }

  /**
   * As a careful caller does: what may not have arrived is sent again, under the same reference.
   */
  private void send(JmsClient kind, BrokerProcess broker) {
    while (sent.get() < MESSAGES) {
      try (TestBroker.Caller caller = new TestBroker.Caller(kind, broker.url())) {
        while (sent.get() < MESSAGES) {
          String text = InboxFixture.request("koala").replaceFirst("\\{", "{\"reference\":\"%d\",");
          Message message = caller.session.createTextMessage(text.formatted(sent.get()));
          message.setJMSReplyTo(caller.session.createQueue(ANSWERS));
          caller.send(REQUESTS, message);
          sent.incrementAndGet();
        }
      } catch (JMSException e) {
        // once more, then
      }
    }
  }

  /** What was told of each job until all were told all. */
  private static Map<String, Set<String>> answers(JmsClient kind, BrokerProcess broker)
      throws Exception {
    Map<String, Set<String>> told = new TreeMap<>();
    try (TestBroker.Caller caller = new TestBroker.Caller(kind, broker.url());
        MessageConsumer answers =
            caller.session.createConsumer(caller.session.createQueue(ANSWERS))) {
      int whole = 0;
      while (whole < MESSAGES) {
        Message answer = answers.receive(LONG.toMillis());
        assertThat(answer).as("%s of %s jobs", whole, MESSAGES).isNotNull();
        JsonNode json = new ObjectMapper().readTree(answer.getBody(String.class));
        boolean event = json.has("type");
        Set<String> ofJob =
            told.computeIfAbsent(
                json.get(event ? "subject" : "id").asText(), id -> new TreeSet<>());
        if (ofJob.add(event ? json.get("type").asText() : "answer") && ofJob.size() == 3) {
          whole++;
        }
      }
    }
    return told;
  }

  private static int left(JmsClient kind, BrokerProcess broker, String queue) throws JMSException {
    List<Message> left = new ArrayList<>();
    try (TestBroker.Caller caller = new TestBroker.Caller(kind, broker.url());
        MessageConsumer consumer =
            caller.session.createConsumer(caller.session.createQueue(queue))) {
      for (Message message = consumer.receive(200);
          message != null;
          message = consumer.receive(200)) {
        left.add(message);
      }
    }
    return left.size();
  }
}
