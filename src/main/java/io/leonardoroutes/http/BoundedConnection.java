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
 * A connection that bounds everything in an answer except the body: status lines and headers (those
 * of 1xx answers too), chunk sizes and extensions, trailers. It logs nothing of what it carries.
 * The API key is added to a request here and nowhere above, so that nothing else can log it either.
 */
final class BoundedConnection extends DefaultBHttpClientConnection
    implements ManagedHttpClientConnection {
  private static final int LONGEST_HEAD = 64 * 1024;
  private static final Http1Config LINES =
      Http1Config.custom().setMaxLineLength(16 * 1024).setMaxHeaderCount(200).build();

  private CallDeadline deadline;
  private Map<String, String> unloggedHeaders = Map.of();
  private boolean tunnel;
  private Timeout socketTimeout;
  private long received;
  private long delivered;

  BoundedConnection() {
    super(LINES);
  }

  /** Sets the deadline of the call that this connection is opened for. */
  void beginConnect(CallDeadline of) {
    deadline = of;
  }

  /**
   * Begins one exchange of request and answer; a connection can carry several.
   *
   * @param unloggedHeaders further headers of the request, which must not be logged
   * @param tunnel whether TLS may follow directly after the head of the answer
   */
  void beginExchange(CallDeadline of, Map<String, String> unloggedHeaders, boolean tunnel)
      throws IOException {
    SocketHolder holder = getSocketHolder();
    if (holder != null) {
      of.watch(holder.getBaseSocket());
    }
    this.deadline = of;
    this.unloggedHeaders = unloggedHeaders;
    this.tunnel = tunnel;
    this.received = 0;
    this.delivered = 0;
  }

  @Override
  public void sendRequestHeader(ClassicHttpRequest request) throws HttpException, IOException {
    unloggedHeaders.forEach(request::setHeader);
    try {
      super.sendRequestHeader(request);
    } finally {
      unloggedHeaders.keySet().forEach(request::removeHeaders);
    }
  }

  @Override
  public void bind(Socket socket) throws IOException {
    deadline.watch(socket);
    bind(new Holder(socket));
  }

  @Override
  public void bind(SSLSocket secure, Socket socket) throws IOException {
    deadline.watch(socket);
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
      callEnded();
    }
  }

  @Override
  public void close(CloseMode mode) {
    try {
      super.close(mode);
    } finally {
      callEnded();
    }
  }

  private void callEnded() {
    unloggedHeaders = Map.of();
    if (deadline != null) {
      deadline.completed();
    }
  }

  private void check() throws IOException {
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

  /** Wraps the streams of a socket; with TLS, the decrypted ones. */
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
      // Byte by byte: bytes buffered beyond the head would be taken for tunnelled data, past TLS.
      int most = tunnel ? Math.min(length, 1) : length;
      try {
        int read = in.read(bytes, offset, most);
        received += Math.max(0, read);
        return read;
      } catch (IOException e) {
        throw deadline.explain(e);
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
        throw deadline.explain(e);
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
