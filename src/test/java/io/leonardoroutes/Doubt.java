package io.leonardoroutes;

import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leonardoroutes.delivery.EventType;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.camel.builder.RouteBuilder;

/** An application whose clock a test moves, and the events that it told. */
final class Doubt implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration PATIENCE = Patience.LONG;

  /** How long one step of the clock lasts, when it goes on by itself. */
  private static final Duration STEP = Duration.ofMillis(20);

  final TickingClock clock;
  final App app;
  private final List<String> events = new CopyOnWriteArrayList<>();

  Doubt(Path folder, TickingClock clock, String baseUrl, String host) {
    this.clock = clock;
    this.app =
        App.in(folder)
            .with("leonardo.base-url", baseUrl)
            .with("leonardo.download.hosts", host)
            .with("leonardo.http.response-timeout", "5s")
            .with("leonardo.limits.concurrent", "20")
            .with("leonardo.track.every", "1ms")
            // A test's clock runs much faster than its calls.
            .with("leonardo.lease", "1h")
            .with("leonardo.sinks.told.uri", "direct:told")
            .with("leonardo.sinks.told.events", "submitted,completed,failed,rejected,in_doubt")
            .bind("clock", clock);
    app.main()
        .configure()
        .addRoutesBuilder(
            new RouteBuilder() {
              @Override
              public void configure() {
                from("direct:told")
                    .process(
                        e -> {
                          JsonNode event = json(e.getMessage().getBody(String.class));
                          events.add(
                              event.get("subject").asText() + " " + event.get("type").asText());
                        });
              }
            });
  }

  Doubt with(String key, String value) {
    app.with(key, value);
    return this;
  }

  Doubt start() throws Exception {
    app.start();
    return this;
  }

  /** The id of the job that became of a request with this prompt. */
  String accept(String prompt) {
    String request =
        """
        {"model":"kling-3.0-turbo","parameters":{"prompt":"%s","width":1280,"height":720}}\
        """
            .formatted(prompt);
    return json(app.template().requestBody("direct:leonardo-accept", request, String.class))
        .get("id")
        .asText();
  }

  JsonNode job(String id) {
    return app.context()
        .getRegistry()
        .lookupByNameAndType("leonardoGenerations", Generations.class)
        .one(id, null);
  }

  String state(String id) {
    return job(id).get("state").asText();
  }

  /** Until all of them stand there. */
  void until(String state, String... ids) {
    await()
        .atMost(PATIENCE)
        .until(() -> Arrays.stream(ids).allMatch(id -> state(id).equals(state)));
  }

  /** How often each doubt was looked into and written down, at least. */
  long looks() {
    Object looks =
        Rows.of(app, "SELECT min(tries) AS n FROM job WHERE state = 'IN_DOUBT'").get(0).get("n");
    return ((Number) looks).longValue();
  }

  /** So many readings of the list in a row have not shown it. */
  int readings(String id) {
    return job(id).path("problem").path("readings").asInt();
  }

  /** The job, once the list was asked and could not end the doubt. */
  String held(String id) {
    return await().atMost(PATIENCE).until(() -> heldBecause(id), why -> !why.isEmpty());
  }

  /** The job, once the doubt is held for this reason; the clock goes on meanwhile. */
  void heldBecause(String id, String why) {
    await()
        .atMost(PATIENCE)
        .pollInterval(STEP)
        .until(
            () -> {
              clock.tick(Duration.ofSeconds(5));
              return heldBecause(id).equals(why);
            });
  }

  /** Until they stand there, while the clock goes on. */
  void inTime(String state, String... ids) {
    await()
        .atMost(PATIENCE)
        .pollInterval(STEP)
        .until(
            () -> {
              clock.tick(Duration.ofSeconds(20));
              return Arrays.stream(ids).allMatch(id -> state(id).equals(state));
            });
  }

  private String heldBecause(String id) {
    return job(id).path("problem").path("held").asText("");
  }

  /** How many events of that type were told so far, of whatever job. */
  long told(EventType type) {
    return events.stream().filter(event -> event.endsWith(" " + type.type())).count();
  }

  /** The types of the events told of the job so far, shortened. */
  List<String> told(String id) {
    return events.stream()
        .filter(event -> event.startsWith(id))
        .map(event -> event.substring(event.lastIndexOf('.') + 1))
        .toList();
  }

  static ObjectNode object() {
    return JSON.createObjectNode();
  }

  static JsonNode json(String text) {
    try {
      return JSON.readTree(text);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(text, e);
    }
  }

  @Override
  public void close() {
    app.close();
  }
}
