package io.leonardoroutes.prove;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class CrashPointTest {
  private static final String ROUTE =
      """
      # A comment.
      - route:
          id: create
          streamCache: "false"
          from:
            uri: seda:leonardo-create
            steps:
              - bean:
                  id: begin
                  ref: leonardoSubmit
                  method: begin
              - filter:
                  simple: ${exchangeProperty.leonardoBegun}
                  steps:
                    - to: direct:pay?block=true
                    - setHeader:
                        name: a
                        constant: b
                    - bean:
                        ref: leonardoSubmit
                        method: due('x')
      """;

  @Test
  void thereIsAPointBeforeEachStepThatDoesSomethingAndAfterTheLast() {
    assertThat(CrashPoint.in(ROUTE))
        .extracting(CrashPoint::name)
        .containsExactlyInAnyOrder(
            "create: before begin",
            "create: after begin",
            "create: before direct:pay",
            "create: after direct:pay",
            "create: before due",
            "create: after due");
  }

  @Test
  void theRouteHaltsAtThePointAndIsTheSameElsewhere() {
    assertThat(point("create: before due").halt(ROUTE))
        .isEqualTo(
            """
            ---
            - route:
                id: "create"
                streamCache: "false"
                from:
                  uri: "seda:leonardo-create"
                  steps:
                  - bean:
                      id: "begin"
                      ref: "leonardoSubmit"
                      method: "begin"
                  - filter:
                      simple: "${exchangeProperty.leonardoBegun}"
                      steps:
                      - to: "direct:pay?block=true"
                      - setHeader:
                          name: "a"
                          constant: "b"
                      - setBody:
                          constant: "create: before due"
                      - to:
                          uri: "file:markers"
                          parameters:
                            fileName: "reached"
                            fileExist: "Ignore"
                      - delay:
                          constant: "3600000"
                      - bean:
                          ref: "leonardoSubmit"
                          method: "due('x')"
            """);
  }

  @Test
  void aPointAfterTheLastStepIsTheEndOfItsList() {
    assertThat(point("create: after due").halt(ROUTE)).endsWith("constant: \"3600000\"\n");
  }

  private static CrashPoint point(String name) {
    List<CrashPoint> points =
        CrashPoint.in(ROUTE).stream().filter(p -> p.name().equals(name)).toList();
    assertThat(points).hasSize(1);
    return points.get(0);
  }
}
