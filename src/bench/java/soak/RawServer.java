package soak;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** An HTTP server at the level of bytes: its handler may write what it likes, and break off. */
final class RawServer implements AutoCloseable {
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  private final Handler handler;
  private final int port;
  private volatile ServerSocket server;

  interface Handler {
    void handle(Request request, Response response) throws IOException, InterruptedException;
  }

  record Request(String method, String path, String body) {}

  /** What a handler writes to; fails once the client has gone. */
  record Response(Socket socket, OutputStream out) {
    void send(int status, String type, byte[] body) throws IOException {
      ByteArrayOutputStream all = new ByteArrayOutputStream();
      all.write(head(status, type, body.length).getBytes(StandardCharsets.ISO_8859_1));
      all.write(body);
      write(all.toByteArray());
    }

    void json(int status, String body) throws IOException {
      send(status, "application/json", body.getBytes(StandardCharsets.UTF_8));
    }

    void write(byte[] bytes) throws IOException {
      out.write(bytes);
      out.flush();
    }

    void say(String text) throws IOException {
      write(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    /** The connection ends with a reset. */
    void reset() throws IOException {
      socket.setSoLinger(true, 0);
      socket.close();
    }

    static String head(int status, String type, int length) {
      return "HTTP/1.1 %d Said\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n"
          .formatted(status, type, length);
    }
  }

  private RawServer(Handler handler) throws IOException {
    this.handler = handler;
    server = new ServerSocket(0, 500, InetAddress.getLoopbackAddress());
    port = server.getLocalPort();
    listen(server);
  }

  static RawServer start(Handler handler) throws IOException {
    return new RawServer(handler);
  }

  String host() {
    return "127.0.0.1:" + port;
  }

  /** Breaks off all connections and refuses new ones. */
  void goDown() throws IOException {
    server.close();
    for (Socket socket : open) {
      socket.close();
    }
  }

  void comeBack() throws IOException {
    if (server.isClosed()) {
      ServerSocket again = new ServerSocket();
      again.setReuseAddress(true);
      again.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 500);
      server = again;
      listen(again);
    }
  }

  private void listen(ServerSocket socket) {
    Threads.start(
        "server",
        () -> {
          while (!socket.isClosed()) {
            Socket connection = socket.accept();
            connection.setTcpNoDelay(true);
            open.add(connection);
            Threads.start("connection", () -> serve(connection));
          }
        });
  }

  private void serve(Socket socket) throws InterruptedException {
    try (socket) {
      InputStream in = new BufferedInputStream(socket.getInputStream());
      Response response = new Response(socket, socket.getOutputStream());
      while (!socket.isClosed()) {
        handler.handle(read(in), response);
      }
    } catch (IOException gone) {
      // The client, or a handler that broke off.
    } finally {
      open.remove(socket);
    }
  }

  private static Request read(InputStream in) throws IOException {
    String[] line = line(in).split(" ");
    int length = 0;
    boolean chunked = false;
    for (String header = line(in); !header.isEmpty(); header = line(in)) {
      String lower = header.toLowerCase();
      if (lower.startsWith("content-length:")) {
        length = Integer.parseInt(header.replaceFirst(".*:", "").strip());
      }
      chunked |= lower.startsWith("transfer-encoding:") && lower.contains("chunked");
    }
    byte[] body = chunked ? chunks(in) : in.readNBytes(length);
    return new Request(line[0], line[1], new String(body, StandardCharsets.UTF_8));
  }

  private static byte[] chunks(InputStream in) throws IOException {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    for (int size = size(in); size > 0; size = size(in)) {
      body.write(in.readNBytes(size));
      line(in);
    }
    line(in);
    return body.toByteArray();
  }

  private static int size(InputStream in) throws IOException {
    return Integer.parseInt(line(in).strip(), 16);
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

  @Override
  public void close() throws IOException {
    goDown();
  }
}
