package io.leonardoroutes.jms;

import io.leonardoroutes.health.Outages;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.activemq.artemis.api.core.QueueConfiguration;
import org.apache.activemq.artemis.api.core.RoutingType;
import org.apache.activemq.artemis.api.core.SimpleString;
import org.apache.activemq.artemis.core.paging.PagingStore;
import org.apache.activemq.artemis.core.protocol.stomp.StompFrameInterceptor;
import org.apache.activemq.artemis.core.remoting.impl.invm.InVMConnection;
import org.apache.activemq.artemis.core.remoting.impl.netty.NettyAcceptor;
import org.apache.activemq.artemis.core.server.ActiveMQServer;
import org.apache.activemq.artemis.core.server.files.FileStoreMonitor;
import org.apache.activemq.artemis.core.server.impl.ActiveMQServerImpl;
import org.apache.activemq.artemis.protocol.amqp.broker.AmqpInterceptor;
import org.apache.activemq.artemis.spi.core.protocol.RemotingConnection;

/**
 * The built-in broker. What stops it, as an error of its disk does, does not stop it for good: it
 * is started again on its journal.
 */
final class EmbeddedBroker implements AutoCloseable {
  /** What is said to be away while it does not run, or nobody can connect to it. */
  static final String NAME = "the built-in broker";

  private static final String ROOM = "room on the broker's disk";

  /** What a request may have around it, on its way. */
  private static final long AROUND = 1L << 20;

  private static final long LOOK_MILLIS = 500;
  private static final long LONGEST_PAUSE_MILLIS = 60_000;

  /** Brokers of one JVM need different ones. */
  private static final AtomicInteger NUMBERS = new AtomicInteger(1_000);

  private final ScheduledExecutorService watch =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread thread = new Thread(task, "leonardo-jms-watch");
            thread.setDaemon(true);
            return thread;
          });
  private final String url = "vm://" + NUMBERS.incrementAndGet();
  private final Path folder;
  private final BrokerConfiguration settings;
  private final JmsSettings jms;
  private final Outages outages;
  private final BrokerSecurity security;
  private ActiveMQServerImpl server;
  private volatile String failure;
  private BrokerPort port;
  private long pause = LOOK_MILLIS;
  private boolean closed;

  EmbeddedBroker(Path folder, JmsSettings jms, Outages outages) {
    this.folder = folder;
    this.jms = jms;
    this.outages = outages;
    this.security = new BrokerSecurity(jms);
    this.settings = new BrokerConfiguration(folder, url, jms);
  }

  /** How this program reaches it. */
  String url() {
    return url;
  }

  /** The password of this program. */
  String password() {
    return security.password();
  }

  ActiveMQServer server() {
    return server;
  }

  /** Starts it, and sees to it from now on. */
  synchronized void start() throws Exception {
    open();
    jms.names().whenMore(this::make);
    watch.schedule(this::look, LOOK_MILLIS, TimeUnit.MILLISECONDS);
  }

  private void open() throws Exception {
    failure = "it does not start on its journal in " + folder;
    server = new ActiveMQServerImpl(settings.configuration(), security);
    server.registerActivationFailureListener(why -> failure = String.valueOf(why.getMessage()));
    try {
      server.start();
      if (!server.isActive()) {
        throw new IllegalStateException(failure);
      }
      FileStoreMonitor disk = server.getMonitor();
      disk.addCallback((left, size, enough, type) -> room(outages, left, enough));
      jms.names().ofRequests().forEach(this::make);
      if (jms.open()) {
        openPort();
      }
    } catch (Exception e) {
      stop();
      throw e;
    }
  }

  /** Makes a queue of requests, and the one of what it puts aside, as no caller may. */
  private void make(String queue) {
    String aside = queue + QueueNames.REJECTED;
    server.getAddressSettingsRepository().addMatch(aside, settings.ofQueuesAside());
    for (String name : List.of(queue, aside, QueueNames.DEAD)) {
      try {
        server.createQueue(
            QueueConfiguration.of(name)
                .setRoutingType(RoutingType.ANYCAST)
                .setAutoCreateAddress(true)
                .setAutoDelete(false),
            true);
      } catch (Exception e) {
        throw new IllegalStateException("queue " + name + " cannot be made: " + e.getMessage(), e);
      }
    }
  }

  private void openPort() {
    long most = 4L * jms.limits().maxRequestBytes() + AROUND;
    var remoting = server.getRemotingService();
    remoting.addIncomingInterceptor(new PacketFilter(most));
    remoting.addIncomingInterceptor(
        (StompFrameInterceptor)
            (frame, connection) -> {
              ConnectionGate.of(connection).whole();
              return true;
            });
    AmqpInterceptor whole =
        (message, connection) -> {
          wholeAmqp(message.getEncodeSize(), connection);
          return true;
        };
    remoting.addIncomingInterceptor(whole);
    remoting.addOutgoingInterceptor(whole);
    port =
        new BrokerPort(
            JmsSettings.HOST,
            jms.port(),
            (NettyAcceptor) remoting.getAcceptor(BrokerConfiguration.CALLERS),
            most);
  }

  private static void wholeAmqp(int bytes, RemotingConnection connection) {
    if (!(connection.getTransportConnection() instanceof InVMConnection)) {
      ConnectionGate.of(connection).whole(bytes);
    }
  }

  /** A disk that is too full: senders are refused, and the ledger has the rest of it. */
  static void room(Outages outages, long left, boolean enough) {
    if (enough) {
      outages.reportUp(ROOM);
    } else {
      outages.reportDown(
          ROOM, (left >> 20) + " MiB are left: the built-in broker takes nothing more");
    }
  }

  private synchronized void look() {
    if (closed) {
      return;
    }
    try {
      if (server.getState() == ActiveMQServer.SERVER_STATE.STOPPED) {
        outages.reportDown(NAME, "it has stopped, as it does when it cannot write to its disk");
        stop();
        open();
        outages.reportUp(NAME);
      }
      if (server.isActive()) {
        for (String queue : jms.names().ofRequests()) {
          tellOfFull(queue, "and more are refused");
          tellOfFull(queue + QueueNames.REJECTED, "and what is put aside is lost");
        }
      }
      pause = LOOK_MILLIS;
    } catch (Exception | LinkageError e) {
      pause = Math.min(2 * pause, LONGEST_PAUSE_MILLIS);
      outages.reportDown(NAME, String.valueOf(e.getMessage()));
    }
    watch.schedule(this::look, pause, TimeUnit.MILLISECONDS);
  }

  private void tellOfFull(String queue, String then) throws Exception {
    SimpleString address = SimpleString.of(queue);
    PagingStore store =
        server.getAddressInfo(address) == null
            ? null
            : server.getPagingManager().getPageStore(address);
    if (store != null && store.isPageFull()) {
      outages.reportDown(
          "room in queue " + queue, "it has leonardo.jms.max-bytes of messages, " + then);
    } else {
      outages.reportUp("room in queue " + queue);
    }
  }

  private void stop() throws Exception {
    if (port != null) {
      port.close();
      port = null;
    }
    server.stop();
  }

  @Override
  public void close() throws Exception {
    watch.shutdownNow();
    synchronized (this) {
      closed = true;
      stop();
    }
  }
}
