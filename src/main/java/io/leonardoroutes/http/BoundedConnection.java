package io.leonardoroutes.http;

import java.io.FilterInputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.util.Map;
import javax.net.ssl.SSLSocket;
import org.apache.hc.client5.http.io.ManagedHttpClientConnection;
import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.MessageConstraintException;
import org.apache.hc.core5.http.config.Http1Config;
import org.apache.hc.core5.http.impl.io.DefaultBHttpClientConnection;
import org.apache.hc.core5.http.impl.io.SocketHolder;
import org.apache.hc.core5.http.io.SessionInputBuffer;
import org.apache.hc.core5.io.CloseMode;
import org.apache.hc.core5.util.Timeout;

/**
 * A connection that takes no more than so much of an answer besides its body: heads, those of 1xx
 * answers too, chunk sizes and extensions, trailers. It logs nothing of what it carries, and it is
 * the one place where the key is part of a request, so that nothing above it can log that either.
 */
final class BoundedConnection extends DefaultBHttpClientConnection
    implements ManagedHttpClientConnection {
  private static final int LONGEST_HEAD = 64 * 1024;
  private static final Http1Config LINES =
      Http1Config.custom().setMaxLineLength(16 * 1024).setMaxHeaderCount(200).build();

  private CallDeadline deadline;
  private Map<String, String> unlogged = Map.of();
  private boolean tunnels;
  private Timeout socketTimeout;
  private long received;
  private long delivered;

  BoundedConnection() {
    super(LINES);
  }

  /** Begins to connect for this call. */
  void connects(CallDeadline of) {
    deadline = of;
  }

  /**
   * Begins an exchange, the only one or one of several.
   *
   * @param unlogged further headers of the request
   * @param tunnels whether another protocol may follow the head of the answer
   */
  void exchanges(CallDeadline of, Map<String, String> unlogged, boolean tunnels)
      throws IOException {
    SocketHolder holder = getSocketHolder();
    if (holder != null) {
      of.guards(holder.getBaseSocket());
    }
    this.deadline = of;
    this.unlogged = unlogged;
    this.tunnels = tunnels;
    this.received = 0;
    this.delivered = 0;
  }

  @Override
  public void sendRequestHeader(ClassicHttpRequest request) throws HttpException, IOException {
    unlogged.forEach(request::setHeader);
    try {
      super.sendRequestHeader(request);
    } finally {
      unlogged.keySet().forEach(request::removeHeaders);
    }
  }

  @Override
  public void bind(Socket socket) throws IOException {
    deadline.guards(socket);
    bind(new Holder(socket));
  }

  @Override
  public void bind(SSLSocket secure, Socket socket) throws IOException {
    deadline.guards(socket);
    bind(new Holder(secure, socket));
  }

  @Override
  protected void bind(SocketHolder holder) throws IOException {
    super.bind(holder);
    socketTimeout = Timeout.ofMilliseconds(holder.getSocket().getSoTimeout());
  }

  @Override
  public Socket getSocket() {
    SocketHolder holder = getSocketHolder();
    return holder == null ? null : holder.getSocket();
  }

  @Override
  public void setSocketTimeout(Timeout timeout) {
    super.setSocketTimeout(timeout);
    socketTimeout = timeout;
  }

  @Override
  public void passivate() {
    super.setSocketTimeout(Timeout.ZERO_MILLISECONDS);
  }

  @Override
  public void activate() {
    super.setSocketTimeout(socketTimeout);
  }

  @Override
  public void close() throws IOException {
    try {
      super.close();
    } finally {
      over();
    }
  }

  @Override
  public void close(CloseMode mode) {
    try {
      super.close(mode);
    } finally {
      over();
    }
  }

  private void over() {
    unlogged = Map.of();
    if (deadline != null) {
      deadline.over();
    }
  }

  private void check() throws IOException {
    if (deadline.isExpired()) {
      throw deadline.explained(new MessageConstraintException("too slow"));
    }
    if (received - delivered > LONGEST_HEAD + delivered) {
      throw new MessageConstraintException(
          delivered == 0
              ? "the head of the answer is longer than 64 KiB"
              : "the answer has more chunk sizes, extensions and trailers than body");
    }
  }

  @Override
  protected InputStream createContentInputStream(
      long length, SessionInputBuffer buffer, InputStream in) {
    return new Body(super.createContentInputStream(length, buffer, in));
  }

  /** The streams of a socket, of what is in TLS where there is TLS. */
  private final class Holder extends SocketHolder {
    private Holder(Socket socket) {
      super(socket);
    }

    private Holder(SSLSocket secure, Socket socket) {
      super(secure, socket);
    }

    @Override
    protected InputStream getInputStream(Socket socket) throws IOException {
      return new Received(super.getInputStream(socket));
    }

    @Override
    protected OutputStream getOutputStream(Socket socket) throws IOException {
      return new Sent(super.getOutputStream(socket));
    }
  }

  private final class Received extends FilterInputStream {
    private Received(InputStream in) {
      super(in);
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      check();
      // What was read too far would pass for what comes through the tunnel, past its TLS.
      int most = tunnels ? Math.min(length, 1) : length;
      try {
        int read = in.read(bytes, offset, most);
        received += Math.max(0, read);
        return read;
      } catch (IOException e) {
        throw deadline.explained(e);
      }
    }
  }

  private final class Sent extends FilterOutputStream {
    private Sent(OutputStream out) {
      super(out);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      try {
        out.write(bytes, offset, length);
      } catch (IOException e) {
        throw deadline.explained(e);
      }
    }
  }

  private final class Body extends FilterInputStream {
    private Body(InputStream in) {
      super(in);
    }

    @Override
    public int read() throws IOException {
      int read = in.read();
      delivered += read < 0 ? 0 : 1;
      return read;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      int read = in.read(bytes, offset, length);
      delivered += Math.max(0, read);
      return read;
    }

    @Override
    public long skip(long count) throws IOException {
      long skipped = in.skip(count);
      delivered += skipped;
      return skipped;
    }
  }
}
