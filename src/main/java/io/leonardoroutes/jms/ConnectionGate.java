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
final class ConnectionGate extends ChannelInboundHandlerAdapter implements PendingBytes.Sender {
  private static final AttributeKey<ConnectionGate> KEY =
      AttributeKey.valueOf(ConnectionGate.class.getName());

  /** Bytes allowed for the headers and framing of one AMQP message, or for its acknowledgement. */
  private static final int MESSAGE_OVERHEAD = 4_096;

  private final long limit;
  private final PendingBytes all;
  private volatile ChannelHandlerContext context;
  private volatile boolean closed;
  private final AtomicLong pending = new AtomicLong();

  /**
   * @param limit bytes that this connection may have pending
   * @param all what all connections together have pending
   */
  ConnectionGate(long limit, PendingBytes all) {
    this.limit = all.share(limit);
    this.all = all;
  }

  /** The gate of a connection; only connections from outside this JVM have one. */
  static ConnectionGate of(RemotingConnection connection) {
    return ((NettyConnection) connection.getTransportConnection())
        .getNettyChannel()
        .attr(KEY)
        .get();
  }

  @Override
  public void handlerAdded(ChannelHandlerContext added) {
    context = added;
    added.channel().attr(KEY).set(this);
    all.opened(this);
  }

  @Override
  public long pending() {
    return pending.get();
  }

  /** Closes the connection; what it still sends is dropped. Called by any thread. */
  @Override
  public void close() {
    closed = true;
    all.closed(this);
    completed();
    context.close();
  }

  @Override
  public void channelRead(ChannelHandlerContext reading, Object read) {
    int bytes = ((ByteBuf) read).readableBytes();
    all.add(bytes);
    if (pending.addAndGet(bytes) > limit) {
      close();
    } else {
      all.enforce();
    }
    if (closed) {
      ((ByteBuf) read).release();
      completed();
    } else {
      reading.fireChannelRead(read);
    }
  }

  /** Everything received so far was complete. */
  void completed() {
    all.add(-pending.getAndSet(0));
  }

  /** One message of this many bytes was complete; others on the connection may not be. */
  void completed(long bytes) {
    long done = bytes + bytes / 10 + MESSAGE_OVERHEAD;
    long before = pending.getAndUpdate(now -> Math.max(0, now - done));
    all.add(-Math.min(before, done));
  }

  @Override
  public void channelInactive(ChannelHandlerContext inactive) {
    all.closed(this);
    completed();
    inactive.fireChannelInactive();
  }
}
