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
 * Accepts only those packets of the Artemis core protocol that a client of a single broker sends.
 * The rest is for brokers among themselves, and some of it works before any login: taking over a
 * session (CVE-2026-57967), creating a queue (CVE-2026-49362), joining a cluster.
 */
final class PacketFilter implements Interceptor {
  private final long maxLength;
  private final Map<String, Long> lengths = new ConcurrentHashMap<>();

  /**
   * @param maxLength the longest message that may be sent in several packets, in bytes
   */
  PacketFilter(long maxLength) {
    this.maxLength = maxLength;
  }

  @Override
  public boolean intercept(Packet packet, RemotingConnection connection) {
    if (connection.getTransportConnection() instanceof InVMConnection) {
      return true;
    }
    if (isOfClients(packet.getChannelID(), packet.getType()) && !isTooLong(packet, connection)) {
      ConnectionGate.of(connection).completed();
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

  /** The broker writes such a message to disk as it arrives, with no limit of its own. */
  private boolean isTooLong(Packet packet, RemotingConnection connection) {
    if (!(packet instanceof SessionSendContinuationMessage piece)) {
      return false;
    }
    String message = connection.getID() + " " + packet.getChannelID();
    if (!lengths.containsKey(message)) {
      connection.addCloseListener(() -> lengths.remove(message));
    }
    long length = lengths.merge(message, (long) piece.getBody().length, Long::sum);
    if (!piece.isContinues()) {
      lengths.put(message, 0L);
    }
    return length > maxLength;
  }
}
