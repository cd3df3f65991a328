package io.leonardoroutes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.camel.builder.RouteBuilder;

/**
 * An application with the shipped routes before a scripted provider. A route of its own is the sink
 * of every event, so that a test reads what was told.
 */
public final class Story implements AutoCloseable {
  public static final String REQUEST =
      """
      {"model":"kling-3.0-turbo","parameters":{"prompt":"The koala plays with the cat"}}\
      """;

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Set<String> UNSETTLED = Set.of("ACCEPTED", "SUBMITTING");
  private static final Duration PATIENCE = Patience.LONG;

  private final Provider provider;
  private final App app;
  private final List<JsonNode> events = new CopyOnWriteArrayList<>();

  private Story(Path folder, Provider provider) {
    this.provider = provider;
    this.app =
        App.in(folder)
            .at(provider)
            .with("leonardo.limits.concurrent", "10")
            .with("leonardo.limits.creates-per-minute", "10000")
            .with("leonardo.sinks.told.uri", "direct:told")
            .with(
                "leonardo.sinks.told.events",
                "submitted,completed,failed,rejected,in_doubt,cancelled");
    app.main()
        .configure()
        .addRoutesBuilder(
            new RouteBuilder() {
              @Override
              public void configure() {
                from("direct:told")
                    .process(e -> events.add(json(e.getMessage().getBody(String.class))));
              }
            });
  }

  public static Story in(Path folder, Provider provider) {
    return new Story(folder, provider);
  }

  public Story with(String key, String value) {
    app.with(key, value);
    return this;
  }

  public Story bind(String name, Object bean) {
    app.bind(name, bean);
    return this;
  }

  public Story start() throws Exception {
    app.start();
    return this;
  }

  public App app() {
    return app;
  }

  public Provider provider() {
    return provider;
  }

  /** The id of the job that became of a request. */
  public String accept(String request) {
    return json(app.template().requestBody("direct:leonardo-accept", request, String.class))
        .get("id")
        .asText();
  }

  /** The job as a caller sees it. */
  public JsonNode job(String id) {
    Generations generations =
        app.context().getRegistry().lookupByNameAndType("leonardoGenerations", Generations.class);
    return json(generations.one(id, null).toString());
  }

  public String state(String id) {
    return job(id).get("state").asText();
  }

  /** The job once the paid call for it has become something. */
  public JsonNode submitted(String id) {
    await().atMost(PATIENCE).until(() -> !UNSETTLED.contains(state(id)));
    return job(id);
  }

  /** The job once it stands there. */
  public JsonNode until(String id, String state) {
    await().atMost(PATIENCE).until(() -> state(id).equals(state));
    return job(id);
  }

  /** The first event of that type that tells of the job. */
  public JsonNode told(String id, String type) {
    return await()
        .atMost(PATIENCE)
        .until(
            () -> events(id).stream().filter(event -> type(event).equals(type)).findFirst(),
            Optional::isPresent)
        .orElseThrow();
  }

  /** The first event of that type, whatever it tells of. */
  public JsonNode toldOfAny(String type) {
    return await()
        .atMost(PATIENCE)
        .until(
            () -> events.stream().filter(event -> type(event).equals(type)).findFirst(),
            Optional::isPresent)
        .orElseThrow();
  }

  /** The types of all events of the job so far. */
  public List<String> told(String id) {
    return events(id).stream().map(Story::type).toList();
  }

  /** Once these events of the job were told, and no other, in whatever order. */
  void toldInAll(String id, String... types) {
    await()
        .atMost(PATIENCE)
        .untilAsserted(() -> assertThat(told(id)).containsExactlyInAnyOrder(types));
  }

  public List<JsonNode> events(String id) {
    return events.stream().filter(event -> event.get("subject").asText().equals(id)).toList();
  }

  /** How many events of that type there were, whatever they tell of. */
  public long toldTimes(String type) {
    return events.stream().filter(event -> type(event).equals(type)).count();
  }

  private static String type(JsonNode event) {
    return event.get("type").asText().replace("leonardo.generation.", "");
  }

  public static JsonNode json(String text) {
    try {
      return JSON.readTree(text);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(text, e);
    }
  }

  /** The shipped route files, with one of them changed, as an operator would. */
  public Story edited(Path folder, String file, String from, String to) throws IOException {
    Path routes = folder.resolve("edited");
    if (!Files.exists(routes)) {
      Files.createDirectories(routes);
      try (DirectoryStream<Path> shipped = Files.newDirectoryStream(Path.of("routes"))) {
        for (Path route : shipped) {
          Files.copy(route, routes.resolve(route.getFileName()));
        }
      }
    }
    String text = Files.readString(routes.resolve(file));
    if (!text.contains(from)) {
      throw new IllegalArgumentException(file + " does not contain " + from);
    }
    Files.writeString(routes.resolve(file), text.replace(from, to));
    return with("leonardo.routes", "file:" + routes + "/*.camel.yaml");
  }

  @Override
  public void close() {
    app.close();
  }
}
