package io.leonardoroutes;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * A provider at the level of bytes: each connection carries one request, and a script writes what
 * it likes for as long as the client holds on. Without a script it answers as a provider does.
 */
final class HostileServer implements AutoCloseable {
  private final ServerSocket server;
  private final List<Call> calls = new CopyOnWriteArrayList<>();
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  private final CountDownLatch closed = new CountDownLatch(1);
  private volatile Script script = (call, out) -> false;

  /** One request, and whether its client has let go. */
  record Call(String method, String path, CountDownLatch gone) {}

  interface Script {
    /** Writes the answer; false if it is for the well-behaved provider to answer. */
    boolean answers(Call call, Wire out) throws IOException, InterruptedException;
  }

  /** What a script writes to; fails once the client has gone. */
  final class Wire {
    private final OutputStream out;

    private Wire(OutputStream out) {
      this.out = out;
    }

    void say(String text) throws IOException {
      out.write(text.getBytes(StandardCharsets.ISO_8859_1));
      out.flush();
    }

    /** Until the client goes. */
    void forEver(String text) throws IOException {
      byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
      while (true) {
        out.write(bytes);
      }
    }

    /** One byte every twentieth of a second, until the client goes. */
    void drip(String text) throws IOException, InterruptedException {
      while (true) {
        for (byte one : text.getBytes(StandardCharsets.ISO_8859_1)) {
          out.write(one);
          out.flush();
          if (closed.await(50, TimeUnit.MILLISECONDS)) {
            return;
          }
        }
      }
    }

    void hang() throws InterruptedException {
      closed.await();
    }
  }

  private HostileServer() throws IOException {
    server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    thread(this::accept);
  }

  static HostileServer start() throws IOException {
    return new HostileServer();
  }

  HostileServer with(Script scripted) {
    script = scripted;
    return this;
  }

  String baseUrl() {
    return "http://" + host() + "/api/rest";
  }

  String host() {
    return "127.0.0.1:" + server.getLocalPort();
  }

  int port() {
    return server.getLocalPort();
  }

  /** The calls whose path contains that. */
  List<Call> calls(String path) {
    return calls.stream().filter(call -> call.path().contains(path)).toList();
  }

  List<Call> creates() {
    return calls.stream().filter(call -> call.method().equals("POST")).toList();
  }

  private void accept() {
    try {
      while (true) {
        Socket socket = server.accept();
        open.add(socket);
        thread(() -> serve(socket));
      }
    } catch (IOException ended) {
      return;
    }
  }

  private void serve(Socket socket) {
    CountDownLatch gone = new CountDownLatch(1);
    try (socket) {
      InputStream in = new BufferedInputStream(socket.getInputStream());
      String[] line = line(in).split(" ");
      int length = 0;
      for (String header = line(in); !header.isEmpty(); header = line(in)) {
        if (header.toLowerCase().startsWith("content-length:")) {
          length = Integer.parseInt(header.replaceFirst(".*:", "").strip());
        }
      }
      in.readNBytes(length);
      Call call = new Call(line[0], line[1], gone);
      calls.add(call);
      thread(
          () -> {
            try {
              in.read();
            } catch (IOException reset) {
              // that is what is waited for
            }
            gone.countDown();
          });
      Wire out = new Wire(socket.getOutputStream());
      if (!script.answers(call, out)) {
        behave(call, out);
      }
    } catch (IOException | InterruptedException e) {
      gone.countDown();
    } finally {
      open.remove(socket);
    }
  }

  private static String line(InputStream in) throws IOException {
    StringBuilder line = new StringBuilder();
    for (int c = in.read(); c != '\n'; c = in.read()) {
      if (c < 0) {
        throw new IOException("gone");
      }
      if (c != '\r') {
        line.append((char) c);
      }
    }
    return line.toString();
  }

  private void behave(Call call, Wire out) throws IOException {
    String id = call.path().replaceFirst(".*/", "");
    if (call.method().equals("POST")) {
      out.say(json("{\"generationId\":\"gen-%d\"}".formatted(creates().size())));
    } else if (call.path().endsWith("/v1/me")) {
      out.say(json("{\"user_details\":[{\"user\":{\"id\":\"u\"}}]}"));
    } else if (call.path().contains("/v1/generations/user/")) {
      out.say(json("{\"generations\":[]}"));
    } else if (call.path().contains("/v1/generations/")) {
      out.say(
          json(
              """
              {"generations_by_pk":{"id":"%s","status":"COMPLETE","generated_images":[
               {"id":"i","motionMP4URL":"http://%s/cdn/%s.mp4"}]}}\
              """
                  .formatted(id, host(), id)));
    } else {
      byte[] video = Provider.videoBytes();
      out.say(
          "HTTP/1.1 200 OK\r\nContent-Type: video/mp4\r\nContent-Length: "
              + video.length
              + "\r\n\r\n"
              + new String(video, StandardCharsets.ISO_8859_1));
    }
  }

  static String json(String body) {
    return "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: "
        + body.length()
        + "\r\n\r\n"
        + body;
  }

  private static void thread(Runnable work) {
    Thread thread = new Thread(work, "hostile-server");
    thread.setDaemon(true);
    thread.start();
  }

  @Override
  public void close() {
    closed.countDown();
    try {
      server.close();
      for (Socket socket : open) {
        socket.close();
      }
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }
}
