package io.leonardoroutes.leonardo;

import java.io.IOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.apache.hc.client5.http.ConnectTimeoutException;
import org.apache.hc.core5.http.ConnectionRequestTimeoutException;

/**
 * Tells whether an exception proves that no byte of a request left.
 *
 * <p>The outermost {@link IOException} decides. What lies under it is its history and may belong to
 * an earlier attempt; what lies around it is only wrapping.
 */
final class NotSentCheck {
  private static final int DEEPEST = 32;

  /** Raised only while a connection is sought or made, by JDK 17 and by HttpClient 5. */
  private static final List<Class<? extends IOException>> BEFORE_THE_REQUEST =
      List.of(
          UnknownHostException.class,
          ConnectException.class,
          NoRouteToHostException.class,
          ConnectTimeoutException.class,
          ConnectionRequestTimeoutException.class,
          SSLPeerUnverifiedException.class);

  static boolean isCertain(Throwable failure) {
    return decisive(failure) instanceof IOException io
        && (BEFORE_THE_REQUEST.stream().anyMatch(type -> type.isInstance(io))
            || isOfTheFirstHandshake(io));
  }

  /** The outermost IOException, else the innermost cause. */
  static Throwable decisive(Throwable failure) {
    Throwable at = failure;
    for (int depth = 0; depth < DEEPEST; depth++) {
      if (at instanceof IOException || at.getCause() == null) {
        return at;
      }
      at = at.getCause();
    }
    return at;
  }

  /**
   * With TLS 1.3 the peer's alert on a handshake can come after the request was written, and is an
   * SSLHandshakeException all the same. It is certain only where {@code SSLSocket.startHandshake}
   * raised it.
   */
  private static boolean isOfTheFirstHandshake(IOException failure) {
    return Arrays.stream(failure.getStackTrace())
        .anyMatch(frame -> frame.getMethodName().equals("startHandshake"));
  }

  private NotSentCheck() {}
}
