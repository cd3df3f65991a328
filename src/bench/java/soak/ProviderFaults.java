package soak;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import soak.RawServer.Response;

/** How often which calls of the provider go wrong, and how. */
final class ProviderFaults {
  static final ProviderFaults NONE = new ProviderFaults(0, 0, 0, 0);

  // Creates go wrong in the first seconds of each slice, so that what waited meanwhile is made up.
  private static final long SLICE = 12_000;
  private static final long BAD = 4_000;
  private static final String PAGE = "<html><body>Bad gateway</body></html>";

  private final double creates;
  private final double reads;
  private final double downloads;
  private final Random chance;

  private ProviderFaults(double creates, double reads, double downloads, long seed) {
    this.creates = creates;
    this.reads = reads;
    this.downloads = downloads;
    this.chance = new Random(seed);
  }

  static ProviderFaults ofCalls(long seed) {
    return new ProviderFaults(0.3, 0.1, 0, seed);
  }

  static ProviderFaults ofDownloads(long seed) {
    return new ProviderFaults(0, 0, 0.3, seed);
  }

  /** What goes wrong with one call; where it spares, nothing was made and nothing is paid. */
  enum Kind {
    NONE(false),
    REFUSED(true),
    ERROR_BEFORE(true),
    GATEWAY_LATE(true),
    ERROR_AFTER(false),
    LOST(false),
    CUT_OFF(false),
    UNREADABLE(false),
    REMOTE_LOST(false),
    DRIPPING(false),
    ENDLESS_HEAD(false),
    ENDLESS_CONTINUE(false),
    HANGING(false);

    final boolean spares;

    Kind(boolean spares) {
      this.spares = spares;
    }

    void spoil(Response response, String body) throws IOException, InterruptedException {
      switch (this) {
        case REFUSED ->
            response.say("HTTP/1.1 429 Slow down\r\nRetry-After: 1\r\nContent-Length: 0\r\n\r\n");
        case ERROR_BEFORE, ERROR_AFTER ->
            response.json(
                500, "{\"error\":\"internal error\",\"path\":\"$\",\"code\":\"unexpected\"}");
        case GATEWAY_LATE -> {
          Threads.pause(3_000);
          response.send(503, "text/html", PAGE.getBytes(StandardCharsets.US_ASCII));
        }
        case LOST -> response.reset();
        case CUT_OFF -> {
          response.say(Response.head(200, "application/json", body.length()));
          response.say(body.substring(0, body.length() / 2));
          response.reset();
        }
        case UNREADABLE -> response.json(200, "{\"generate\":{\"generationId\":");
        case REMOTE_LOST ->
            response.json(
                200,
                "{\"errors\":[{\"message\":\"Missing \\\"data\\\" field with no errors in response"
                    + " from remote\"}]}");
        case DRIPPING -> {
          String all = Response.head(200, "application/json", body.length()) + body;
          for (int i = 0; i < all.length(); i += 2) {
            response.say(all.substring(i, Math.min(all.length(), i + 2)));
            Threads.pause(50);
          }
        }
        case ENDLESS_HEAD -> {
          response.say("HTTP/1.1 200 OK\r\n");
          forEver(response, "X-More: and more, and more, and more\r\n", 0);
        }
        case ENDLESS_CONTINUE -> forEver(response, "HTTP/1.1 100 Continue\r\n\r\n", 100);
        case HANGING -> {
          Threads.pause(25_000);
          response.reset();
        }
        default -> throw new IllegalStateException(name());
      }
    }
  }

  Kind ofCreate() {
    boolean now = System.currentTimeMillis() % SLICE < BAD;
    return now ? one(creates, true) : Kind.NONE;
  }

  Kind ofReads() {
    return one(reads, false);
  }

  private synchronized Kind one(double share, boolean sparing) {
    if (chance.nextDouble() >= share) {
      return Kind.NONE;
    }
    List<Kind> kinds =
        Arrays.stream(Kind.values())
            .filter(kind -> kind != Kind.NONE && (sparing || kind != Kind.GATEWAY_LATE))
            .toList();
    return kinds.get(chance.nextInt(kinds.size()));
  }

  /** Whether it answered a download in its own way. */
  boolean spoilDownload(Response response, byte[] video) throws IOException, InterruptedException {
    int kind;
    synchronized (this) {
      kind = chance.nextDouble() < downloads ? chance.nextInt(8) : -1;
    }
    switch (kind) {
      case 0 -> response.send(404, "text/html", PAGE.getBytes(StandardCharsets.US_ASCII));
      case 1 -> response.send(500, "text/html", PAGE.getBytes(StandardCharsets.US_ASCII));
      case 2 -> response.send(200, "text/html", PAGE.getBytes(StandardCharsets.US_ASCII));
      case 3 -> response.reset();
      case 4 -> {
        response.say(Response.head(200, "video/mp4", video.length));
        response.write(Arrays.copyOf(video, video.length / 2));
        response.reset();
      }
      case 5 ->
          response.say(
              "HTTP/1.1 302 Found\r\n"
                  + "Location: http://127.0.0.1:1/0.mp4\r\n"
                  + "Content-Length: 0\r\n\r\n");
      case 6 -> {
        response.say("HTTP/1.1 200 OK\r\n");
        forEver(response, "X-More: and more, and more, and more\r\n", 0);
      }
      case 7 -> {
        response.say(Response.head(200, "video/mp4", video.length));
        for (int i = 0; i < video.length; i += 256) {
          response.write(Arrays.copyOfRange(video, i, Math.min(video.length, i + 256)));
          Threads.pause(50);
        }
      }
      default -> {
        return false;
      }
    }
    return true;
  }

  /** Until the client goes. */
  private static void forEver(Response response, String text, long millis)
      throws IOException, InterruptedException {
    while (true) {
      response.say(text);
      Threads.pause(millis);
    }
  }
}
