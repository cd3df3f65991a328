package io.leonardoroutes.rest;

import io.leonardoroutes.flow.FlowProperties;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.camel.Exchange;
import org.apache.camel.Header;

/** Entity tags (RFC 9110, 8.8.3): an answer that the caller already has is not sent again. */
public final class ETags {
  /**
   * Captures the part of an entity tag that is compared; weak tags match too (RFC 9110, 13.1.2).
   */
  private static final Pattern TAG =
      Pattern.compile("(?:W/)?(\"[\\x21\\x23-\\x7E\\x80-\\xFF]*\")\\s*(?:,|$)");

  private static final int LENGTH = 32;

  /**
   * Turns the body into bytes and sets {@code leonardoETag} to their tag, and {@code
   * leonardoUnchanged} if the caller already has them. The same tag means the same bytes.
   *
   * @param known the caller's tags; null on routes that drop the header
   */
  public void tag(Exchange exchange, @Header("If-None-Match") Object known) {
    if (exchange.getMessage().getBody() instanceof StreamedBody) {
      // The content is not known before it is written.
      return;
    }
    byte[] body = String.valueOf(exchange.getMessage().getBody()).getBytes(StandardCharsets.UTF_8);
    String tag = '"' + hash(body).substring(0, LENGTH) + '"';
    boolean unchanged = has(known, tag);
    exchange.getMessage().setBody(unchanged ? null : body);
    exchange.setProperty(FlowProperties.ETAG, tag);
    exchange.setProperty(FlowProperties.UNCHANGED, unchanged);
  }

  /**
   * Whether an {@code If-None-Match} has this tag.
   *
   * @param header text, several, or null for none
   * @param tag with its quotes
   */
  public static boolean has(Object header, String tag) {
    String known =
        header instanceof List<?> several
            ? several.stream().map(String::valueOf).collect(Collectors.joining(","))
            : String.valueOf(header);
    return known.strip().equals("*")
        || TAG.matcher(known).results().anyMatch(one -> one.group(1).equals(tag));
  }

  private static String hash(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
