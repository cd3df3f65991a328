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
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Sends requests over REST, with an idempotency key, to one instance after another, and lists the
 * jobs held in doubt. Now and then it sends a batch, a dry run first, or a webhook notice without
 * content; a request that takes the video of an earlier one; one that has to be approved; or one
 * that it cancels and retries.
 *
 * <p>One file, because every call of the proof over REST is here.
 */
final class RestCaller implements ProofCallers.Caller {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration TIMEOUT = Duration.ofSeconds(10);
  private static final int ASIDE_EVERY = 4;

  private final HttpClient http = HttpClient.newBuilder().connectTimeout(TIMEOUT).build();
  private final List<URI> baseUrls;
  private final boolean plain;
  private final AtomicInteger calls = new AtomicInteger();

  /** By the number of the request, so that a repetition names the same job. */
  private final Map<Integer, Optional<String>> chained = new ConcurrentHashMap<>();

  private final Map<Course, Integer> taken = new ConcurrentSkipListMap<>();

  /** A job that nobody cancels. */
  private volatile String lastJob;

  /**
   * @param plain whether every request is submitted as soon as it can be
   */
  RestCaller(ProofFolder proofFolder, boolean plain) {
    this.baseUrls = proofFolder.baseUrls();
    this.plain = plain;
    Arrays.stream(Course.values()).forEach(course -> taken.put(course, 0));
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

  /** What becomes of a request before it is submitted. */
  enum Course {
    PLAIN,
    CHAINED,
    APPROVED,
    RETRIED;
  }

  /** Depends only on the request, so that a repetition has the same. */
  private Course course(ProofRequest request) {
    return plain || Form.of(request) != Form.ALONE
        ? Course.PLAIN
        : Course.values()[request.number() % Course.values().length];
  }

  /** How many requests were confirmed of each course. */
  Map<Course, Integer> byCourse() {
    return taken;
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
    try {
      aside(request);
      Course course = course(request);
      Answer answer =
          course == Course.RETRIED ? retried(request) : given(submit(request, json(request)));
      if (answer == Answer.GIVEN && request.good()) {
        taken.merge(course, 1, Integer::sum);
      }
      return answer;
    } catch (IOException e) {
      return Answer.NONE;
    }
  }

  private void aside(ProofRequest request) throws IOException, InterruptedException {
    if (request.number() % ASIDE_EVERY == 0) {
      Form form = Form.of(request);
      send(post(nextInstance().resolve("/generations?dry-run=true"), form.of(request.json())));
    } else if (request.number() % ASIDE_EVERY == 1) {
      send(
          post(nextInstance().resolve("/webhooks/leonardo"), "{}")
              .header("Authorization", "Bearer " + ProofFolder.WEBHOOK_KEY));
    }
  }

  private String json(ProofRequest request) {
    return switch (course(request)) {
      case CHAINED ->
          chained
              .computeIfAbsent(request.number(), number -> Optional.ofNullable(lastJob))
              .map(request::jsonAfter)
              .orElseGet(request::json);
      case APPROVED, RETRIED -> request.dearJson();
      default -> request.json();
    };
  }

  private HttpResponse<String> submit(ProofRequest request, String json)
      throws IOException, InterruptedException {
    Form form = Form.of(request);
    HttpResponse<String> response =
        send(
            post(nextInstance().resolve("/generations" + form.query), form.of(json))
                .header("Idempotency-Key", request.name()));
    if (course(request) == Course.PLAIN && form == Form.ALONE && isAccepted(response)) {
      lastJob = JSON.readTree(response.body()).path("id").asText();
    }
    return response;
  }

  private static boolean isAccepted(HttpResponse<String> response) {
    return response.statusCode() == 200 || response.statusCode() == 202;
  }

  private static Answer given(HttpResponse<String> response) throws IOException {
    int status =
        response.statusCode() == 207
            ? JSON.readTree(response.body()).at("/items/0/status").asInt()
            : response.statusCode();
    return switch (status) {
      case 200, 202, 422 -> Answer.GIVEN;
      default -> Answer.NONE;
    };
  }

  /** Cancels the job while it waits for its approval, and has it made after all. */
  private Answer retried(ProofRequest request) throws IOException, InterruptedException {
    HttpResponse<String> response = submit(request, request.dearJson());
    if (!isAccepted(response)) {
      return given(response);
    }
    URI job =
        nextInstance()
            .resolve("/generations/" + JSON.readTree(response.body()).path("id").asText());
    HttpResponse<String> cancelled = send(HttpRequest.newBuilder(job).timeout(TIMEOUT).DELETE());
    HttpResponse<String> now = send(HttpRequest.newBuilder(job).timeout(TIMEOUT));
    // After any other answer it may still be cancelled.
    if (now.statusCode() != 200 || !List.of(200, 409).contains(cancelled.statusCode())) {
      return Answer.NONE;
    }
    // Unless it was approved before.
    return JSON.readTree(now.body()).path("state").asText().equals("CANCELLED")
        ? given(send(post(URI.create(job + "/retry"), "")))
        : Answer.GIVEN;
  }

  /** Approves, as an operator does, whatever waits for it; what is not answered is tried again. */
  void approve() throws InterruptedException {
    try {
      URI waiting = nextInstance().resolve("/generations?waitsFor=approval&limit=100");
      HttpResponse<String> page = send(HttpRequest.newBuilder(waiting).timeout(TIMEOUT));
      for (JsonNode job : JSON.readTree(page.body()).path("items")) {
        send(post(waiting.resolve("/generations/" + job.path("id").asText() + "/approve"), ""));
      }
    } catch (IOException e) {
      // the program was killed
    }
  }

  private static HttpRequest.Builder post(URI to, String json) {
    return HttpRequest.newBuilder(to)
        .timeout(TIMEOUT)
        .header("Content-Type", "application/json")
        .POST(BodyPublishers.ofString(json));
  }

  private HttpResponse<String> send(HttpRequest.Builder request)
      throws IOException, InterruptedException {
    return http.send(request.build(), BodyHandlers.ofString());
  }

  /**
   * The requests whose jobs are {@code IN_DOUBT}, by number, with the reason that their problem
   * gives; and those that wait for the video of one of these.
   *
   * @throws IOException if the program does not answer
   */
  Map<Integer, String> held() throws IOException, InterruptedException {
    Map<Integer, String> reasons = new HashMap<>();
    Set<String> ids = new HashSet<>();
    for (JsonNode job : all("&state=IN_DOUBT")) {
      ids.add(job.path("id").asText());
      reasons.put(number(job), job.at("/problem/held").asText("not looked up yet"));
    }
    for (JsonNode job : all("&waitsFor=job")) {
      if (ids.contains(job.at("/request" + ProofRequest.AWAITED).asText())) {
        reasons.put(number(job), "it waits for the video of one in doubt");
      }
    }
    return reasons;
  }

  /**
   * What the program says about these requests, a line for each of their jobs.
   *
   * @throws IOException if the program does not answer
   */
  List<String> describe(Collection<Integer> numbers) throws IOException, InterruptedException {
    return numbers.isEmpty()
        ? List.of()
        : all("").stream()
            .filter(job -> numbers.contains(number(job)))
            .map(
                job ->
                    "#%s: job %s is %s%s"
                        .formatted(
                            number(job),
                            job.path("id").asText(),
                            job.path("state").asText(),
                            job.hasNonNull("waitsFor")
                                ? ", waits for " + job.path("waitsFor").asText()
                                : ""))
            .sorted()
            .toList();
  }

  private static int number(JsonNode job) {
    return ProofRequest.numberIn(job.toString()).orElseThrow();
  }

  private List<JsonNode> all(String which) throws IOException, InterruptedException {
    List<JsonNode> jobs = new ArrayList<>();
    URI page = nextInstance().resolve("/generations?limit=1000" + which);
    String next = "";
    while (next != null) {
      HttpResponse<String> response =
          send(HttpRequest.newBuilder(URI.create(page + next)).timeout(TIMEOUT));
      if (response.statusCode() != 200) {
        throw new IOException("GET /generations answered " + response.statusCode());
      }
      JsonNode answer = JSON.readTree(response.body());
      answer.path("items").forEach(jobs::add);
      next = answer.hasNonNull("next") ? "&after=" + answer.get("next").asText() : null;
    }
    return jobs;
  }
}
