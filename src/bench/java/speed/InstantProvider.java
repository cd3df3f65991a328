package speed;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A provider in a process of its own that answers at once: a generation is complete at its first
 * look. It records when each request was posted; {@code GET /posts} lists their numbers and
 * microseconds since 1970.
 */
final class InstantProvider {
  static final String READY = "the provider is ready at port ";

  /** Options of Java: without them, it waits before it answers, and drops connections in use. */
  static final List<String> OPTIONS =
      List.of(
          "-Dsun.net.httpserver.nodelay=true",
          "-Dsun.net.httpserver.maxIdleConnections=10000",
          "-Dsun.net.httpserver.idleInterval=3600");

  private static final Pattern NUMBER = Pattern.compile("koala number (\\d+) ");
  private static final DateTimeFormatter CREATED_AT =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS").withZone(ZoneOffset.UTC);

  private final HttpServer server;
  private final byte[] video;
  private final Map<String, Instant> generations = new ConcurrentHashMap<>();
  private final ConcurrentLinkedQueue<String> posts = new ConcurrentLinkedQueue<>();

  private InstantProvider() throws IOException {
    try (InputStream in =
        InstantProvider.class.getResourceAsStream("/io/leonardoroutes/sandbox/video.mp4")) {
      video = in.readAllBytes();
    }
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1000);
    server.setExecutor(Executors.newFixedThreadPool(16));
    server.createContext("/", this::handle);
    server.start();
  }

  public static void main(String[] arguments) throws IOException {
    InstantProvider provider = new InstantProvider();
    System.out.println(READY + provider.server.getAddress().getPort());
  }

  private void handle(HttpExchange call) throws IOException {
    byte[] body = call.getRequestBody().readAllBytes();
    String path = call.getRequestURI().getPath();
    if (path.endsWith("/v2/generations") && call.getRequestMethod().equals("POST")) {
      answer(call, create(new String(body, StandardCharsets.UTF_8)));
    } else if (path.startsWith("/cdn/")) {
      answer(call, 200, "video/mp4", video);
    } else if (path.endsWith("/v1/me")) {
      answer(
          call, "{\"user_details\":[{\"user\":{\"id\":\"user-1\"},\"apiConcurrencySlots\":1000}]}");
    } else if (path.contains("/v1/generations/user/")) {
      answer(call, "{\"generations\":[]}");
    } else if (path.contains("/v1/generations/")) {
      String id = path.substring(path.lastIndexOf('/') + 1);
      answer(call, show(id, call.getRequestHeaders().getFirst("Host")));
    } else if (path.equals("/posts")) {
      answer(call, String.join("\n", posts));
    } else {
      answer(call, 404, "application/json", "{}".getBytes(StandardCharsets.UTF_8));
    }
  }

  private String create(String request) {
    Instant now = Instant.now();
    Matcher number = NUMBER.matcher(request);
    if (number.find()) {
      posts.add(number.group(1) + " " + (now.getEpochSecond() * 1_000_000 + now.getNano() / 1_000));
    }
    String id = UUID.randomUUID().toString();
    generations.put(id, now);
    return """
    {"generate":{"generationId":"%s","apiCreditCost":null,\
    "cost":{"amount":"0.0147","unit":"DOLLARS"}}}\
    """
        .formatted(id);
  }

  private String show(String id, String host) {
    Instant created = generations.get(id);
    return created == null
        ? "{\"generations_by_pk\":null}"
        : """
        {"generations_by_pk":{"id":"%1$s","status":"COMPLETE","createdAt":"%2$s",\
        "prompt":"koala","modelId":null,"public":false,"imageWidth":1920,"imageHeight":1080,\
        "seed":null,"generated_images":[{"id":"%1$s","url":"http://%3$s/cdn/%1$s/0.jpg",\
        "motionMP4URL":"http://%3$s/cdn/%1$s/0.mp4","nsfw":false}]}}\
        """
            .formatted(id, CREATED_AT.format(created), host);
  }

  private static void answer(HttpExchange call, String json) throws IOException {
    answer(call, 200, "application/json", json.getBytes(StandardCharsets.UTF_8));
  }

  private static void answer(HttpExchange call, int status, String type, byte[] body)
      throws IOException {
    call.getResponseHeaders().set("Content-Type", type);
    call.sendResponseHeaders(status, body.length);
    try (OutputStream out = call.getResponseBody()) {
      out.write(body);
    }
  }
}
