package io.leonardoroutes.problem;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;

/**
 * Reads the body of an untrusted message as text: limits its size and requires UTF-8.
 *
 * <p>The route must have stream caching off: otherwise Camel would read the whole stream, however
 * long, before the first step.
 */
public final class BodyText implements Processor {
  private static final String BYTE_ORDER_MARK = "\uFEFF";

  private final int most;
  private final String ifEmpty;

  /**
   * @param most the largest body that is taken, in bytes
   */
  public BodyText(int most) {
    this(most, null);
  }

  private BodyText(int most, String ifEmpty) {
    this.most = most;
    this.ifEmpty = ifEmpty;
  }

  /** For calls that need no body: an empty one is an empty JSON object. */
  public static BodyText optional(int most) {
    return new BodyText(most, "{}");
  }

  /**
   * Replaces the body (a stream, bytes, a text, or anything that Camel converts to a stream) with
   * its text.
   *
   * @throws RequestRejected 413 when it is too large, 400 when it is empty or not UTF-8
   */
  @Override
  public void process(Exchange exchange) throws IOException {
    Object body = exchange.getMessage().getBody();
    String text =
        unmarked(
            body instanceof String given
                ? bounded(given)
                : decoded(body instanceof byte[] given ? given : bytes(exchange, body)));
    if (text.isBlank() && ifEmpty == null) {
      throw empty();
    }
    exchange.getMessage().setBody(text.isBlank() ? ifEmpty : text);
  }

  /**
   * The text of bytes whose number is bounded already.
   *
   * @throws RequestRejected 400 when it is empty or not UTF-8
   */
  public static String of(byte[] bytes) {
    String text = unmarked(new BodyText(bytes.length).decoded(bytes));
    if (text.isBlank()) {
      throw empty();
    }
    return text;
  }

  private static String unmarked(String text) {
    return text.startsWith(BYTE_ORDER_MARK) ? text.substring(1) : text;
  }

  private byte[] bytes(Exchange exchange, Object body) throws IOException {
    InputStream stream = exchange.getMessage().getBody(InputStream.class);
    if (stream == null) {
      return new byte[0];
    }
    try {
      return stream.readNBytes(most + 1);
    } finally {
      // a stream that was the body belongs to whoever set it
      if (stream != body) {
        stream.close();
      }
    }
  }

  private String decoded(byte[] bytes) {
    if (bytes.length > most) {
      throw tooLarge(most);
    }
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      throw notUtf8();
    }
  }

  private String bounded(String text) {
    try {
      // each character is at least one byte, so a text that is too long need not be encoded
      if (text.length() > most
          || StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(text)).remaining() > most) {
        throw tooLarge(most);
      }
      return text;
    } catch (CharacterCodingException e) {
      throw notUtf8();
    }
  }

  /**
   * The rejection (413) of a body that is too large.
   *
   * @param most the largest body that is taken, in bytes
   */
  public static RequestRejected tooLarge(int most) {
    return new RequestRejected(
        413,
        "too-large",
        "The request is too large",
        "the request is larger than " + most + " bytes: shorten it");
  }

  private static RequestRejected empty() {
    return new RequestRejected(
        400,
        "empty",
        "The request is empty",
        "there is no text in the request: a JSON object is needed");
  }

  private static RequestRejected notUtf8() {
    return new RequestRejected(
        400,
        "not-utf-8",
        "The request is not UTF-8",
        "the request is not UTF-8 text: save it as UTF-8");
  }
}
