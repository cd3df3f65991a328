package io.leonardoroutes.rest;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How long a caller would wait. */
class PreferHeaderTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "wait=5 | 5",
        "Wait = 5 | 5",
        "wait=\"5\" | 5",
        "respond-async, wait=10 | 10",
        "wait=10;quick, wait=20 | 10",
        "return=minimal;x=1 , wait=7 | 7",
        "wait=60 | 60",
        "wait=61 | 60",
        "wait=99999999999999999999999999999999 | 60",
        "wait=0005 | 5",
        ",,wait=5 | 5"
      })
  void aWaitIsSecondsAndNeverLongerThanTheLongest(String header, long seconds) {
    assertThat(PreferHeader.wait(header, 60)).isEqualTo(seconds);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "wait",
        "wait=",
        "wait=-1",
        "wait=1.5",
        "wait=abc",
        "wait=0",
        "wait=5s",
        "waits=5",
        "await=5",
        "wait=\u0665",
        "\u0000",
        "wait==5",
        "respond-async"
      })
  void whatCannotBeReadIsNoWait(String header) {
    assertThat(PreferHeader.wait(header, 60)).isZero();
  }

  @Test
  void theHeaderMayComeTwiceOrNotAtAll() {
    assertThat(PreferHeader.wait(List.of("respond-async", "wait=3"), 60)).isEqualTo(3);
    assertThat(PreferHeader.wait(null, 60)).isZero();
  }
}
