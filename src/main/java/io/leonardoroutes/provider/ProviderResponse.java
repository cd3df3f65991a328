package io.leonardoroutes.provider;

import io.leonardoroutes.flow.LeonardoSettings;
import java.io.ByteArrayOutputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.support.GZIPHelper;
import org.apache.hc.core5.http.io.EofSensorInputStream;

/**
 * An HTTP answer of the provider, read whole, bounded in bytes and time, and without the key that
 * it may have echoed.
 *
 * @param status 0 if there was none
 * @param body what came before the failure, if it failed
 * @param failure why it could not be read to its end, or null
 */
public record ProviderResponse(int status, String retryAfter, String body, IOException failure) {
  private static final int LONGEST = 1024 * 1024;
  private static final String TOO_LONG = "the answer is longer than 1 MiB";

  /**
   * To be said before the call: Camel would put between us and the connection what cannot let go.
   */
  public static void asItComes(Exchange exchange) {
    exchange.setProperty(Exchange.SKIP_GZIP_ENCODING, true);
  }

  public static ProviderResponse of(Exchange exchange, LeonardoSettings settings) {
    Message message = exchange.getMessage();
    Integer status = message.getHeader(Exchange.HTTP_RESPONSE_CODE, 0, Integer.class);
    String retryAfter = message.getHeader("Retry-After", String.class);
    String encoding = message.getHeader(Exchange.CONTENT_ENCODING, String.class);
    message.removeHeaders("*");
    ByteArrayOutputStream text = new ByteArrayOutputStream();
    IOException failure = null;
    try {
      read(message.getBody(), encoding, settings.provider().responseTimeout(), text);
    } catch (IOException e) {
      failure = e;
    } finally {
      abandon(message.getBody());
    }
    String body = settings.accounts().withoutKeys(text.toString(StandardCharsets.UTF_8));
    return new ProviderResponse(status, retryAfter, body, failure);
  }

  private static void read(
      Object body, String encoding, Duration longest, ByteArrayOutputStream text)
      throws IOException {
    if (!(body instanceof InputStream in)) {
      text.writeBytes(
          body == null ? new byte[0] : body.toString().getBytes(StandardCharsets.UTF_8));
      return;
    }
    long deadline = System.nanoTime() + longest.toNanos();
    byte[] piece = new byte[8192];
    InputStream plain = GZIPHelper.uncompressGzip(encoding, new Packed(in));
    for (int n = plain.read(piece); n >= 0; n = plain.read(piece)) {
      text.write(piece, 0, n);
      if (text.size() > LONGEST) {
        throw new IOException(TOO_LONG);
      }
      if (System.nanoTime() > deadline) {
        throw new IOException("the answer never ended");
      }
    }
  }

  /** What is packed can be endless and unpack to nothing. */
  private static final class Packed extends FilterInputStream {
    private int bytes;

    private Packed(InputStream in) {
      super(in);
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] piece, int offset, int length) throws IOException {
      if (bytes > LONGEST) {
        throw new IOException(TOO_LONG);
      }
      int read = in.read(piece, offset, length);
      bytes += Math.max(0, read);
      return read;
    }
  }

  /** Closes the connection at once; a plain close would first read what is left, without end. */
  public static void abandon(Object body) {
    try {
      if (body instanceof EofSensorInputStream connected) {
        connected.abort();
      } else if (body instanceof InputStream in) {
        in.close();
      }
    } catch (IOException closed) {
      return;
    }
  }
}
