import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Plays the nights again that wake people: the provider away, all its creates failing, a sink down
 * and a key revoked. For each, the program runs before a scripted provider, and its metrics are read
 * every second; promtool then says which of our alerts would have fired if each second were a
 * minute. All of it is written to {@code target/night/index.html}, with the warnings of the log and,
 * where there is a Chromium, a picture of the board.
 *
 * <p>The page {@code monitoring.md} says how to run it.
 */
public final class NightReplay {
  private static final Path RULES = Path.of("src/main/observability/leonardo-alerts.yaml");
  private static final Path FOLDER = Path.of("target/night").toAbsolutePath();
  private static final int CALM = 5;
  private static final int REQUESTS = 3;
  private static final String REQUEST =
      "{\"model\":\"kling-3.0-turbo\",\"parameters\":{\"prompt\":\"The koala plays with the cat\"}}";

  /** One night. */
  private enum Night {
    PROVIDER_AWAY("The provider is away"),
    CREATES_FAIL("All creates are answered 500"),
    SINK_DOWN("A sink takes nothing"),
    KEY_REVOKED("The key is revoked");

    private final String title;

    Night(String title) {
      this.title = title;
    }
  }

  private final Night night;
  private final int outage;
  private final Path folder;
  private final int port = freePort();
  private final int rest = freePort();
  private final int management = freePort();
  private final HttpClient client = HttpClient.newHttpClient();
  private final Map<String, List<String>> series = new TreeMap<>();
  private final AtomicInteger ids = new AtomicInteger();
  private final HttpServer sink;
  private HttpServer provider;
  private volatile boolean failing;
  private int minutes;

  private NightReplay(Night night, int outage) throws IOException {
    this.night = night;
    this.outage = outage;
    folder = Files.createDirectories(FOLDER.resolve(night.name().toLowerCase(java.util.Locale.ROOT)));
    sink = serve(0, this::deliver);
    provider = serve(port, this::provide);
  }

  public static void main(String[] args) throws Exception {
    int outage = args.length > 0 ? Integer.parseInt(args[0]) : 45;
    StringBuilder page = new StringBuilder("<!doctype html><meta charset=utf-8><title>Nights</title>");
    page.append("<h1>Nights, played again</h1><p>Each second of the run is a minute for Prometheus.");
    for (Night night : Night.values()) {
      page.append(new NightReplay(night, outage).play());
      Files.writeString(FOLDER.resolve("index.html"), page);
    }
    System.out.println("written: " + FOLDER.resolve("index.html"));
    System.exit(0);
  }

  private String play() throws Exception {
    Path log = folder.resolve("program.log");
    Process program = start(log);
    String picture = "";
    try {
      await(log);
      run(CALM);
      fail(true);
      run(outage);
      picture = picture();
      fail(false);
      run(outage / 2);
      // What a person does who has looked the jobs up: they were not made.
      call(
          "http://127.0.0.1:" + rest + "/resolve", "{\"as\":\"unpaid\",\"state\":\"IN_DOUBT\"}");
      run(outage / 2);
    } finally {
      program.destroy();
      program.waitFor(30, TimeUnit.SECONDS);
      program.destroyForcibly();
      sink.stop(0);
      provider.stop(0);
    }
    List<String> warnings =
        Files.readAllLines(log).stream().filter(line -> line.matches("\\S+ (WARN|ERROR) .*")).toList();
    return section(warnings, alerts(), picture);
  }

  private Process start(Path log) throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                ProcessHandle.current().info().command().orElse("java"),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path")));
    List.of(
            "base-url=http://127.0.0.1:" + port + "/api/rest",
            "download.hosts=127.0.0.1:" + port,
            "api-key=night-key",
            "data=" + folder.resolve("data"),
            "rest.port=" + rest,
            "management.port=" + management,
            "jms.enabled=false",
            "limits.creates-per-minute=1000",
            "track.first=1s",
            "track.every=1s",
            "reconcile.settle=5s",
            "sinks.orders.uri=http://127.0.0.1:" + sink.getAddress().getPort() + "/")
        .forEach(setting -> command.add("-Dleonardo." + setting));
    command.add("io.leonardoroutes.LeonardoRoutes");
    return new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
  }

  private static void await(Path log) throws IOException, InterruptedException {
    for (int tries = 0; tries < 240; tries++) {
      if (Files.readString(log).contains("leonardo-routes ready")) {
        return;
      }
      Thread.sleep(500);
    }
    throw new IllegalStateException("the program did not start, see " + log);
  }

  private void fail(boolean on) throws IOException {
    failing = on;
    if (night == Night.PROVIDER_AWAY && on) {
      provider.stop(0);
    } else if (night == Night.PROVIDER_AWAY) {
      provider = serve(port, this::provide);
    }
  }

  /** Sends a request and reads the metrics every second. */
  private void run(int seconds) throws InterruptedException {
    long next = System.nanoTime();
    for (int second = 0; second < seconds; second++) {
      for (int request = 0; request < REQUESTS; request++) {
        call("http://127.0.0.1:" + rest + "/generations", REQUEST);
      }
      scrape(call("http://127.0.0.1:" + management + "/metrics", null));
      next += TimeUnit.SECONDS.toNanos(1);
      TimeUnit.NANOSECONDS.sleep(Math.max(0, next - System.nanoTime()));
    }
  }

  private String call(String url, String body) throws InterruptedException {
    HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url)).timeout(Duration.ofSeconds(5));
    if (body != null) {
      request
          .header("Content-Type", "application/json")
          .POST(HttpRequest.BodyPublishers.ofString(body));
    }
    try {
      return client.send(request.build(), HttpResponse.BodyHandlers.ofString()).body();
    } catch (IOException e) {
      return "";
    }
  }

  private void scrape(String metrics) {
    for (String line : metrics.lines().filter(one -> one.startsWith("leonardo_")).toList()) {
      int end = line.lastIndexOf(' ');
      String name = line.substring(0, end);
      if (!name.contains("_bucket{")) {
        List<String> values = series.computeIfAbsent(name, first -> new ArrayList<>());
        while (values.size() < minutes) {
          values.add("_");
        }
        values.add(line.substring(end + 1));
      }
    }
    minutes++;
  }

  private String picture() throws IOException, InterruptedException {
    Path picture = folder.resolve("board.png");
    try {
      new ProcessBuilder(
              "chromium", "--headless", "--no-sandbox", "--disable-gpu", "--window-size=1280,1400",
              "--virtual-time-budget=3000", "--user-data-dir=" + folder.resolve("chromium"),
              "--screenshot=" + picture, "http://127.0.0.1:" + rest + "/board")
          .redirectErrorStream(true)
          .redirectOutput(folder.resolve("chromium.log").toFile())
          .start()
          .waitFor(60, TimeUnit.SECONDS);
    } catch (IOException e) {
      return "<p>No Chromium, no picture of the board.";
    }
    return Files.exists(picture)
        ? "<p><img width=640 src='%s/board.png' alt='the board'>".formatted(folder.getFileName())
        : "<p>Chromium made no picture of the board.";
  }

  /** By alert, the minutes in which promtool says that it fires. */
  private Map<String, List<Integer>> alerts() throws IOException, InterruptedException {
    StringBuilder test = new StringBuilder("rule_files: [" + RULES.toAbsolutePath() + "]\n");
    test.append("evaluation_interval: 1m\ntests:\n  - interval: 1m\n    input_series:\n");
    series.forEach(
        (name, values) ->
            test.append("      - series: '")
                .append(name.replace("{", "{instance=\"night\",").replace("'", "''"))
                .append("'\n        values: '")
                .append(String.join(" ", values))
                .append("'\n"));
    test.append("    alert_rule_test:\n");
    Pattern alert = Pattern.compile("- alert: (\\w+)");
    for (MatchResult one : alert.matcher(Files.readString(RULES)).results().toList()) {
      for (int minute = 0; minute < minutes; minute++) {
        test.append("      - {eval_time: %sm, alertname: %s, exp_alerts: []}\n".formatted(minute, one.group(1)));
      }
    }
    Path file = Files.writeString(folder.resolve("night-test.yaml"), test);
    Path said = folder.resolve("promtool.txt");
    new ProcessBuilder("promtool", "test", "rules", file.toString())
        .redirectErrorStream(true)
        .redirectOutput(said.toFile())
        .start()
        .waitFor();
    Map<String, List<Integer>> fired = new TreeMap<>();
    Pattern.compile("alertname: (\\w+), time: (?:(\\d+)h)?(?:(\\d+)m)?")
        .matcher(Files.readString(said))
        .results()
        .forEach(
            one ->
                fired
                    .computeIfAbsent(one.group(1), first -> new ArrayList<>())
                    .add(60 * number(one.group(2)) + number(one.group(3))));
    return fired;
  }

  private static int number(String text) {
    return text == null ? 0 : Integer.parseInt(text);
  }

  private String section(List<String> warnings, Map<String, List<Integer>> fired, String picture) {
    StringBuilder html = new StringBuilder("<h2>" + night.title + "</h2>");
    html.append("<p>From minute %s to %s, watched until %s.".formatted(CALM, CALM + outage, minutes));
    html.append("<table border=1><tr><th>alert<th>fires<th>ends");
    fired.forEach(
        (alert, at) -> {
          int last = at.get(at.size() - 1);
          String end = last == minutes - 1 ? "still fires" : "minute " + (last + 1);
          html.append("<tr><td>%s<td>minute %s<td>%s".formatted(alert, at.get(0), end));
        });
    html.append("</table><pre>").append(warnings.stream().map(NightReplay::escaped).collect(Collectors.joining("\n")));
    System.out.println(night + " " + fired.keySet() + ", " + warnings.size() + " warnings");
    return html.append("</pre>").append(picture).toString();
  }

  private static String escaped(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;");
  }

  private void provide(HttpExchange call) throws IOException {
    String path = call.getRequestURI().getPath();
    boolean create = path.endsWith("/v2/generations") && call.getRequestMethod().equals("POST");
    if (path.startsWith("/cdn/")) {
      answer(call, 200, "video/mp4", VIDEO);
    } else if (create && failing && night == Night.CREATES_FAIL) {
      json(call, 500, "{\"error\":\"Internal Server Error\",\"path\":\"$\",\"code\":\"unexpected\"}");
    } else if (failing && night == Night.KEY_REVOKED) {
      json(call, 401, "{\"error\":\"Authentication hook unauthorized this request\",\"path\":\"$\",\"code\":\"unexpected\"}");
    } else if (create) {
      json(call, 200, "{\"generate\":{\"generationId\":\"night-%s\",\"cost\":{\"amount\":\"0.7176\",\"unit\":\"DOLLARS\"}}}".formatted(ids.incrementAndGet()));
    } else if (path.endsWith("/v1/me")) {
      json(call, 200, "{\"user_details\":[{\"user\":{\"id\":\"user-1\"},\"apiConcurrencySlots\":10}]}");
    } else if (path.contains("/v1/generations/user/")) {
      json(call, 200, "{\"generations\":[]}");
    } else if (path.contains("/v1/generations/")) {
      String id = path.replaceFirst(".*/", "");
      json(call, 200, "{\"generations_by_pk\":{\"id\":\"%1$s\",\"status\":\"COMPLETE\",\"generated_images\":[{\"id\":\"%1$s-v\",\"motionMP4URL\":\"http://127.0.0.1:%2$s/cdn/%1$s.mp4\"}]}}".formatted(id, port));
    } else {
      json(call, 404, "{}");
    }
  }

  private void deliver(HttpExchange call) throws IOException {
    answer(call, failing && night == Night.SINK_DOWN ? 503 : 200, "text/plain", new byte[0]);
  }

  private static void json(HttpExchange call, int status, String body) throws IOException {
    answer(call, status, "application/json", body.getBytes(UTF_8));
  }

  private static void answer(HttpExchange call, int status, String type, byte[] body) throws IOException {
    call.getRequestBody().readAllBytes();
    call.getResponseHeaders().set("Content-Type", type);
    call.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
    call.getResponseBody().write(body);
    call.close();
  }

  private static final byte[] VIDEO = video();

  private static byte[] video() {
    try (InputStream in = NightReplay.class.getResourceAsStream("/io/leonardoroutes/sandbox/video.mp4")) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private interface Handler {
    void handle(HttpExchange call) throws IOException;
  }

  private static HttpServer serve(int port, Handler handler) throws IOException {
    HttpServer server = HttpServer.create(new InetSocketAddress("127.0.0.1", port), 100);
    server.createContext("/", handler::handle);
    server.setExecutor(Executors.newCachedThreadPool());
    server.start();
    return server;
  }

  private static int freePort() {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }
}
