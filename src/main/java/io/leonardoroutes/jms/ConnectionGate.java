package io.leonardoroutes.jms;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.AttributeKey;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.activemq.artemis.core.remoting.impl.netty.NettyConnection;
import org.apache.activemq.artemis.spi.core.protocol.RemotingConnection;

/**
 * Closes a connection to the built-in broker that sends too many bytes without completing a message
 * or command. The broker buffers those bytes, so without a bound they could fill the heap.
 */
final class ConnectionGate extends ChannelInboundHandlerAdapter {
  private static final AttributeKey<ConnectionGate> KEY =
      AttributeKey.valueOf(ConnectionGate.class.getName());

  /** Bytes allowed for the headers and framing of one AMQP message, or for its acknowledgement. */
  private static final int MESSAGE_OVERHEAD = 4_096;

  private final long limit;
  private final long totalLimit;
  private final AtomicLong totalPending;
  private final AtomicLong pending = new AtomicLong();

  /**
   * @param limit bytes that this connection may have pending
   * @param totalLimit bytes that all connections together may have pending
   * @param totalPending bytes that all connections together have pending now
   */
  ConnectionGate(long limit, long totalLimit, AtomicLong totalPending) {
    this.limit = limit;
    this.totalLimit = totalLimit;
    this.totalPending = totalPending;
  }

  /** The gate of a connection; only connections from outside this JVM have one. */
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
    if (totalPending.addAndGet(bytes) > totalLimit | pending.addAndGet(bytes) > limit) {
      ((ByteBuf) read).release();
      context.close();
    } else {
      context.fireChannelRead(read);
    }
  }

  /** Everything received so far was complete. */
  void completed() {
    totalPending.addAndGet(-pending.getAndSet(0));
  }

  /** One message of this many bytes was complete; others on the connection may not be. */
  void completed(long bytes) {
    long done = bytes + bytes / 10 + MESSAGE_OVERHEAD;
    long before = pending.getAndUpdate(now -> Math.max(0, now - done));
    totalPending.addAndGet(-Math.min(before, done));
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    completed();
    context.fireChannelInactive();
  }
}
