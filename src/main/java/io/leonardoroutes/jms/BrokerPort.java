package io.leonardoroutes.jms;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.timeout.ReadTimeoutHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.activemq.artemis.core.remoting.impl.netty.NettyAcceptor;

/**
 * The port of the built-in broker. It hands a connection to the broker once its first bytes show a
 * supported protocol, and closes any other at once; the broker itself would keep it open and wait
 * for more bytes.
 */
final class BrokerPort implements AutoCloseable {
  /** The first bytes of AMQP 1.0, the Artemis core protocol and STOMP. */
  private static final List<String> PROTOCOL_STARTS =
      List.of("AMQP", "ARTEMIS", "CONNECT\n", "CONNECT\r", "STOMP\n", "STOMP\r");

  /** How many bytes the broker itself reads to recognise a protocol. */
  private static final int START_LENGTH = 8;

  private static final int SILENCE_SECONDS = 10;

  /** An AMQP connection may have many incomplete messages at once. */
  private static final int AMQP_SHARE = 8;

  private final EventLoopGroup threads =
      new NioEventLoopGroup(0, new DefaultThreadFactory("leonardo-jms-port", true));
  private final NettyAcceptor broker;
  private final long limit;
  private final PendingBytes pending;
  private final Channel listening;

  /**
   * Opens the port.
   *
   * @param limit bytes of incomplete messages that a connection may have pending
   */
  BrokerPort(String host, int port, NettyAcceptor broker, long limit) {
    this.broker = broker;
    this.limit = limit;
    this.pending = new PendingBytes(Math.max(2 * limit, Runtime.getRuntime().maxMemory() / 8));
    try {
      listening =
          new ServerBootstrap()
              .group(threads)
              .channel(NioServerSocketChannel.class)
              .childHandler(
                  new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                      channel
                          .pipeline()
                          .addLast(new ReadTimeoutHandler(SILENCE_SECONDS), new ProtocolDetector());
                    }
                  })
              .bind(host, port)
              .syncUninterruptibly()
              .channel();
    } catch (RuntimeException e) {
      threads.shutdownGracefully(0, 0, TimeUnit.SECONDS);
      throw e;
    }
  }

  /** Recognises the protocol of a connection by its first bytes. */
  private final class ProtocolDetector extends ByteToMessageDecoder {
    @Override
    protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out) {
      String start =
          in.toString(
              in.readerIndex(),
              Math.min(START_LENGTH, in.readableBytes()),
              StandardCharsets.ISO_8859_1);
      if (PROTOCOL_STARTS.stream().noneMatch(b -> start.startsWith(b) || b.startsWith(start))) {
        in.skipBytes(in.readableBytes());
        context.close();
      } else if (start.length() == START_LENGTH) {
        context.pipeline().remove(ReadTimeoutHandler.class);
        long share = start.startsWith("AMQP") ? AMQP_SHARE * limit : limit;
        context.pipeline().addLast(new ConnectionGate(share, pending));
        broker.transfer(context.channel());
        context.pipeline().remove(this);
      }
    }

    /** A timeout, a broken connection or a broker that is stopping: nothing worth a log line. */
    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable why) {
      context.close();
    }
  }

  @Override
  public void close() {
    listening.close().syncUninterruptibly();
    threads.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
  }
}
