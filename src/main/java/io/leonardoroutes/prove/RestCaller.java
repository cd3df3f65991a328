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
import java.util.HashSet;
import java.util.Set;

/** Calls over REST, with an idempotency key, and reads what is held in doubt. */
final class RestCaller implements Callers.Caller {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final HttpClient http = HttpClient.newBuilder().connectTimeout(PATIENCE).build();
  private final String generations;

  RestCaller(Room room) {
    this.generations = room.rest();
  }

  @Override
  public String name() {
    return "REST";
  }

  @Override
  public Answer hand(Request request) throws InterruptedException {
    HttpRequest post =
        HttpRequest.newBuilder(URI.create(generations))
            .timeout(PATIENCE)
            .header("Content-Type", "application/json")
            .header("Idempotency-Key", request.name())
            .POST(BodyPublishers.ofString(request.json()))
            .build();
    try {
      HttpResponse<String> response = http.send(post, BodyHandlers.ofString());
      return switch (response.statusCode()) {
        case 200, 202 -> Answer.ACCEPTED;
        case 422 -> Answer.REFUSED;
        default -> Answer.NONE;
      };
    } catch (IOException e) {
      return Answer.NONE;
    }
  }

  /**
   * The numbers of the requests whose jobs stand as {@code IN_DOUBT}.
   *
   * @throws IOException while the program does not answer
   */
  Set<Integer> held() throws IOException, InterruptedException {
    Set<Integer> numbers = new HashSet<>();
    String page = generations + "?state=IN_DOUBT&limit=1000";
    String next = "";
    while (next != null) {
      HttpRequest get = HttpRequest.newBuilder(URI.create(page + next)).timeout(PATIENCE).build();
      HttpResponse<String> response = http.send(get, BodyHandlers.ofString());
      if (response.statusCode() != 200) {
        throw new IOException("GET /generations answered " + response.statusCode());
      }
      JsonNode answer = JSON.readTree(response.body());
      answer
          .path("items")
          .forEach(job -> numbers.add(Request.numberIn(job.toString()).orElseThrow()));
      next = answer.hasNonNull("next") ? "&after=" + answer.get("next").asText() : null;
    }
    return numbers;
  }
}
