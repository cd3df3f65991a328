package io.leonardoroutes.jms;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.regex.Pattern;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which names are nobody's to have answers at, whatever {@code leonardo.jms.replies} says. */
class QueueNamesTest {
  private static final QueueNames NAMES = new QueueNames("orders", Pattern.compile(".*"));

  @ParameterizedTest
  @ValueSource(
      strings = {
        "my.answers",
        "orders.replies",
        "leonardo.answers",
        "ERP/answers-1",
        "dlqs",
        "VirtualTopic.answers",
      })
  void aQueueOfTheCallersOwnGetsReplies(String name) {
    assertThat(NAMES.allowsReplies(name)).isTrue();
  }

  @ParameterizedTest
  @CsvSource({
    "2f1c8a34-0b1e-11f0-9d6e-0242ac120002, true",
    "ID:erp-1.corp-34321-1732752000000-1:1:1, true",
    "leonardo.dead, false",
    "leonardo.requests, false",
    "ID:, false",
    "ID:a, false",
  })
  void aNameThatABrokerMadeUpIsTemporary(String name, boolean temporary) {
    assertThat(QueueNames.isTemporary(name)).isEqualTo(temporary);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "leonardo.dead",
        "LEONARDO.DEAD",
        "DLQ",
        "dlq",
        "DLQ.orders",
        "ExpiryQueue",
        "expiryqueue.x",
        "ActiveMQ.DLQ",
        "ActiveMQ.Advisory.Connection",
        "activemq.management",
        "activemq.notifications",
        "activemq",
        "$sys.mqtt.sessions",
        "$.artemis.internal.sf",
        "orders",
        "ORDERS",
        "orders.rejected",
        "leonardo.requests",
        "leonardo.requests.rejected",
        "leonardo.requests2",
        "queue://orders",
        "queue://activemq.management",
        "topic://queue://leonardo.dead",
        "jms.queue.DLQ",
        "/queue/leonardo.dead",
        "a,b",
        "a.*",
        "a.>",
        "a.#",
        "#",
        "a?consumer.exclusive=true",
        "orders::orders",
        "a b",
        "",
      })
  void aQueueOfABrokerOrOfRequestsNeverGetsReplies(String name) {
    assertThat(NAMES.allowsReplies(name)).isFalse();
  }
}
