package io.leonardoroutes.command;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.leonardoroutes.json.SafeText;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodySubscriber;
import java.net.http.HttpResponse.BodySubscribers;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import javax.net.ssl.SSLException;

/**
 * Calls a running program over REST. What it answers is bounded in size and in time.
 *
 * <p>One file, because whatever can go wrong with a call ends in one line of one kind.
 */
final class RunningProgram {
  private static final Duration CONNECT = Duration.ofSeconds(10);
  private static final Duration LONGEST = Duration.ofSeconds(90);
  private static final long MOST_BYTES = 64L * 1024 * 1024;
  private static final int LONGEST_REASON = 500;
  private static final int MOST_VIOLATIONS = 20;
  private static final int TOO_MANY = 429;
  private static final ObjectMapper JSON =
      JsonMapper.builder()
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
          .build();

  private final URI base;
  private final String key;
  private final HttpClient client;

  /** An answer, whatever its status; its body is missing if it has none. */
  record Answer(int status, JsonNode body) {
    boolean isGood() {
      return status >= 200 && status < 300;
    }
  }

  /**
   * @param key null if none is needed
   */
  RunningProgram(URI base, String key) {
    this.base = base;
    this.key = key;
    // Redirects are not followed: they would take the key to another host.
    this.client =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(CONNECT)
            .build();
  }

  URI base() {
    return base;
  }

  /** A part of a path or query, whatever is in it. */
  static String part(String text) {
    // A segment of dots would be another path.
    return text.matches("\\.+")
        ? text.replace(".", '%' + "2E")
        : URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }

  /**
   * The answer to a GET.
   *
   * @throws CommandFailure if it is no success
   */
  JsonNode get(String path) throws InterruptedException {
    return good(ask(path)).body();
  }

  /** The answer to a GET, whatever its status. */
  Answer ask(String path) throws InterruptedException {
    return send(request(path).GET());
  }

  /** A query of what is given; null is left out. */
  static String query(Map<String, String> asked) {
    return asked.entrySet().stream()
        .filter(one -> one.getValue() != null)
        .map(one -> one.getKey() + "=" + part(one.getValue()))
        .collect(Collectors.joining("&"));
  }

  /**
   * The answer to another method with JSON.
   *
   * @throws CommandFailure if it is no success
   */
  JsonNode change(String method, String path, JsonNode body) throws InterruptedException {
    HttpRequest.Builder request = request(path).header("Content-Type", "application/json");
    return good(send(request.method(method, BodyPublishers.ofString(body.toString())))).body();
  }

  /**
   * The answer to a POST of JSON.
   *
   * @throws CommandFailure if it is no success
   */
  JsonNode post(String path, JsonNode body) throws InterruptedException {
    return change("POST", path, body);
  }

  /**
   * The answer to a POST, whatever its status.
   *
   * @param idempotencyKey null for none
   */
  Answer post(String path, String type, byte[] body, String idempotencyKey)
      throws InterruptedException {
    HttpRequest.Builder request = request(path).header("Content-Type", type);
    if (idempotencyKey != null) {
      request.header("Idempotency-Key", idempotencyKey);
    }
    return send(request.POST(BodyPublishers.ofByteArray(body)));
  }

  private HttpRequest.Builder request(String path) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(base + path)).header("Accept", "application/json");
    return key == null ? request : request.header("Authorization", "Bearer " + key);
  }

  private Answer send(HttpRequest.Builder request) throws InterruptedException {
    CompletableFuture<HttpResponse<byte[]>> call =
        client.sendAsync(request.build(), head -> new Bounded());
    try {
      HttpResponse<byte[]> response = call.get(LONGEST.toSeconds(), TimeUnit.SECONDS);
      return new Answer(response.statusCode(), body(response));
    } catch (TimeoutException e) {
      call.cancel(true);
      throw noAnswer("no answer from " + base + " within " + LONGEST.toSeconds() + " s");
    } catch (ExecutionException e) {
      throw broken(e.getCause());
    }
  }

  private JsonNode body(HttpResponse<byte[]> response) {
    if (response.body().length == 0) {
      return MissingNode.getInstance();
    }
    try {
      return JSON.readTree(response.body());
    } catch (IOException e) {
      throw new CommandFailure(
          base
              + " answered "
              + response.statusCode()
              + ", but not in JSON: is it leonardo-routes?");
    }
  }

  private CommandFailure broken(Throwable why) {
    String reason = why.getMessage() == null ? why.getClass().getSimpleName() : why.getMessage();
    if (why instanceof SSLException) {
      return new CommandFailure(
          "no TLS with "
              + base
              + ": "
              + reason
              + "; name your own authority with -Djavax.net.ssl.trustStore before -jar");
    }
    return noAnswer(
        why instanceof ConnectException
            ? "nothing answers at "
                + base
                + ": start leonardo-routes there, or say with --url where it runs"
            : "the call to " + base + " broke off: " + reason);
  }

  private static CommandFailure noAnswer(String why) {
    return new CommandFailure(CommandContext.NO_ANSWER, SafeText.plain(why, LONGEST_REASON), null);
  }

  /**
   * The same answer.
   *
   * @throws CommandFailure if it is no success, with what it says and the document
   */
  Answer good(Answer answer) {
    if (answer.isGood()) {
      return answer;
    }
    boolean again = answer.status() == TOO_MANY || answer.status() >= 500;
    throw new CommandFailure(
        again ? CommandContext.NO_ANSWER : CommandContext.FAILED,
        reason(answer) + hint(answer.status()),
        answer.body().isObject() ? answer.body() : null);
  }

  /** Status and reason of an answer that is no success, in one line. */
  static String reason(Answer answer) {
    JsonNode problem = answer.body();
    String detail = problem.path("detail").asText(problem.path("title").asText(""));
    if (problem.path("violations").isArray()) {
      detail =
          StreamSupport.stream(problem.get("violations").spliterator(), false)
              .limit(MOST_VIOLATIONS)
              .map(one -> one.path("pointer").asText() + " " + one.path("message").asText())
              .collect(Collectors.joining("; ", detail + ": ", ""));
    }
    return SafeText.plain(
        answer.status() + (detail.isEmpty() ? "" : " " + detail), LONGEST_REASON * MOST_VIOLATIONS);
  }

  private String hint(int status) {
    return switch (status) {
      case 401 ->
          key == null
              ? "; set LEONARDO_REST_KEY, or name the file of your key with --key-file"
              : "; the key is unknown there";
      case 421 -> "; add the name in the address to leonardo.rest.hosts there";
      default -> status < 400 ? "; is it leonardo-routes?" : "";
    };
  }

  /** Collects a body, and breaks off one that is too long. */
  private static final class Bounded implements BodySubscriber<byte[]> {
    private final BodySubscriber<byte[]> all = BodySubscribers.ofByteArray();
    private Flow.Subscription subscription;
    private long left = MOST_BYTES;

    @Override
    public CompletionStage<byte[]> getBody() {
      return all.getBody();
    }

    @Override
    public void onSubscribe(Flow.Subscription subscription) {
      this.subscription = subscription;
      all.onSubscribe(subscription);
    }

    @Override
    public void onNext(List<ByteBuffer> more) {
      left -= more.stream().mapToLong(ByteBuffer::remaining).sum();
      if (left >= 0) {
        all.onNext(more);
      } else {
        subscription.cancel();
        all.onError(new IOException("it is longer than " + MOST_BYTES + " bytes"));
      }
    }

    @Override
    public void onError(Throwable why) {
      all.onError(why);
    }

    @Override
    public void onComplete() {
      all.onComplete();
    }
  }
}
