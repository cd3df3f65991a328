package io.leonardoroutes.http;

import java.net.ConnectException;

/** A proxy did not let a call through: nothing of its request left. */
public final class ProxyConnectException extends ConnectException {
  private static final long serialVersionUID = 1L;

  ProxyConnectException(String message, Exception cause) {
    super(message);
    initCause(cause);
  }
}
