package soak;

import jakarta.jms.Connection;
import jakarta.jms.JMSException;
import jakarta.jms.MessageProducer;
import jakarta.jms.Session;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory;
import soak.RequestTally.Entry;

/**
 * Honest callers at a steady rate: of 20 requests 14 come over REST, 3 as files and 3 over JMS. A
 * call that got no answer, or 503, is made again with the same reference until it is accepted.
 */
final class LoadGenerator {
  private final RequestTally tally;
  private final ProgramProcess program;
  private final Path drafts;
  private final ExecutorService rest = Executors.newFixedThreadPool(24);
  private final ExecutorService queue = Executors.newSingleThreadExecutor();
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private Connection connection;
  private Session session;
  private MessageProducer producer;
  final AtomicLong repeats = new AtomicLong();
  private volatile boolean ending;
  private volatile boolean stopped;

  LoadGenerator(RequestTally tally, ProgramProcess program, Path folder) throws IOException {
    this.tally = tally;
    this.program = program;
    drafts = Files.createDirectories(folder.resolve("drafts"));
  }

  void start(int rate) {
    Threads.start(
        "load",
        () -> {
          long start = System.nanoTime();
          for (long i = 0; !ending; i++) {
            long due = start + i * 1_000_000_000L / rate;
            while (System.nanoTime() < due) {
              LockSupport.parkNanos(due - System.nanoTime());
            }
            Entry entry = tally.next();
            switch ((int) (i % 20)) {
              case 3, 10, 17 -> drop(entry);
              case 5, 12, 19 -> queue.execute(() -> send(entry));
              default -> rest.execute(() -> post(entry));
            }
          }
        });
  }

  private void drop(Entry entry) throws IOException {
    String name = "soak-" + entry.number + ".json";
    Path draft = Files.writeString(drafts.resolve(name), RequestTally.body(entry));
    entry.accepted = true;
    Files.move(draft, program.data.resolve("inbox").resolve(name), StandardCopyOption.ATOMIC_MOVE);
  }

  private void send(Entry entry) {
    while (!stopped) {
      try {
        if (connection == null) {
          connect();
        }
        producer.send(session.createTextMessage(RequestTally.body(entry)));
        entry.accepted = true;
        return;
      } catch (JMSException e) {
        again();
        disconnect();
      }
    }
  }

  private void connect() throws JMSException {
    try (ActiveMQConnectionFactory factory =
        new ActiveMQConnectionFactory("tcp://127.0.0.1:" + program.jms)) {
      connection = factory.createConnection(ProgramProcess.JMS_USER, ProgramProcess.JMS_PASSWORD);
      session = connection.createSession(false, Session.AUTO_ACKNOWLEDGE);
      producer = session.createProducer(session.createQueue("leonardo.requests"));
    }
  }

  private void disconnect() {
    try {
      if (connection != null) {
        connection.close();
      }
    } catch (JMSException gone) {
      // as it was to be
    }
    connection = null;
  }

  private void post(Entry entry) {
    while (!stopped) {
      try {
        HttpResponse<Void> answer = call("POST", "/generations", RequestTally.body(entry));
        if (answer.statusCode() == 202 || answer.statusCode() == 200) {
          String job = answer.headers().firstValue("Location").orElse("");
          tally.accepted(entry, job.replaceFirst(".*/", ""));
          if (entry.number % 10 == 0) {
            call("GET", job, null);
          }
          return;
        }
        if (answer.statusCode() != 503) {
          System.out.println("answered " + answer.statusCode() + ": " + entry);
        }
      } catch (IOException | InterruptedException e) {
        // Nobody knows whether it was accepted.
      }
      again();
    }
  }

  private HttpResponse<Void> call(String method, String path, String body)
      throws IOException, InterruptedException {
    return client.send(
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + program.rest + path))
            .header("Authorization", "Bearer " + program.key)
            .header("Content-Type", "application/json")
            .timeout(Duration.ofSeconds(30))
            .method(
                method,
                body == null
                    ? HttpRequest.BodyPublishers.noBody()
                    : HttpRequest.BodyPublishers.ofString(body))
            .build(),
        HttpResponse.BodyHandlers.discarding());
  }

  private void again() {
    repeats.incrementAndGet();
    LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(1));
  }

  /** No more; what was begun gets half a minute. */
  void end() throws InterruptedException {
    ending = true;
    Threads.pause(1_000);
    rest.shutdown();
    queue.shutdown();
    rest.awaitTermination(30, TimeUnit.SECONDS);
    queue.awaitTermination(30, TimeUnit.SECONDS);
    stopped = true;
    disconnect();
  }
}
