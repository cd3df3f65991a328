package soak;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import soak.RawServer.Request;
import soak.RawServer.Response;
import soak.RequestTally.Entry;
import soak.RequestTally.Fate;

/**
 * The provider and its download host: a job takes 2 to 5 s, the list shows all that were accepted,
 * and it counts what was paid for each request.
 */
final class ProviderStub implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final DateTimeFormatter CREATED_AT =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS").withZone(ZoneOffset.UTC);
  private static final Pattern PAGE = Pattern.compile("offset=(\\d+)&limit=(\\d+)");

  private final RequestTally tally;
  private final Random chance;
  private final byte[] video;
  private final List<Generation> generations = new ArrayList<>();
  private final Map<String, Generation> known = new ConcurrentHashMap<>();
  private final RawServer server;
  private volatile ProviderFaults faults = ProviderFaults.NONE;

  private record Generation(String id, Instant at, Instant done, Fate fate, JsonNode asked) {
    String show(String host) {
      boolean ended = !Instant.now().isBefore(done);
      String status = ended ? (fate == Fate.FAILURE ? "FAILED" : "COMPLETE") : "PENDING";
      JsonNode parameters = asked.path("parameters");
      String image =
          """
          {"id":"%1$s","url":"http://%2$s/cdn/%1$s/0.jpg",\
          "motionMP4URL":"http://%2$s/cdn/%1$s/0.mp4","nsfw":false}\
          """
              .formatted(id, host);
      return """
      {"id":"%s","status":"%s","createdAt":"%s","prompt":%s,"modelId":null,"public":false,\
      "imageWidth":%s,"imageHeight":%s,"seed":null,"generated_images":[%s]}\
      """
          .formatted(
              id,
              status,
              CREATED_AT.format(at),
              parameters.path("prompt"),
              parameters.path("width"),
              parameters.path("height"),
              status.equals("COMPLETE") ? image : "");
    }
  }

  ProviderStub(RequestTally tally, long seed) throws IOException {
    this.tally = tally;
    this.chance = new Random(seed);
    try (InputStream in =
        ProviderStub.class.getResourceAsStream("/io/leonardoroutes/sandbox/video.mp4")) {
      video = in.readAllBytes();
    }
    server = RawServer.start(this::handle);
  }

  String host() {
    return server.host();
  }

  String baseUrl() {
    return "http://" + host() + "/api/rest";
  }

  void with(ProviderFaults these) {
    faults = these;
  }

  private void handle(Request request, Response response) throws IOException, InterruptedException {
    String path = request.path();
    if (path.startsWith("/cdn/")) {
      if (!faults.spoilDownload(response, video)) {
        response.send(200, "video/mp4", video);
      }
    } else if (path.endsWith("/v2/generations") && request.method().equals("POST")) {
      create(request, response);
    } else if (path.endsWith("/v1/me")) {
      String me =
          "{\"user_details\":[{\"user\":{\"id\":\"user-1\"},\"apiConcurrencySlots\":1000}]}";
      answer(response, me, faults.ofReads());
    } else if (path.contains("/v1/generations/user/")) {
      answer(response, list(path), faults.ofReads());
    } else if (path.contains("/v1/generations/")) {
      Generation generation = known.get(path.replaceFirst(".*/", ""));
      String shown = generation == null ? "null" : generation.show(host());
      answer(response, "{\"generations_by_pk\":" + shown + "}", faults.ofReads());
    } else {
      response.json(404, "{\"error\":\"not found\",\"path\":\"$\",\"code\":\"unexpected\"}");
    }
  }

  private void create(Request request, Response response) throws IOException, InterruptedException {
    JsonNode asked = JSON.readTree(request.body());
    Entry entry = tally.in(asked.path("parameters").path("prompt").asText());
    if (entry.fate() == Fate.DECLINED) {
      response.json(
          400, "{\"error\":\"content moderation filter: koala\",\"path\":\"$\",\"code\":\"x\"}");
      return;
    }
    ProviderFaults.Kind fault = faults.ofCreate();
    if (fault.spares) {
      fault.spoil(response, "");
      return;
    }
    Generation made = accept(entry, asked);
    String answer =
        """
        {"generate":{"generationId":"%s","apiCreditCost":null,\
        "cost":{"amount":"0.0147","unit":"DOLLARS"}}}\
        """
            .formatted(made.id());
    answer(response, answer, fault);
  }

  private synchronized Generation accept(Entry entry, JsonNode asked) {
    entry.paid.incrementAndGet();
    Instant now = Instant.now();
    Instant done = now.plusMillis(2000 + chance.nextInt(3000));
    Generation made = new Generation(UUID.randomUUID().toString(), now, done, entry.fate(), asked);
    generations.add(made);
    known.put(made.id(), made);
    return made;
  }

  private synchronized String list(String path) {
    Matcher page = PAGE.matcher(path);
    boolean asked = page.find();
    int offset = asked ? Integer.parseInt(page.group(1)) : 0;
    int limit = asked ? Integer.parseInt(page.group(2)) : 10;
    StringBuilder list = new StringBuilder("{\"generations\":[");
    for (int i = generations.size() - 1 - offset; i >= 0 && limit > 0; i--, limit--) {
      list.append(generations.get(i).show(host())).append(i > 0 && limit > 1 ? "," : "");
    }
    return list.append("]}").toString();
  }

  private static void answer(Response response, String body, ProviderFaults.Kind fault)
      throws IOException, InterruptedException {
    if (fault == ProviderFaults.Kind.NONE) {
      response.send(200, "application/json", body.getBytes(StandardCharsets.UTF_8));
    } else {
      fault.spoil(response, body);
    }
  }

  @Override
  public void close() throws IOException {
    server.close();
  }
}
