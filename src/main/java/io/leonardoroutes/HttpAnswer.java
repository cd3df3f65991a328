package io.leonardoroutes;

import java.io.ByteArrayOutputStream;
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
record HttpAnswer(int status, String retryAfter, String body, IOException failure) {
  private static final int LONGEST = 1024 * 1024;

  /**
   * To be said before the call: Camel would put between us and the connection what cannot let go.
   */
  static void asItComes(Exchange exchange) {
    exchange.setProperty(Exchange.SKIP_GZIP_ENCODING, true);
  }

  static HttpAnswer of(Exchange exchange, Settings settings) {
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
    }
    String body = settings.accounts().withoutKeys(text.toString(StandardCharsets.UTF_8));
    return new HttpAnswer(status, retryAfter, body, failure);
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
    InputStream plain = GZIPHelper.uncompressGzip(encoding, in);
    for (int n = plain.read(piece); n >= 0; n = plain.read(piece)) {
      text.write(piece, 0, n);
      if (text.size() > LONGEST || System.nanoTime() > deadline) {
        abandon(in);
        throw new IOException(
            text.size() > LONGEST ? "the answer is longer than 1 MiB" : "the answer never ended");
      }
    }
  }

  /** Closes the connection at once; a plain close would first read what is left. */
  static void abandon(InputStream in) throws IOException {
    if (in instanceof EofSensorInputStream connected) {
      connected.abort();
    } else {
      in.close();
    }
  }
}
