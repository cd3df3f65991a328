package io.leonardoroutes.http;

/** Is told how calls through proxies go. */
public interface ProxyWatch {
  /** The proxy is not there, or asks for another user or password. */
  void away(HttpProxy proxy, String why, boolean asksForPassword);

  /**
   * The proxy is there, and leads nowhere.
   *
   * @param way to the host that was called, through the proxy
   */
  void closed(String way, String why);

  /** The call got through. */
  void open(HttpProxy proxy, String way);
}
