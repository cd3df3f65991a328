package io.leonardoroutes.http;

import java.io.IOException;
import org.apache.hc.client5.http.HttpRoute;
import org.apache.hc.client5.http.io.ConnectionEndpoint;
import org.apache.hc.client5.http.io.HttpClientConnectionManager;
import org.apache.hc.client5.http.io.LeaseRequest;
import org.apache.hc.core5.http.protocol.HttpContext;
import org.apache.hc.core5.io.CloseMode;
import org.apache.hc.core5.util.TimeValue;
import org.apache.hc.core5.util.Timeout;

/**
 * Connections that outlive an {@link Error} in one call, such as an OutOfMemoryError. HttpClient
 * shuts all of them down for good then, so that each later create would fail and be in doubt.
 */
record LastingConnections(HttpClientConnectionManager connections)
    implements HttpClientConnectionManager {
  @Override
  public LeaseRequest lease(String id, HttpRoute route, Timeout timeout, Object state) {
    return connections.lease(id, route, timeout, state);
  }

  @Override
  public void release(ConnectionEndpoint endpoint, Object state, TimeValue validity) {
    connections.release(endpoint, state, validity);
  }

  @Override
  public void connect(ConnectionEndpoint endpoint, TimeValue timeout, HttpContext context)
      throws IOException {
    connections.connect(endpoint, timeout, context);
  }

  @Override
  public void upgrade(ConnectionEndpoint endpoint, HttpContext context) throws IOException {
    connections.upgrade(endpoint, context);
  }

  /** A client that is closed does so gracefully, and immediately only after an Error. */
  @Override
  public void close(CloseMode mode) {
    if (mode == CloseMode.GRACEFUL) {
      connections.close(mode);
    }
  }

  @Override
  public void close() throws IOException {
    connections.close();
  }
}
