package io.leonardoroutes.http;

import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.apache.hc.core5.http.HttpHost;

/**
 * A proxy that is called over http, and tunnels what goes to https.
 *
 * @param authorization what it is told in {@code Proxy-Authorization}; null for nothing
 */
public record HttpProxy(String host, int port, String authorization) {
  private static final String FORM = "http://[user:password@]host:port";
  private static final int DEFAULT_PORT = 80;

  /**
   * Reads {@code http://[user:password@]host:port}, where the scheme may be left out and the port
   * is 80 if it is. What stands for itself in no address is encoded, as {@code %40} for {@code @}.
   *
   * @throws IllegalArgumentException for anything else; its message has nothing of the text
   */
  public static HttpProxy parse(String text) {
    try {
      URI uri = new URI(text.contains("://") ? text : "http://" + text).parseServerAuthority();
      String path = uri.getRawPath();
      boolean plain =
          uri.getHost() != null
              && uri.getPort() != 0
              && uri.getPort() <= 65_535
              && (path.isEmpty() || path.equals("/"))
              && uri.getRawQuery() == null
              && uri.getRawFragment() == null;
      if (plain && "http".equalsIgnoreCase(uri.getScheme())) {
        return new HttpProxy(
            NoProxy.bare(uri.getHost()),
            uri.getPort() == -1 ? DEFAULT_PORT : uri.getPort(),
            basic(uri.getRawUserInfo()));
      }
    } catch (URISyntaxException e) {
      // told below
    }
    throw new IllegalArgumentException("not " + FORM);
  }

  private static String basic(String userInfo) {
    if (userInfo == null) {
      return null;
    }
    // A + is one: it is not the address of a form.
    String decoded = URLDecoder.decode(userInfo.replace("+", "%2B"), StandardCharsets.UTF_8);
    String both = userInfo.contains(":") ? decoded : decoded + ":";
    return "Basic " + Base64.getEncoder().encodeToString(both.getBytes(StandardCharsets.UTF_8));
  }

  HttpHost address() {
    return new HttpHost("http", host, port);
  }

  /** Host and port, and nothing that is secret. */
  @Override
  public String toString() {
    return address().toHostString();
  }
}
