package io.leonardoroutes;

import io.leonardoroutes.ledger.Engine;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.camel.CamelContext;
import org.apache.camel.Endpoint;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.component.seda.SedaEndpoint;
import org.apache.camel.main.Main;
import org.apache.camel.spi.EndpointStrategy;
import org.apache.camel.support.ScheduledPollEndpoint;

/**
 * A plain camel-main application that has leonardo-routes on its class path, in this JVM: the
 * shipped route files, a real ledger file, and ports of its own. Start it with the settings that
 * matter; everything stays in one folder.
 */
public final class App implements AutoCloseable {
  /** A loop that goes round every ten hours is one that a test does not want to run at all. */
  private static final long NEVER = Duration.ofHours(10).toMillis();

  private static final int FIRST_PORT = 10_000;
  private static final int PORTS = 20_000;
  private static final AtomicLong NEXT_PORT = new AtomicLong(ProcessHandle.current().pid() * 499);

  private final Main main = new Main();
  private final Map<String, String> settings = new HashMap<>();

  private App(Path folder) {
    with("leonardo.data", folder.resolve("data").toString());
    with("leonardo.api-key", "test-key");
    with("leonardo.tick", "20ms");
    with("leonardo.file.settle", "1ms");
    with("leonardo.submit.probe", "0s");
    with("leonardo.track.first", "50ms");
    with("leonardo.track.every", "50ms");
    with("leonardo.rest.port", String.valueOf(freePort()));
    with("leonardo.management.enabled", "false");
    with("leonardo.file.enabled", "false");
    with("leonardo.rest.enabled", "false");
    with("leonardo.jms.enabled", "false");
    bind("hurry", (EndpointStrategy) App::hurry);
  }

  /**
   * Else every loop begins after a second, however short or long it is, and every queue ends after
   * some.
   */
  private static Endpoint hurry(String uri, Endpoint endpoint) {
    if (endpoint instanceof ScheduledPollEndpoint loop) {
      long delay = loop.getDelay();
      loop.setInitialDelay(delay >= NEVER ? delay : Math.min(loop.getInitialDelay(), delay));
    } else if (endpoint instanceof SedaEndpoint queue) {
      queue.setPollTimeout(20);
    }
    return endpoint;
  }

  /** With every intake off; turn on what the test is about. */
  public static App in(Path folder) {
    return new App(folder);
  }

  public App with(String key, String value) {
    settings.put(key, value);
    return this;
  }

  /** The scripted provider, and the host that its videos come from. */
  public App at(Provider provider) {
    return with("leonardo.base-url", provider.baseUrl())
        .with("leonardo.download.hosts", provider.host());
  }

  public App bind(String name, Object bean) {
    main.bind(name, bean);
    return this;
  }

  /** For routes of the application's own, and for what the test changes in ours. */
  public Main main() {
    return main;
  }

  public App start() throws Exception {
    if (!settings.containsKey("leonardo.ledger.url") && !settings.containsKey("leonardo.sandbox")) {
      Engine.emptyLedgerFile(data().resolve("ledger.db"));
    }
    settings.forEach(main::addInitialProperty);
    try {
      main.start();
      return this;
    } catch (Exception e) {
      close();
      throw e;
    }
  }

  public CamelContext context() {
    return main.getCamelContext();
  }

  public ProducerTemplate template() {
    try {
      return main.getCamelTemplate();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  public String rest() {
    return "http://127.0.0.1:" + settings.get("leonardo.rest.port");
  }

  /** Where operators ask, from now on. */
  public String managed() {
    with("leonardo.management.enabled", "true");
    settings.computeIfAbsent("leonardo.management.port", key -> String.valueOf(freePort()));
    return "http://127.0.0.1:" + settings.get("leonardo.management.port");
  }

  public Path data() {
    return Path.of(settings.get("leonardo.data"));
  }

  public Path inbox() {
    return data().resolve("inbox");
  }

  public Path outbox() {
    return data().resolve("outbox");
  }

  /**
   * Free, and likely to stay so until it is used, or used again: it lies below the ports that the
   * system gives to any socket that asks for none, and each JVM begins at another one.
   */
  public static int freePort() {
    while (true) {
      int port = FIRST_PORT + (int) (NEXT_PORT.getAndIncrement() % PORTS);
      try (ServerSocket probe = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
        return probe.getLocalPort();
      } catch (IOException taken) {
        // the next one, then
      }
    }
  }

  @Override
  public void close() {
    try {
      main.stop();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }
}
