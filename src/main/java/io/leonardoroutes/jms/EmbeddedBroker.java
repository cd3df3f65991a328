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
 * The built-in broker. If it stops, for example after a disk error, it is started again on the same
 * journal.
 */
final class EmbeddedBroker implements AutoCloseable {
  /** Its name in the log and in the health report while it does not run or cannot be reached. */
  static final String NAME = "the built-in broker";

  private static final String ROOM = "room on the broker's disk";

  /** Bytes allowed for the headers and framing of a request. */
  private static final long REQUEST_OVERHEAD = 1L << 20;

  private static final long CHECK_MILLIS = 500;
  private static final long LONGEST_PAUSE_MILLIS = 60_000;

  /** Numbers for vm:// addresses, which must be unique in a JVM. */
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
  private long pause = CHECK_MILLIS;
  private boolean closed;

  EmbeddedBroker(Path folder, JmsSettings jms, Outages outages) {
    this.folder = folder;
    this.jms = jms;
    this.outages = outages;
    this.security = new BrokerSecurity(jms);
    this.settings = new BrokerConfiguration(folder, url, jms);
  }

  /** The address for connections within this JVM. */
  String url() {
    return url;
  }

  /** The password for connections within this JVM. */
  String password() {
    return security.password();
  }

  ActiveMQServer server() {
    return server;
  }

  /** Starts the broker, and restarts it from now on whenever it stops. */
  synchronized void start() throws Exception {
    open();
    jms.names().onNewRequestQueue(this::createQueues);
    watch.schedule(this::check, CHECK_MILLIS, TimeUnit.MILLISECONDS);
  }

  private void open() throws Exception {
    failure = "it cannot start on its journal in " + folder;
    server = new ActiveMQServerImpl(settings.configuration(), security);
    server.registerActivationFailureListener(why -> failure = String.valueOf(why.getMessage()));
    try {
      server.start();
      if (!server.isActive()) {
        throw new IllegalStateException(failure);
      }
      FileStoreMonitor disk = server.getMonitor();
      disk.addCallback((left, size, enough, type) -> reportDiskSpace(outages, left, enough));
      jms.names().requestQueues().forEach(this::createQueues);
      if (jms.portOpen()) {
        openPort();
      }
    } catch (Exception e) {
      stop();
      throw e;
    }
  }

  /**
   * Creates a request queue and its queue of rejected messages, since callers may create neither.
   */
  private void createQueues(String queue) {
    String rejected = queue + QueueNames.REJECTED;
    server.getAddressSettingsRepository().addMatch(rejected, settings.rejectedQueueSettings());
    for (String name : List.of(queue, rejected, QueueNames.DEAD)) {
      try {
        server.createQueue(
            QueueConfiguration.of(name)
                .setRoutingType(RoutingType.ANYCAST)
                .setAutoCreateAddress(true)
                .setAutoDelete(false),
            true);
      } catch (Exception e) {
        throw new IllegalStateException("cannot create queue " + name + ": " + e.getMessage(), e);
      }
    }
  }

  private void openPort() {
    long maxPending = 4L * jms.limits().maxRequestBytes() + REQUEST_OVERHEAD;
    var remoting = server.getRemotingService();
    remoting.addIncomingInterceptor(new PacketFilter(maxPending));
    remoting.addIncomingInterceptor(
        (StompFrameInterceptor)
            (frame, connection) -> {
              ConnectionGate.of(connection).completed();
              return true;
            });
    AmqpInterceptor completed =
        (message, connection) -> {
          completedAmqp(message.getEncodeSize(), connection);
          return true;
        };
    remoting.addIncomingInterceptor(completed);
    remoting.addOutgoingInterceptor(completed);
    port =
        new BrokerPort(
            JmsSettings.HOST,
            jms.port(),
            (NettyAcceptor) remoting.getAcceptor(BrokerConfiguration.CALLERS),
            maxPending);
  }

  private static void completedAmqp(int bytes, RemotingConnection connection) {
    if (!(connection.getTransportConnection() instanceof InVMConnection)) {
      ConnectionGate.of(connection).completed(bytes);
    }
  }

  /** While the disk is too full, senders are refused: what is left is for the ledger. */
  static void reportDiskSpace(Outages outages, long left, boolean enough) {
    if (enough) {
      outages.reportUp(ROOM);
    } else {
      outages.reportDown(
          ROOM, (left >> 20) + " MiB are left: the built-in broker takes nothing more");
    }
  }

  private synchronized void check() {
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
        for (String queue : jms.names().requestQueues()) {
          reportIfFull(queue, "and more are refused");
          reportIfFull(queue + QueueNames.REJECTED, "and further rejected messages are lost");
        }
      }
      pause = CHECK_MILLIS;
    } catch (Exception | LinkageError e) {
      pause = Math.min(2 * pause, LONGEST_PAUSE_MILLIS);
      outages.reportDown(NAME, String.valueOf(e.getMessage()));
    }
    watch.schedule(this::check, pause, TimeUnit.MILLISECONDS);
  }

  private void reportIfFull(String queue, String then) throws Exception {
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
