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
 * An HTTP answer of the provider, read completely within limits on size and time. API keys that the
 * answer may have echoed are removed.
 *
 * @param status 0 if there was no answer
 * @param body the part before the failure, if reading failed
 * @param failure why the body could not be read completely; null if it was
 */
public record ProviderResponse(int status, String retryAfter, String body, IOException failure) {
  private static final int LONGEST = 1024 * 1024;
  private static final int LONGEST_LIST = 16 * LONGEST;
  private static final String TOO_LONG = "the answer is longer than %s MiB";

  /**
   * To be called before the call: turns off Camel's own decompression, whose stream would hide the
   * connection, so that {@link #abandon} could not close it.
   */
  public static void keepCompressed(Exchange exchange) {
    exchange.setProperty(Exchange.SKIP_GZIP_ENCODING, true);
  }

  public static ProviderResponse of(Exchange exchange, LeonardoSettings settings) {
    return of(exchange, settings, LONGEST);
  }

  /** The same, of an answer that lists much. */
  public static ProviderResponse ofList(Exchange exchange, LeonardoSettings settings) {
    return of(exchange, settings, LONGEST_LIST);
  }

  private static ProviderResponse of(Exchange exchange, LeonardoSettings settings, int most) {
    Message message = exchange.getMessage();
    Integer status = message.getHeader(Exchange.HTTP_RESPONSE_CODE, 0, Integer.class);
    String retryAfter = message.getHeader("Retry-After", String.class);
    String encoding = message.getHeader(Exchange.CONTENT_ENCODING, String.class);
    message.removeHeaders("*");
    ByteArrayOutputStream text = new ByteArrayOutputStream();
    IOException failure = null;
    try {
      read(message.getBody(), encoding, settings.provider().responseTimeout(), most, text);
    } catch (IOException e) {
      failure = e;
    } finally {
      abandon(message.getBody());
    }
    String body = settings.accounts().withoutKeys(text.toString(StandardCharsets.UTF_8));
    return new ProviderResponse(status, retryAfter, body, failure);
  }

  private static void read(
      Object body, String encoding, Duration longest, int most, ByteArrayOutputStream text)
      throws IOException {
    if (!(body instanceof InputStream in)) {
      text.writeBytes(
          body == null ? new byte[0] : body.toString().getBytes(StandardCharsets.UTF_8));
      return;
    }
    long deadline = System.nanoTime() + longest.toNanos();
    byte[] piece = new byte[8192];
    InputStream plain = GZIPHelper.uncompressGzip(encoding, new CompressedInput(in, most));
    for (int n = plain.read(piece); n >= 0; n = plain.read(piece)) {
      text.write(piece, 0, n);
      if (text.size() > most) {
        throw new IOException(TOO_LONG.formatted(most / LONGEST));
      }
      if (System.nanoTime() > deadline) {
        throw new IOException("the answer never ended");
      }
    }
  }

  /** Bounds the compressed bytes too: an endless gzip stream may decompress to nothing. */
  private static final class CompressedInput extends FilterInputStream {
    private final int most;
    private int bytes;

    private CompressedInput(InputStream in, int most) {
      super(in);
      this.most = most;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] piece, int offset, int length) throws IOException {
      if (bytes > most) {
        throw new IOException(TOO_LONG.formatted(most / LONGEST));
      }
      int read = in.read(piece, offset, length);
      bytes += Math.max(0, read);
      return read;
    }
  }

  /**
   * Closes the connection at once. A plain close would first read the rest of the body, which may
   * be endless.
   */
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
