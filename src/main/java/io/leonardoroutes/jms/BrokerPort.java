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
import java.util.concurrent.atomic.AtomicLong;
import org.apache.activemq.artemis.core.remoting.impl.netty.NettyAcceptor;

/**
 * The port of the built-in broker. It hands a connection over to the broker once it shows that it
 * speaks what the broker speaks, and closes any other at once: the broker would wait for more.
 */
final class BrokerPort implements AutoCloseable {
  /** How AMQP 1.0, the Artemis core protocol and STOMP begin. */
  private static final List<String> BEGINNINGS =
      List.of("AMQP", "ARTEMIS", "CONNECT\n", "CONNECT\r", "STOMP\n", "STOMP\r");

  /** As many bytes as the broker itself looks at. */
  private static final int BEGINNING = 8;

  private static final int SILENCE_SECONDS = 10;

  /** Over AMQP a connection has many messages at once that are not whole yet. */
  private static final int AMQP_SHARE = 8;

  private final EventLoopGroup threads =
      new NioEventLoopGroup(0, new DefaultThreadFactory("leonardo-jms-port", true));
  private final AtomicLong pending = new AtomicLong();
  private final NettyAcceptor broker;
  private final long most;
  private final long mostOfAll;
  private final Channel listening;

  /**
   * Opens it.
   *
   * @param most bytes that a connection may have sent of what is not whole yet
   */
  BrokerPort(String host, int port, NettyAcceptor broker, long most) {
    this.broker = broker;
    this.most = most;
    this.mostOfAll = Math.max(2 * most, Runtime.getRuntime().maxMemory() / 8);
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
                          .addLast(new ReadTimeoutHandler(SILENCE_SECONDS), new Beginning());
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

  /** Looks at the first bytes of a connection. */
  private final class Beginning extends ByteToMessageDecoder {
    @Override
    protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out) {
      String start =
          in.toString(
              in.readerIndex(),
              Math.min(BEGINNING, in.readableBytes()),
              StandardCharsets.ISO_8859_1);
      if (BEGINNINGS.stream().noneMatch(b -> start.startsWith(b) || b.startsWith(start))) {
        in.skipBytes(in.readableBytes());
        context.close();
      } else if (start.length() == BEGINNING) {
        context.pipeline().remove(ReadTimeoutHandler.class);
        long share = start.startsWith("AMQP") ? AMQP_SHARE * most : most;
        context.pipeline().addLast(new ConnectionGate(share, mostOfAll, pending));
        broker.transfer(context.channel());
        context.pipeline().remove(this);
      }
    }

    /** A timeout, a connection that broke, or a broker that is going: nothing to tell. */
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
