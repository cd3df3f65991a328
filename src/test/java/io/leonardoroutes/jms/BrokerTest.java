package io.leonardoroutes.jms;

import static org.assertj.core.api.Assertions.assertThat;

import io.leonardoroutes.Log;
import io.leonardoroutes.health.Outages;
import org.junit.jupiter.api.Test;

/** What the broker inside tells of itself. */
class BrokerTest {
  @Test
  void aDiskThatIsTooFullIsToldOnceAndOnceWhenThereIsRoomAgain() {
    Outages outages = new Outages();
    try (Log log = Log.open()) {
      Broker.room(outages, 900L << 20, true);
      Broker.room(outages, 7L << 20, false);
      Broker.room(outages, 6L << 20, false);
      Broker.room(outages, 900L << 20, true);

      assertThat(log.with("room"))
          .containsExactly(
              "WARN room on the broker's disk is away, trying again until it is back: 7 MiB are"
                  + " left: the broker inside takes nothing more",
              "INFO room on the broker's disk is back");
    }
  }
}
