package io.leonardoroutes;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * A company's proxy at the level of bytes: it makes tunnels to where it knows names to lead,
 * forwards plain requests, and writes down what it sees. A script may answer in its place.
 */
final class ProxyServer implements AutoCloseable {
  private final ServerSocket server;
  private final Map<String, Integer> names = new ConcurrentHashMap<>();
  private final List<String> heads = new CopyOnWriteArrayList<>();
  private final ByteArrayOutputStream seen = new ByteArrayOutputStream();
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  private final CountDownLatch closed = new CountDownLatch(1);
  private volatile Script script = (head, out) -> false;

  interface Script {
    /** Answers a request; false if it is for the well-behaved proxy to answer. */
    boolean answers(String head, Wire out) throws IOException, InterruptedException;
  }

  /** What a script writes to; fails once the client has gone. */
  final class Wire {
    private final Socket client;
    private final OutputStream out;

    private Wire(Socket client) throws IOException {
      this.client = client;
      this.out = client.getOutputStream();
    }

    /** From now on the client and that port of this machine speak to each other. */
    void tunnel(int port) throws IOException, InterruptedException {
      try (Socket origin = new Socket(InetAddress.getLoopbackAddress(), port)) {
        join(client, origin);
      }
    }

    void say(String text) throws IOException {
      out.write(text.getBytes(ISO_8859_1));
      out.flush();
    }

    /** One byte every twentieth of a second, until the client goes. */
    void drip(String text) throws IOException, InterruptedException {
      while (true) {
        for (byte one : text.getBytes(ISO_8859_1)) {
          out.write(one);
          out.flush();
          if (closed.await(50, TimeUnit.MILLISECONDS)) {
            return;
          }
        }
      }
    }
  }

  private ProxyServer(int port) throws IOException {
    server = new ServerSocket(port, 50, InetAddress.getLoopbackAddress());
    thread(this::accept);
  }

  static ProxyServer start() throws IOException {
    return new ProxyServer(0);
  }

  static ProxyServer startAt(int port) throws IOException {
    return new ProxyServer(port);
  }

  /** Where a name leads that nobody but this proxy knows, as {@code cdn.test:443}. */
  ProxyServer leading(String authority, int port) {
    names.put(authority, port);
    return this;
  }

  /** How requests are answered from now on. */
  ProxyServer with(Script scripted) {
    script = scripted;
    return this;
  }

  ProxyServer behaving() {
    return with((head, out) -> false);
  }

  int port() {
    return server.getLocalPort();
  }

  String name() {
    return "127.0.0.1:" + port();
  }

  String url() {
    return "http://" + name();
  }

  /** The heads of the requests to the proxy itself that begin so. */
  List<String> heads(String beginning) {
    return heads.stream().filter(head -> head.startsWith(beginning)).toList();
  }

  /** Every byte that came from a client, of tunnels too. */
  String seen() {
    synchronized (seen) {
      return seen.toString(ISO_8859_1);
    }
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

  private void serve(Socket client) {
    try (client) {
      InputStream in = client.getInputStream();
      String head = head(in);
      heads.add(head);
      note(head.getBytes(ISO_8859_1), head.length());
      if (!script.answers(head, new Wire(client))) {
        behave(client, head);
      }
    } catch (IOException | InterruptedException gone) {
      return;
    } finally {
      open.remove(client);
    }
  }

  private void behave(Socket client, String head) throws IOException, InterruptedException {
    String target = head.split(" ")[1];
    boolean tunnel = head.startsWith("CONNECT ");
    String authority = tunnel ? target : target.replaceFirst("http://([^/]*).*", "$1");
    int port = names.getOrDefault(authority, -1);
    if (port < 0 && authority.matches("(127\\.0\\.0\\.1|localhost):\\d+")) {
      port = Integer.parseInt(authority.replaceFirst(".*:", ""));
    }
    if (port < 0) {
      client.getOutputStream().write(answer("502 No Such Host").getBytes(ISO_8859_1));
      return;
    }
    try (Socket origin = new Socket(InetAddress.getLoopbackAddress(), port)) {
      if (tunnel) {
        client.getOutputStream().write("HTTP/1.1 200 Tunnel\r\n\r\n".getBytes(ISO_8859_1));
      } else {
        String forwarded =
            head.replaceFirst(" http://[^/]*", " ").replaceAll("(?mi)^Proxy-.*\r\n", "");
        origin.getOutputStream().write(forwarded.getBytes(ISO_8859_1));
      }
      join(client, origin);
    }
  }

  private void join(Socket client, Socket origin) throws InterruptedException {
    open.add(origin);
    Thread up = thread(() -> pump(client, origin, true));
    pump(origin, client, false);
    up.join(10_000);
    open.remove(origin);
  }

  private void pump(Socket from, Socket to, boolean ofTheClient) {
    byte[] bytes = new byte[8_192];
    try {
      InputStream in = from.getInputStream();
      for (int read = in.read(bytes); read >= 0; read = in.read(bytes)) {
        if (ofTheClient) {
          note(bytes, read);
        }
        to.getOutputStream().write(bytes, 0, read);
      }
      to.shutdownOutput();
    } catch (IOException gone) {
      try {
        to.close();
      } catch (IOException e) {
        return;
      }
    }
  }

  private void note(byte[] bytes, int length) {
    synchronized (seen) {
      seen.write(bytes, 0, length);
    }
  }

  private static String head(InputStream in) throws IOException {
    StringBuilder head = new StringBuilder();
    while (head.indexOf("\r\n\r\n") < 0) {
      int one = in.read();
      if (one < 0) {
        throw new IOException("gone");
      }
      head.append((char) one);
    }
    return head.toString();
  }

  /** A header's value in a head; null if it is not there. */
  static String header(String head, String name) {
    return head.lines()
        .filter(
            line -> line.toLowerCase(Locale.ROOT).startsWith(name.toLowerCase(Locale.ROOT) + ":"))
        .map(line -> line.substring(name.length() + 1).strip())
        .findFirst()
        .orElse(null);
  }

  /** An answer of the proxy itself, with further headers. */
  static String answer(String status, String... headers) {
    String page = "<html>" + status + "</html>";
    return "HTTP/1.1 "
        + status
        + "\r\nContent-Length: "
        + page.length()
        + "\r\n"
        + String.join("", List.of(headers).stream().map(header -> header + "\r\n").toList())
        + "\r\n"
        + page;
  }

  private static Thread thread(Runnable work) {
    Thread thread = new Thread(work, "proxy-server");
    thread.setDaemon(true);
    thread.start();
    return thread;
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
