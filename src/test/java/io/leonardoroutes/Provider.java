package io.leonardoroutes;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import mockwebserver3.Dispatcher;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;
import okio.Buffer;

/**
 * The provider as a script: a plain HTTP server that counts what reaches it. Without a script it
 * accepts every create, shows it complete at the first look and serves a real video.
 */
public final class Provider implements AutoCloseable {
  private final MockWebServer server = new MockWebServer();
  private final List<RecordedRequest> creates = Collections.synchronizedList(new ArrayList<>());
  private final List<RecordedRequest> looks = Collections.synchronizedList(new ArrayList<>());
  private final List<RecordedRequest> downloads = Collections.synchronizedList(new ArrayList<>());
  private final Deque<Answer> nextCreate = new ConcurrentLinkedDeque<>();
  private final Deque<Answer> nextLook = new ConcurrentLinkedDeque<>();
  private final Deque<Answer> nextDownload = new ConcurrentLinkedDeque<>();
  private final List<RecordedRequest> lists = Collections.synchronizedList(new ArrayList<>());
  private volatile Answer list = request -> json(200, "{\"generations\":[]}");
  private final AtomicInteger ids = new AtomicInteger();
  private final List<RecordedRequest> accounts = Collections.synchronizedList(new ArrayList<>());
  private volatile int slots;
  private String scheme = "http";
  private String name;

  /** What the provider does with one request; it may do anything before it answers. */
  public interface Answer {
    MockResponse to(RecordedRequest request) throws Exception;
  }

  private Provider() {
    server.setDispatcher(
        new Dispatcher() {
          @Override
          public MockResponse dispatch(RecordedRequest request) {
            try {
              return answer(request);
            } catch (Exception e) {
              return json(500, String.valueOf(e));
            }
          }
        });
  }

  public static Provider start() throws IOException {
    return startAt(0);
  }

  /** At a port of the caller's choice, as one that comes back. */
  public static Provider startAt(int port) throws IOException {
    Provider provider = new Provider();
    provider.server.start(port);
    return provider;
  }

  /** Over TLS, at the port 443 of a name: whoever leads there has to know where it is. */
  static Provider startSecure(String name, SSLContext tls) throws IOException {
    Provider provider = new Provider();
    provider.scheme = "https";
    provider.name = name;
    provider.server.useHttps(tls.getSocketFactory());
    provider.server.start(0);
    return provider;
  }

  public String baseUrl() {
    return scheme + "://" + host() + "/api/rest";
  }

  public String host() {
    return name == null ? "127.0.0.1:" + port() : name;
  }

  int port() {
    return server.getPort();
  }

  public Provider onCreate(Answer... answers) {
    nextCreate.addAll(List.of(answers));
    return this;
  }

  public Provider onLook(Answer... answers) {
    nextLook.addAll(List.of(answers));
    return this;
  }

  public Provider onDownload(Answer... answers) {
    nextDownload.addAll(List.of(answers));
    return this;
  }

  /** The account says that it allows so many jobs at once. */
  public Provider allowing(int slots) {
    this.slots = slots;
    return this;
  }

  /** How often an account was asked for. */
  public int accounts() {
    return accounts.size();
  }

  /** Everything that came, of whatever kind. */
  public List<RecordedRequest> all() {
    return Stream.of(creates(), looks(), lists(), downloads(), List.copyOf(accounts))
        .flatMap(List::stream)
        .toList();
  }

  /** The key that a call was made by; null for none. */
  public static String key(RecordedRequest request) {
    String authorization = request.getHeaders().get("Authorization");
    return authorization == null ? null : authorization.replaceFirst("^Bearer ", "");
  }

  /** What every call for a page of the account's generations gets; without it the list is empty. */
  public Provider list(Answer answer) {
    list = answer;
    return this;
  }

  /** The calls for pages of the account's generations. */
  public List<RecordedRequest> lists() {
    return List.copyOf(lists);
  }

  public List<RecordedRequest> creates() {
    return List.copyOf(creates);
  }

  public List<RecordedRequest> looks() {
    return List.copyOf(looks);
  }

  public List<RecordedRequest> downloads() {
    return List.copyOf(downloads);
  }

  private MockResponse answer(RecordedRequest request) throws Exception {
    String path = request.getUrl().encodedPath();
    if (path.equals("/api/rest/v2/generations") && request.getMethod().equals("POST")) {
      creates.add(request);
      Answer scripted = nextCreate.poll();
      return scripted == null ? created() : scripted.to(request);
    }
    if (path.equals("/api/rest/v1/me")) {
      accounts.add(request);
      String user = "test-key".equals(key(request)) ? "user-1" : userOf(key(request));
      return json(
          200,
          """
          {"user_details":[{"user":{"id":"%s"},"apiConcurrencySlots":%s}]}\
          """
              .formatted(user, slots > 0 ? slots : null));
    }
    if (path.startsWith("/api/rest/v1/generations/user/")) {
      lists.add(request);
      return list.to(request);
    }
    if (path.startsWith("/api/rest/v1/generations/")) {
      looks.add(request);
      Answer scripted = nextLook.poll();
      return scripted == null ? complete(request) : scripted.to(request);
    }
    if (path.startsWith("/cdn/")) {
      downloads.add(request);
      Answer scripted = nextDownload.poll();
      return scripted == null ? video() : scripted.to(request);
    }
    return new MockResponse.Builder().code(404).build();
  }

  /** An id that does not tell the key. */
  static String userOf(String key) {
    return "user-of-" + Integer.toHexString(key.hashCode());
  }

  /** A new generation, in the wrapped shape. */
  public MockResponse created() {
    return json(
        200,
        """
        {"generate":{"generationId":"gen-%s","apiCreditCost":null,
         "cost":{"amount":"0.0147","unit":"DOLLARS"}}}\
        """
            .formatted(ids.incrementAndGet()));
  }

  public static MockResponse pending(RecordedRequest request) {
    return json(200, generation(request, "PENDING", ""));
  }

  public MockResponse complete(RecordedRequest request) {
    String image =
        """
        {"id":"i","url":"%1$s/cdn/%2$s/0.jpg","motionMP4URL":"%1$s/cdn/%2$s/0.mp4"}\
        """
            .formatted(scheme + "://" + host(), id(request));
    return json(200, generation(request, "COMPLETE", image));
  }

  public static MockResponse failed(RecordedRequest request) {
    return json(200, generation(request, "FAILED", ""));
  }

  private static String generation(RecordedRequest request, String status, String images) {
    return """
    {"generations_by_pk":{"id":"%s","status":"%s","generated_images":[%s]}}\
    """
        .formatted(id(request), status, images);
  }

  private static String id(RecordedRequest request) {
    List<String> path = request.getUrl().pathSegments();
    return path.get(path.size() - 1);
  }

  public static MockResponse json(int status, String body) {
    return new MockResponse.Builder()
        .code(status)
        .setHeader("Content-Type", "application/json")
        .body(body)
        .build();
  }

  /** The sandbox's own little video, as its bytes are. */
  public static MockResponse video() throws IOException {
    return new MockResponse.Builder()
        .setHeader("Content-Type", "video/mp4")
        .body(new Buffer().write(videoBytes()))
        .build();
  }

  public static byte[] videoBytes() throws IOException {
    try (InputStream in =
        Provider.class.getResourceAsStream("/io/leonardoroutes/sandbox/video.mp4")) {
      return in.readAllBytes();
    }
  }

  @Override
  public void close() {
    server.close();
  }
}
