package io.leonardoroutes.http;

import java.net.ConnectException;

/** Thrown when a call fails at the proxy; nothing of the request was sent to the target. */
public final class ProxyConnectException extends ConnectException {
  private static final long serialVersionUID = 1L;

  ProxyConnectException(String message, Exception cause) {
    super(message);
    initCause(cause);
  }
}
