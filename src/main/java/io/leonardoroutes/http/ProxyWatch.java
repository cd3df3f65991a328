package io.leonardoroutes.http;

/** Listener for the outcome of calls through proxies. */
public interface ProxyWatch {
  /** The proxy cannot be reached, or wants another user or password. */
  void proxyDown(HttpProxy proxy, String why, boolean asksForPassword);

  /**
   * The proxy can be reached, but not the target through it.
   *
   * @param way names the target and the proxy, for the log
   */
  void targetUnreachable(String way, String why);

  /** The call got through to its target. */
  void succeeded(HttpProxy proxy, String way);
}
