package soak;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.Random;

/** One connection of an attacker, from one of many loopback addresses. */
final class HostileConnection implements AutoCloseable {
  private final Socket socket = new Socket();

  HostileConnection(int port, Random chance) throws IOException {
    String from = "127.0.%d.%d".formatted(chance.nextInt(8), 2 + chance.nextInt(250));
    socket.bind(new InetSocketAddress(from, 0));
    socket.connect(new InetSocketAddress("127.0.0.1", port), 5_000);
    socket.setTcpNoDelay(true);
    // Closed by a reset, so that a million of them leave no port waiting.
    socket.setSoLinger(true, 0);
  }

  HostileConnection say(String text) throws IOException {
    return write(text.getBytes(StandardCharsets.ISO_8859_1));
  }

  HostileConnection write(byte[] bytes) throws IOException {
    socket.getOutputStream().write(bytes);
    return this;
  }

  /** What comes within so many milliseconds, at most so many bytes; empty for nothing. */
  String hear(int millis, int bytes) throws IOException {
    socket.setSoTimeout(millis);
    try {
      byte[] heard = new byte[bytes];
      int count = socket.getInputStream().read(heard);
      return new String(heard, 0, Math.max(0, count), StandardCharsets.ISO_8859_1);
    } catch (SocketTimeoutException silent) {
      return "";
    }
  }

  /** Says one thing, hears a little of the answer, and is gone. */
  static String call(int port, Random chance, String text) throws IOException {
    try (HostileConnection connection = new HostileConnection(port, chance)) {
      return connection.say(text).hear(500, 512);
    }
  }

  /** The head of a POST with a body of that length. */
  static String post(int length, String key) {
    return head("POST", "/generations", key)
        + "Content-Type: application/json\r\nContent-Length: "
        + length
        + "\r\n\r\n";
  }

  /** The head of a call, without the empty line at its end; null for no key. */
  static String head(String method, String path, String key) {
    String authorization = key == null ? "" : "Authorization: Bearer " + key + "\r\n";
    return method + " " + path + " HTTP/1.1\r\nHost: 127.0.0.1\r\n" + authorization;
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
