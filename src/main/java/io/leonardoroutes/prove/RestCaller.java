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
 * Sends requests over REST, with an idempotency key, to one instance after another, and lists the
 * jobs held in doubt. Now and then it sends a batch, a dry run first, or a webhook notice without
 * content.
 */
final class RestCaller implements ProofCallers.Caller {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration TIMEOUT = Duration.ofSeconds(10);
  private static final int ASIDE_EVERY = 4;

  private final HttpClient http = HttpClient.newBuilder().connectTimeout(TIMEOUT).build();
  private final List<URI> baseUrls;
  private final AtomicInteger calls = new AtomicInteger();

  RestCaller(ProofFolder proofFolder) {
    this.baseUrls = proofFolder.baseUrls();
  }

  /** The form of a request: alone, or as a batch of one. */
  private enum Form {
    ALONE(""),
    BATCH(""),
    ATOMIC("?atomic=true");

    private final String query;

    Form(String query) {
      this.query = query;
    }

    /** The form depends only on the request, so that a repetition has the same. */
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

  private URI nextInstance() {
    return baseUrls.get(calls.getAndIncrement() % baseUrls.size());
  }

  @Override
  public String name() {
    return "REST";
  }

  @Override
  public Answer send(ProofRequest request) throws InterruptedException {
    URI instance = nextInstance();
    Form form = Form.of(request);
    HttpRequest post =
        post(instance.resolve("/generations" + form.query), form.of(request.json()))
            .header("Idempotency-Key", request.name())
            .build();
    try {
      if (request.number() % ASIDE_EVERY == 0) {
        send(post(instance.resolve("/generations?dry-run=true"), form.of(request.json())).build());
      } else if (request.number() % ASIDE_EVERY == 1) {
        send(
            post(instance.resolve("/webhooks/leonardo"), "{}")
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
        .timeout(TIMEOUT)
        .header("Content-Type", "application/json")
        .POST(BodyPublishers.ofString(json));
  }

  private HttpResponse<String> send(HttpRequest request) throws IOException, InterruptedException {
    return http.send(request, BodyHandlers.ofString());
  }

  /**
   * The requests whose jobs are {@code IN_DOUBT}, by number, with the reason that their problem
   * gives.
   *
   * @throws IOException if the program does not answer
   */
  Map<Integer, String> held() throws IOException, InterruptedException {
    Map<Integer, String> reasons = new HashMap<>();
    URI page = nextInstance().resolve("/generations?state=IN_DOUBT&limit=1000");
    String next = "";
    while (next != null) {
      HttpRequest get = HttpRequest.newBuilder(URI.create(page + next)).timeout(TIMEOUT).build();
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
