package io.leonardoroutes.prove;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Calls over REST, with an idempotency key, one instance after another; and reads what is held in
 * doubt. Now and then it sends a batch, asks for a dry run first, or brings a notice that tells of
 * nothing.
 */
final class RestCaller implements ProofCallers.Caller {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final int ASIDE_EVERY = 4;

  private final HttpClient http = HttpClient.newBuilder().connectTimeout(PATIENCE).build();
  private final List<URI> doors;
  private final AtomicInteger calls = new AtomicInteger();

  RestCaller(ProofFolder room) {
    this.doors = room.doors();
  }

  /** How a request is sent: alone, or as a batch of one. */
  private enum Form {
    ALONE(""),
    BATCH(""),
    ATOMIC("?atomic=true");

    private final String query;

    Form(String query) {
      this.query = query;
    }

    /** The same whenever it is sent. */
    static Form of(ProofRequest request) {
      return switch (request.number() / ASIDE_EVERY % 4) {
        case 0 -> BATCH;
        case 1 -> ATOMIC;
        default -> ALONE;
      };
    }

    String of(String json) {
      return this == ALONE ? json : "[" + json + "]";
    }
  }

  private URI door() {
    return doors.get(calls.getAndIncrement() % doors.size());
  }

  @Override
  public String name() {
    return "REST";
  }

  @Override
  public Answer hand(ProofRequest request) throws InterruptedException {
    URI door = door();
    Form form = Form.of(request);
    HttpRequest post =
        post(door.resolve("/generations" + form.query), form.of(request.json()))
            .header("Idempotency-Key", request.name())
            .build();
    try {
      if (request.number() % ASIDE_EVERY == 0) {
        send(post(door.resolve("/generations?dry-run=true"), form.of(request.json())).build());
      } else if (request.number() % ASIDE_EVERY == 1) {
        send(
            post(door.resolve("/webhooks/leonardo"), "{}")
                .header("Authorization", "Bearer " + ProofFolder.WEBHOOK_KEY)
                .build());
      }
      HttpResponse<String> response = send(post);
      int status =
          response.statusCode() == 207
              ? JSON.readTree(response.body()).at("/items/0/status").asInt()
              : response.statusCode();
      return switch (status) {
        case 200, 202, 422 -> Answer.GIVEN;
        default -> Answer.NONE;
      };
    } catch (IOException e) {
      return Answer.NONE;
    }
  }

  private static HttpRequest.Builder post(URI to, String json) {
    return HttpRequest.newBuilder(to)
        .timeout(PATIENCE)
        .header("Content-Type", "application/json")
        .POST(BodyPublishers.ofString(json));
  }

  private HttpResponse<String> send(HttpRequest request) throws IOException, InterruptedException {
    return http.send(request, BodyHandlers.ofString());
  }

  /**
   * The requests whose jobs stand as {@code IN_DOUBT}, by their numbers, with the reason that is
   * given.
   *
   * @throws IOException while the program does not answer
   */
  Map<Integer, String> held() throws IOException, InterruptedException {
    Map<Integer, String> reasons = new HashMap<>();
    URI page = door().resolve("/generations?state=IN_DOUBT&limit=1000");
    String next = "";
    while (next != null) {
      HttpRequest get = HttpRequest.newBuilder(URI.create(page + next)).timeout(PATIENCE).build();
      HttpResponse<String> response = send(get);
      if (response.statusCode() != 200) {
        throw new IOException("GET /generations answered " + response.statusCode());
      }
      JsonNode answer = JSON.readTree(response.body());
      for (JsonNode job : answer.path("items")) {
        JsonNode problem = job.path("problem");
        reasons.put(
            ProofRequest.numberIn(job.toString()).orElseThrow(),
            problem.path("held").asText("not looked up yet"));
      }
      next = answer.hasNonNull("next") ? "&after=" + answer.get("next").asText() : null;
    }
    return reasons;
  }
}
