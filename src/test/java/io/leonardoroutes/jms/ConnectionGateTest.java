package io.leonardoroutes.jms;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Who is closed when connections to the built-in broker begin messages and do not end them. */
class ConnectionGateTest {
  private final PendingBytes all = new PendingBytes(1_000);

  private EmbeddedChannel connection(long limit) {
    return new EmbeddedChannel(new ConnectionGate(limit, all));
  }

  private static void send(EmbeddedChannel connection, int bytes) {
    connection.writeInbound(Unpooled.wrappedBuffer(new byte[bytes]));
  }

  @Test
  void oneConnectionNeverFillsTheRoomOfAllWhateverItsProtocolAllows() {
    EmbeddedChannel greedy = connection(8_000);
    EmbeddedChannel other = connection(8_000);
    for (int i = 0; i < 5; i++) {
      send(greedy, 100);
    }
    assertThat(greedy.isOpen()).isTrue();
    send(other, 100);
    send(greedy, 1);

    assertThat(greedy.isOpen()).isFalse();
    assertThat(other.isOpen()).isTrue();
    send(other, 400);
    assertThat(other.isOpen()).isTrue();
  }

  @Test
  void whenAllTogetherHaveTooMuchTheGreediestIsClosedAndNotWhoCameLast() {
    List<EmbeddedChannel> greedy = Stream.generate(() -> connection(400)).limit(3).toList();
    EmbeddedChannel modest = connection(400);
    greedy.forEach(connection -> send(connection, 330));
    send(modest, 50);

    assertThat(greedy).filteredOn(EmbeddedChannel::isOpen).hasSize(2);
    assertThat(modest.isOpen()).isTrue();
    assertThat(modest.inboundMessages()).hasSize(1);
    for (int i = 0; i < 10; i++) {
      EmbeddedChannel next = connection(400);
      send(next, 60);
      assertThat(next.isOpen()).isTrue();
      next.close();
    }
  }

  @Test
  void whatAClosedConnectionHadIsFreeForOthersOnce() {
    for (int i = 0; i < 50; i++) {
      EmbeddedChannel greedy = connection(400);
      send(greedy, 401);
      assertThat(greedy.isOpen()).isFalse();
      EmbeddedChannel gone = connection(400);
      send(gone, 400);
      gone.close();
    }
    EmbeddedChannel one = connection(500);
    EmbeddedChannel other = connection(500);
    send(one, 500);
    send(other, 500);

    assertThat(one.isOpen()).isTrue();
    assertThat(other.isOpen()).isTrue();
    send(connection(500), 1);
    assertThat(Stream.of(one, other).filter(EmbeddedChannel::isOpen)).hasSize(1);
  }
}
