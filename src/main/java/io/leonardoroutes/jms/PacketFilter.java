package io.leonardoroutes.jms;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.activemq.artemis.api.core.Interceptor;
import org.apache.activemq.artemis.core.protocol.core.Packet;
import org.apache.activemq.artemis.core.protocol.core.impl.ChannelImpl.CHANNEL_ID;
import org.apache.activemq.artemis.core.protocol.core.impl.PacketImpl;
import org.apache.activemq.artemis.core.protocol.core.impl.wireformat.SessionSendContinuationMessage;
import org.apache.activemq.artemis.core.remoting.impl.invm.InVMConnection;
import org.apache.activemq.artemis.spi.core.protocol.RemotingConnection;

/**
 * Lets nothing of the Artemis core protocol in that a client of a single broker does not say.
 * Brokers say more to each other, and some of it before anybody is asked for a name: take over a
 * session (CVE-2026-57967), make a queue (CVE-2026-49362), become a part of a cluster.
 */
final class PacketFilter implements Interceptor {
  private final long most;
  private final Map<String, Long> growing = new ConcurrentHashMap<>();

  /**
   * @param most bytes that a message may have that comes in pieces
   */
  PacketFilter(long most) {
    this.most = most;
  }

  @Override
  public boolean intercept(Packet packet, RemotingConnection connection) {
    if (connection.getTransportConnection() instanceof InVMConnection) {
      return true;
    }
    if (isOfClients(packet.getChannelID(), packet.getType()) && !isTooLong(packet, connection)) {
      ConnectionGate.of(connection).whole();
      return true;
    }
    connection.getTransportConnection().close();
    return false;
  }

  private static boolean isOfClients(long channel, byte type) {
    if (channel == CHANNEL_ID.PING.id) {
      return type == PacketImpl.PING
          || type == PacketImpl.SUBSCRIBE_TOPOLOGY
          || type == PacketImpl.SUBSCRIBE_TOPOLOGY_V2;
    }
    if (channel == CHANNEL_ID.SESSION.id) {
      return type == PacketImpl.CREATESESSION
          || type == PacketImpl.CREATESESSION_V2
          || type == PacketImpl.CHECK_FOR_FAILOVER;
    }
    return channel >= CHANNEL_ID.USER.id;
  }

  /** It would be written to the disk before anybody looks at it, however long it gets. */
  private boolean isTooLong(Packet packet, RemotingConnection connection) {
    if (!(packet instanceof SessionSendContinuationMessage piece)) {
      return false;
    }
    String message = connection.getID() + " " + packet.getChannelID();
    if (!growing.containsKey(message)) {
      connection.addCloseListener(() -> growing.remove(message));
    }
    long length = growing.merge(message, (long) piece.getBody().length, Long::sum);
    if (!piece.isContinues()) {
      growing.put(message, 0L);
    }
    return length > most;
  }
}
