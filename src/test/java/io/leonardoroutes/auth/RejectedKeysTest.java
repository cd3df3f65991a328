package io.leonardoroutes.auth;

import static org.assertj.core.api.Assertions.assertThat;

import io.leonardoroutes.fixture.LogCapture;
import io.leonardoroutes.fixture.TickingClock;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class RejectedKeysTest {
  private final TickingClock clock = new TickingClock();
  private final RejectedKeys rejected = new RejectedKeys(clock);

  private Duration after(int many, String address) {
    Duration wait = Duration.ZERO;
    for (int i = 0; i < many; i++) {
      wait = rejected.record(address);
    }
    return wait;
  }

  @Test
  void theMoreAnAddressTriesTheLongerItWaitsAndNobodyElseDoes() {
    assertThat(after(20, "10.0.0.1")).isZero();
    assertThat(after(1, "10.0.0.1")).isEqualTo(Duration.ofMillis(20));
    assertThat(after(9, "10.0.0.1")).isEqualTo(Duration.ofMillis(200));
    assertThat(after(1_500, "10.0.0.1")).isEqualTo(Duration.ofSeconds(3));
    assertThat(after(1, "10.0.0.2")).isZero();
  }

  @Test
  void attemptsAreForgivenInTimeHoweverMany() {
    after(100_000, "10.0.0.1");

    clock.tick(Duration.ofSeconds(100));
    assertThat(after(1, "10.0.0.1")).isBetween(Duration.ofSeconds(1), Duration.ofSeconds(2));
    clock.tick(Duration.ofSeconds(200));
    assertThat(after(1, "10.0.0.1")).isZero();
    clock.tick(Duration.ofDays(-1));
    assertThat(after(1, "10.0.0.1")).isLessThanOrEqualTo(Duration.ofSeconds(3));
  }

  @Test
  void aMillionAddressesAreNotKept() {
    after(100, "10.0.0.1");
    for (int i = 0; i < 1_000_000; i++) {
      rejected.record("10." + i);
    }

    assertThat(rejected.addresses()).isEqualTo(10_000);
    assertThat(rejected.count()).isEqualTo(1_000_100);
  }

  @Test
  void thereIsOneLineAMinute() {
    try (LogCapture log = LogCapture.open()) {
      after(1_500, "10.0.0.1");
      clock.tick(Duration.ofSeconds(59));
      after(1, "10.0.0.1");
      assertThat(log.with("unknown key"))
          .containsExactly(
              "WARN a call came with an unknown key, the last from 10.0.0.1; more are logged in a"
                  + " minute");
      clock.tick(Duration.ofSeconds(1));
      after(3, "10.0.0.2");
      assertThat(log.with("1501 calls came with an unknown key, the last from 10.0.0.2"))
          .hasSize(1);
    }
  }
}
