package io.leonardoroutes.http;

import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.apache.hc.core5.http.HttpHost;

/**
 * A proxy that is reached over plain HTTP, and through which HTTPS is tunnelled.
 *
 * @param authorization the value of {@code Proxy-Authorization}; null for none
 */
public record HttpProxy(String host, int port, String authorization) {
  private static final String FORM = "http://[user:password@]host:port";
  private static final int DEFAULT_PORT = 80;

  /**
   * Parses {@code http://[user:password@]host:port}. The scheme may be left out; the default port
   * is 80. Reserved characters in user and password are percent-encoded, as {@code %40} for
   * {@code @}.
   *
   * @throws IllegalArgumentException for anything else; its message does not contain the text,
   *     which may hold a password
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
            NoProxy.withoutBrackets(uri.getHost()),
            uri.getPort() == -1 ? DEFAULT_PORT : uri.getPort(),
            basic(uri.getRawUserInfo()));
      }
    } catch (URISyntaxException e) {
      // reported below
    }
    throw new IllegalArgumentException("not " + FORM);
  }

  private static String basic(String userInfo) {
    if (userInfo == null) {
      return null;
    }
    // A plus stays a plus: URLDecoder would read it as a space, as in forms.
    String decoded = URLDecoder.decode(userInfo.replace("+", "%2B"), StandardCharsets.UTF_8);
    String both = userInfo.contains(":") ? decoded : decoded + ":";
    return "Basic " + Base64.getEncoder().encodeToString(both.getBytes(StandardCharsets.UTF_8));
  }

  HttpHost address() {
    return new HttpHost("http", host, port);
  }

  /** Host and port; contains no secret. */
  @Override
  public String toString() {
    return address().toHostString();
  }
}
