package io.leonardoroutes.jms;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.AttributeKey;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.activemq.artemis.core.remoting.impl.netty.NettyConnection;
import org.apache.activemq.artemis.spi.core.protocol.RemotingConnection;

/**
 * Counts what a connection has sent since its last whole message or command, all of which somebody
 * keeps, and closes it if that is too much.
 */
final class ConnectionGate extends ChannelInboundHandlerAdapter {
  private static final AttributeKey<ConnectionGate> KEY =
      AttributeKey.valueOf(ConnectionGate.class.getName());

  /** What an AMQP message has beside its content, or the acknowledgement of one. */
  private static final int AROUND_A_MESSAGE = 4_096;

  private final long most;
  private final long mostOfAll;
  private final AtomicLong all;
  private final AtomicLong pending = new AtomicLong();

  /**
   * @param most bytes that this connection may have pending
   * @param mostOfAll the same of all connections
   * @param all what they have pending
   */
  ConnectionGate(long most, long mostOfAll, AtomicLong all) {
    this.most = most;
    this.mostOfAll = mostOfAll;
    this.all = all;
  }

  /** The one of a connection from outside. */
  static ConnectionGate of(RemotingConnection connection) {
    return ((NettyConnection) connection.getTransportConnection())
        .getNettyChannel()
        .attr(KEY)
        .get();
  }

  @Override
  public void handlerAdded(ChannelHandlerContext context) {
    context.channel().attr(KEY).set(this);
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object read) {
    int bytes = ((ByteBuf) read).readableBytes();
    if (all.addAndGet(bytes) > mostOfAll | pending.addAndGet(bytes) > most) {
      ((ByteBuf) read).release();
      context.close();
    } else {
      context.fireChannelRead(read);
    }
  }

  /** What came was whole. */
  void whole() {
    all.addAndGet(-pending.getAndSet(0));
  }

  /** A message was whole, and others may not be. */
  void whole(long bytes) {
    long done = bytes + bytes / 10 + AROUND_A_MESSAGE;
    long before = pending.getAndUpdate(now -> Math.max(0, now - done));
    all.addAndGet(-Math.min(before, done));
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    whole();
    context.fireChannelInactive();
  }
}
