package speed;

import jakarta.jms.Connection;
import jakarta.jms.MessageProducer;
import jakarta.jms.Session;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory;

/** Requests by one intake, and when each was made, in microseconds since 1970. */
final class JobFeed implements AutoCloseable {
  private static final int CLIENTS = 8;

  /** So many are sent in one transaction: the sender is not what is measured. */
  private static final int MESSAGES = 100;

  private static final String BODY =
      """
      {"model":"kling-3.0-turbo","public":false,"parameters":{"prompt":"The koala number %d plays with the cat",\
      "duration":5,"motion_has_audio":true,"width":1920,"height":1080}}\
      """;

  private final SpeedOptions.Intake intake;
  private final Contestant to;
  private final Path drafts;
  private final Map<Integer, Long> dropped = new ConcurrentHashMap<>();
  private final AtomicInteger busy = new AtomicInteger();
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final ExecutorService clients = Executors.newFixedThreadPool(CLIENTS);
  private Connection connection;
  private Session session;
  private MessageProducer producer;

  /**
   * @param broker null unless the intake is JMS
   */
  JobFeed(SpeedOptions.Intake intake, Contestant to, Path folder, String broker) throws Exception {
    this.intake = intake;
    this.to = to;
    drafts = Files.createDirectories(folder.resolve("drafts"));
    if (broker != null) {
      try (ActiveMQConnectionFactory factory = new ActiveMQConnectionFactory(broker)) {
        connection = factory.createConnection();
      }
      session = connection.createSession(true, Session.SESSION_TRANSACTED);
      producer = session.createProducer(session.createQueue(to.queue()));
    }
  }

  static String body(int number) {
    return BODY.formatted(number);
  }

  /** When a request was made, in microseconds since 1970. */
  long droppedAt(int number) {
    return dropped.get(number);
  }

  /** How often a call was answered with 503, and made again. */
  int busy() {
    return busy.get();
  }

  /**
   * Makes requests, and returns when all are made.
   *
   * @param perSecond 0 for as many as there can be
   */
  void feed(int from, int count, int perSecond) throws Exception {
    if (intake == SpeedOptions.Intake.FILE) {
      for (int i = from; i < from + count; i++) {
        Files.writeString(draft(i), body(i));
      }
    }
    long start = System.nanoTime();
    List<Future<?>> calls = new ArrayList<>();
    for (int i = from; i < from + count; i++) {
      if (perSecond > 0) {
        long due = start + (i - from) * TimeUnit.SECONDS.toNanos(1) / perSecond;
        for (long wait = due - System.nanoTime(); wait > 0; wait = due - System.nanoTime()) {
          LockSupport.parkNanos(wait);
        }
      }
      int number = i;
      switch (intake) {
        case FILE -> drop(number);
        case JMS -> send(number, perSecond > 0 || i % MESSAGES == 0 || i == from + count - 1);
        case REST -> calls.add(clients.submit(() -> post(number)));
      }
    }
    for (Future<?> call : calls) {
      call.get();
    }
  }

  private Path draft(int number) {
    return drafts.resolve("koala-" + number + ".json");
  }

  private void drop(int number) throws IOException {
    Path draft = draft(number);
    Path inbox = to.inboxes().get(number % to.inboxes().size());
    made(number);
    Files.move(draft, inbox.resolve(draft.getFileName()), StandardCopyOption.ATOMIC_MOVE);
  }

  private void send(int number, boolean commit) throws Exception {
    made(number);
    producer.send(session.createTextMessage(body(number)));
    if (commit) {
      session.commit();
    }
  }

  private Void post(int number) throws Exception {
    if (!dropped.containsKey(number)) {
      made(number);
    }
    HttpResponse<Void> answer =
        client.send(
            HttpRequest.newBuilder(to.generations().get(number % to.generations().size()))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body(number)))
                .build(),
            HttpResponse.BodyHandlers.discarding());
    if (answer.statusCode() == 503) {
      // Not accepted, as it is too busy.
      busy.incrementAndGet();
      TimeUnit.MILLISECONDS.sleep(500);
      return post(number);
    }
    if (answer.statusCode() != 202) {
      throw new IllegalStateException("answered " + answer.statusCode());
    }
    return null;
  }

  private void made(int number) {
    Instant now = Instant.now();
    dropped.put(number, now.getEpochSecond() * 1_000_000 + now.getNano() / 1_000);
  }

  @Override
  public void close() throws Exception {
    clients.shutdownNow();
    if (connection != null) {
      connection.close();
    }
  }
}
