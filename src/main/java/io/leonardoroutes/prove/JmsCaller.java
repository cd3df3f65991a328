package io.leonardoroutes.prove;

import jakarta.jms.Connection;
import jakarta.jms.Destination;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.MessageConsumer;
import jakarta.jms.MessageProducer;
import jakarta.jms.Queue;
import jakarta.jms.Session;
import jakarta.jms.TextMessage;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory;

/**
 * Sends durable messages to the program's broker. An acknowledged message must not be lost, and a
 * caller that wants answers in a queue must be informed there how its request ended.
 */
final class JmsCaller implements ProofCallers.Caller {
  private static final String REQUESTS = "leonardo.requests";
  private static final String REPLIES = "proof.replies";
  private static final long TIMEOUT_MILLIS = 5_000;

  private final ActiveMQConnectionFactory factory;
  private final Set<Integer> wantReply = ConcurrentHashMap.newKeySet();
  private final Set<Integer> informed = ConcurrentHashMap.newKeySet();
  private Connection connection;
  private Session session;

  JmsCaller(ProofFolder proofFolder) {
    factory = new ActiveMQConnectionFactory(proofFolder.jms());
    factory.setInitialConnectAttempts(1);
    factory.setReconnectAttempts(0);
    factory.setCallTimeout(TIMEOUT_MILLIS);
  }

  @Override
  public String name() {
    return "JMS";
  }

  @Override
  public Answer send(ProofRequest request) {
    try {
      publish(request);
      return Answer.GIVEN;
    } catch (JMSException e) {
      close();
      return Answer.NONE;
    }
  }

  private void publish(ProofRequest request) throws JMSException {
    if (connection == null) {
      connection = factory.createConnection();
      session = connection.createSession(Session.AUTO_ACKNOWLEDGE);
    }
    TextMessage message = session.createTextMessage(request.jsonWithReference());
    replyTo(request, message);
    try (MessageProducer producer = session.createProducer(session.createQueue(REQUESTS))) {
      producer.send(message);
    }
  }

  /** Some callers want answers in a queue, some in a topic, and some want none. */
  private void replyTo(ProofRequest request, TextMessage message) throws JMSException {
    Destination replies =
        switch (request.number() % 4) {
          case 0 -> session.createQueue(REPLIES);
          case 1 -> session.createTopic(REPLIES + ".topic");
          default -> null;
        };
    message.setJMSReplyTo(replies);
    if (replies instanceof Queue) {
      wantReply.add(request.number());
    }
  }

  @Override
  public boolean isInformed(int number) {
    return !wantReply.contains(number) || informed.contains(number);
  }

  @Override
  public void readReplies() {
    try (Connection reading = factory.createConnection();
        Session own = reading.createSession(Session.AUTO_ACKNOWLEDGE);
        MessageConsumer replies = own.createConsumer(own.createQueue(REPLIES))) {
      reading.start();
      for (Message reply = replies.receiveNoWait();
          reply != null;
          reply = replies.receiveNoWait()) {
        String text = reply.getBody(String.class);
        if (text.contains("leonardo.generation.completed")) {
          ProofRequest.numberIn(text).ifPresent(informed::add);
        }
      }
    } catch (JMSException e) {
      // read them the next time
    }
  }

  private void close() {
    try {
      if (connection != null) {
        connection.close();
      }
    } catch (JMSException e) {
      // its broker was killed
    }
    connection = null;
  }
}
