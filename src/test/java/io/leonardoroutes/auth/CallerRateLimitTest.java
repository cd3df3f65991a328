package io.leonardoroutes.auth;

import static org.assertj.core.api.Assertions.assertThat;

import io.leonardoroutes.fixture.TickingClock;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** How often one caller may call. */
class CallerRateLimitTest {
  private final TickingClock clock = new TickingClock();
  private final CallerRateLimit rate = new CallerRateLimit(3, clock);

  private Duration call() {
    return rate.acquire("erp");
  }

  private void useUp() {
    for (int i = 0; i < 3; i++) {
      assertThat(call()).isZero();
    }
    assertThat(call()).isEqualTo(Duration.ofSeconds(20));
  }

  @Test
  void aMinutesCallsMayComeAtOnceAndComeBackOneByOne() {
    useUp();
    assertThat(rate.acquire("shop")).isZero();
    clock.tick(Duration.ofMillis(19_999));
    assertThat(call()).isEqualTo(Duration.ofMillis(1));
    clock.tick(Duration.ofMillis(1));
    assertThat(call()).isZero();
    assertThat(call()).isEqualTo(Duration.ofSeconds(20));
  }

  @Test
  void rejectedCallsDoNotCountAndIdleTimeSavesUpAtMostAMinute() {
    useUp();
    for (int i = 0; i < 1_000; i++) {
      call();
    }
    clock.tick(Duration.ofDays(1));
    useUp();
  }

  @Test
  void aClockThatIsSetBackLocksNobodyOutForLongerThanAMinute() {
    useUp();
    clock.tick(Duration.ofDays(-1));
    assertThat(call()).isEqualTo(Duration.ofSeconds(20));
    clock.tick(Duration.ofMinutes(1));
    assertThat(call()).isZero();
  }
}
