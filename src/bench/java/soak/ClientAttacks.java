package soak;

import static soak.HostileConnection.head;
import static soak.HostileConnection.post;

import java.io.IOException;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import soak.RequestTally.Entry;

/** Attacks on the REST API, the management port and the broker's port by clients. */
final class ClientAttacks {
  private static final int SLOW = 300;
  private static final byte[] BLOCK = new byte[64 * 1024];
  private static final List<String> PATHS =
      List.of(
          "/generations",
          "/generations/x/video",
          "/generations/%2e%2e/%2e%2e/etc/passwd",
          "/openapi.json",
          "/costs",
          "/resolve",
          "/webhooks/leonardo",
          "/nothing",
          "*",
          "http://other.test/generations");
  private static final List<String> SMUGGLING =
      List.of(
          "Transfer-Encoding: xchunked",
          "Transfer-Encoding: chunked\r\nContent-Length: 5",
          "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity",
          "Content-Length: 5\r\nContent-Length: 6",
          "Content-Length: +5",
          "Content-Length : 5",
          "X-Folded: a\r\n Transfer-Encoding: chunked",
          "X: a\nTransfer-Encoding: chunked",
          "Transfer-Encoding:\u000bchunked");

  private final RequestTally tally;
  private final ProgramProcess program;
  private final Random chance;
  final AtomicLong strokes = new AtomicLong();

  /** One thing that an attacker does, again and again. */
  interface Stroke {
    void strike() throws IOException, InterruptedException;
  }

  ClientAttacks(RequestTally tally, ProgramProcess program, long seed) {
    this.tally = tally;
    this.program = program;
    this.chance = new Random(seed);
  }

  /** Strikes with so many threads while it lasts, each with a rest of so long between. */
  void attack(BooleanSupplier lasts, int threads, long rest, Stroke stroke) {
    for (int i = 0; i < threads; i++) {
      Threads.start(
          "attack",
          () -> {
            while (lasts.getAsBoolean()) {
              try {
                strokes.incrementAndGet();
                stroke.strike();
              } catch (IOException refused) {
                // That is what is hoped for.
              }
              Threads.pause(rest);
            }
          });
    }
  }

  /** Heads and bodies that drip, and answers that are not read. */
  void slow(BooleanSupplier lasts) {
    Threads.start(
        "slow",
        () -> {
          HostileConnection[] held = new HostileConnection[SLOW];
          while (lasts.getAsBoolean()) {
            for (int i = 0; i < SLOW; i++) {
              try {
                held[i] = held[i] == null ? slowOne(i % 4) : held[i].say("a");
              } catch (IOException closed) {
                strokes.incrementAndGet();
                close(held[i]);
                held[i] = null;
              }
            }
            Threads.pause(500);
          }
          for (HostileConnection connection : held) {
            close(connection);
          }
        });
  }

  private static void close(HostileConnection connection) throws IOException {
    if (connection != null) {
      connection.close();
    }
  }

  private HostileConnection slowOne(int kind) throws IOException {
    HostileConnection connection = new HostileConnection(program.rest, chance);
    String reader = head("GET", "/generations?limit=1000", program.strangersKey);
    switch (kind) {
      case 0 -> connection.say("GET /generations HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ");
      case 1 -> connection.say(post(2_000, program.strangersKey) + "{\"model\":\"");
      case 2 -> connection.say((reader + "\r\n").repeat(20) + "GET /");
      default ->
          connection.say(
              head("GET", "/generations/" + job() + "/events", program.key) + "\r\nGET /");
    }
    return connection;
  }

  /** Calls that are broken off: in the body, before the answer, in a list, a stream or a video. */
  void aborted(BooleanSupplier lasts) {
    attack(
        lasts,
        3,
        15,
        () -> {
          try (HostileConnection connection = new HostileConnection(program.rest, chance)) {
            switch (chance.nextInt(7)) {
              case 0 -> connection.say(post(500, program.key) + "{\"model\":\"kling-3.0-turbo\",");
              case 1 -> {
                Entry perhaps = tally.next();
                String body = RequestTally.body(perhaps);
                connection.say(post(body.length(), program.key) + body);
                Threads.pause(chance.nextInt(10));
              }
              case 2 ->
                  connection
                      .say(head("GET", "/generations?limit=1000", program.key) + "\r\n")
                      .hear(1_000, 100);
              case 3 ->
                  connection
                      .say(head("GET", "/generations/" + job() + "/events", program.key) + "\r\n")
                      .hear(1_000, 100);
              case 4 ->
                  connection
                      .say(head("GET", "/generations/" + job() + "/video", program.key) + "\r\n")
                      .hear(1_000, 100);
              case 5 ->
                  connection.say(
                      head("GET", "/generations/" + job(), program.key)
                          + "Prefer: wait=30\r\n\r\n");
              default -> connection.say("\u0016\u0003\u0001\u0002\u0000\u0001");
            }
          }
        });
  }

  /** Bodies, heads, lines and documents that are too large, too deep or too many. */
  void oversized(BooleanSupplier lasts) {
    attack(
        lasts,
        3,
        30,
        () -> {
          try (HostileConnection connection = new HostileConnection(program.rest, chance)) {
            switch (chance.nextInt(8)) {
              case 0 -> flood(connection.say(post(1_000_000_000, program.key)), 40);
              case 1 -> {
                connection.say(
                    head("POST", "/generations", program.key)
                        + "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
                        + "10000\r\n");
                flood(connection, 40);
              }
              case 2 ->
                  connection.say(
                      head("GET", "/generations", program.key) + "X-Big: " + "x".repeat(200_000));
              case 3 -> {
                connection.say(head("GET", "/generations", program.key));
                for (int i = 0; i < 5_000; i++) {
                  connection.say("X-" + i + ": more\r\n");
                }
              }
              case 4 -> connection.say("GET /" + "a".repeat(100_000) + " HTTP/1.1\r\n\r\n");
              case 5 -> body(connection, "[".repeat(200_000));
              case 6 -> body(connection, "[" + "{},".repeat(60_000) + "{}]");
              default -> body(connection, "{\"model\":\"" + "9".repeat(250_000) + "\"}");
            }
            connection.hear(500, 512);
          }
        });
  }

  private static void flood(HostileConnection connection, int blocks) throws IOException {
    for (int i = 0; i < blocks; i++) {
      connection.write(BLOCK);
    }
  }

  private void body(HostileConnection connection, String body) throws IOException {
    connection.say(post(body.length(), program.key) + body);
  }

  /** No key, a wrong one, heads that a proxy reads otherwise, on every port. */
  void keyless(BooleanSupplier lasts) {
    attack(
        lasts,
        4,
        10,
        () -> {
          String method = List.of("GET", "POST", "DELETE", "TRACE").get(chance.nextInt(4));
          String path = PATHS.get(chance.nextInt(PATHS.size()));
          String wrong = chance.nextBoolean() ? null : Long.toHexString(chance.nextLong());
          switch (chance.nextInt(5)) {
            case 0 ->
                HostileConnection.call(
                    program.rest, chance, post(262_100, wrong) + "x".repeat(262_100));
            case 1 ->
                HostileConnection.call(
                    program.rest,
                    chance,
                    head("POST", "/generations", program.strangersKey)
                        + SMUGGLING.get(chance.nextInt(SMUGGLING.size()))
                        + "\r\n\r\n0\r\n\r\nDELETE /generations/x HTTP/1.1\r\n\r\n");
            case 2 ->
                HostileConnection.call(
                    program.management, chance, head("GET", "/metrics", wrong) + "\r\n");
            case 3 ->
                HostileConnection.call(
                    program.jms,
                    chance,
                    "CONNECT\nlogin:x\npasscode:y\naccept-version:1.2\n\n\u0000");
            default ->
                HostileConnection.call(program.rest, chance, head(method, path, wrong) + "\r\n");
          }
        });
  }

  private String job() {
    return tally.recentJob(chance);
  }
}
