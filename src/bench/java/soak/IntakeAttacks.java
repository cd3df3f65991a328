package soak;

import jakarta.jms.Connection;
import jakarta.jms.JMSException;
import jakarta.jms.MessageProducer;
import jakarta.jms.Session;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.function.BooleanSupplier;
import org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory;

/** Attacks by who may write into the inbox, or has the name and password of the broker. */
final class IntakeAttacks {
  private static final String JUNK = "junk-";

  private final ProgramProcess program;
  private final Path inbox;
  private final Random chance;

  IntakeAttacks(ProgramProcess program, long seed) {
    this.program = program;
    this.inbox = program.data.resolve("inbox");
    this.chance = new Random(seed);
  }

  /** Files that are no requests, pipes, links and folders, and messages that are none. */
  void junk(BooleanSupplier lasts) {
    Threads.start(
        "junk-files",
        () -> {
          while (lasts.getAsBoolean()) {
            try {
              drop(inbox.resolve(JUNK + Long.toHexString(chance.nextLong())));
            } catch (FileAlreadyExistsException taken) {
              // another name next time
            }
            Threads.pause(40);
          }
          tidy();
        });
    Threads.start("junk-messages", () -> send(lasts));
  }

  private void drop(Path name) throws IOException, InterruptedException {
    Path json = Path.of(name + ".json");
    switch (chance.nextInt(9)) {
      case 0 -> Files.writeString(json, "no JSON");
      case 1 -> Files.writeString(json, "{\"model\":\"kling-3.0-turbo\",\"parameters\":{}}");
      case 2 -> Files.write(json, new byte[0]);
      case 3 -> Files.write(json, new byte[300_000]);
      case 4 -> Files.writeString(Path.of(name + ".txt"), "nobody's");
      case 5 -> Files.createSymbolicLink(json, program.data.resolve("ledger.db"));
      case 6 -> Files.createDirectory(json);
      case 7 -> new ProcessBuilder("mkfifo", json.toString()).start().waitFor();
      default -> Files.write(Path.of(name + "\n\u001b[31m.json"), new byte[] {'{', (byte) 0xff});
    }
  }

  /** What the program never takes is its owner's to take away. */
  private void tidy() throws IOException, InterruptedException {
    Threads.pause(15_000);
    for (Path file : Deliveries.files(inbox)) {
      if (file.getFileName().toString().startsWith(JUNK)) {
        Files.deleteIfExists(file);
      }
    }
  }

  private void send(BooleanSupplier lasts) throws InterruptedException {
    try (ActiveMQConnectionFactory factory =
            new ActiveMQConnectionFactory("tcp://127.0.0.1:" + program.jms);
        Connection connection =
            factory.createConnection(ProgramProcess.JMS_USER, ProgramProcess.JMS_PASSWORD)) {
      Session session = connection.createSession(false, Session.AUTO_ACKNOWLEDGE);
      MessageProducer producer = session.createProducer(session.createQueue("leonardo.requests"));
      while (lasts.getAsBoolean()) {
        switch (chance.nextInt(4)) {
          case 0 -> producer.send(session.createTextMessage("no JSON"));
          case 1 -> producer.send(session.createObjectMessage("an object"));
          case 2 -> producer.send(session.createMapMessage());
          default -> producer.send(session.createTextMessage("[".repeat(100_000)));
        }
        Threads.pause(100);
      }
      empty(connection);
    } catch (JMSException refused) {
      System.out.println("messages: " + refused.getMessage());
    }
  }

  /** As an operator does with what was put aside. */
  private void empty(Connection connection) throws JMSException {
    connection.start();
    Session session = connection.createSession(false, Session.AUTO_ACKNOWLEDGE);
    for (String queue : List.of("leonardo.requests.rejected", "leonardo.dead")) {
      try (var consumer = session.createConsumer(session.createQueue(queue))) {
        while (consumer.receive(1_000) != null) {
          // read and forgotten
        }
      }
    }
  }
}
