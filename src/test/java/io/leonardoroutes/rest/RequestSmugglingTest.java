package io.leonardoroutes.rest;

import static org.assertj.core.api.Assertions.assertThat;

import io.leonardoroutes.fixture.App;
import io.leonardoroutes.fixture.InboxFixture;
import io.leonardoroutes.fixture.LedgerRows;
import io.leonardoroutes.fixture.LogCapture;
import io.leonardoroutes.fixture.RestClient;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests whose end a proxy before us could see elsewhere: another one hides behind them. */
class RequestSmugglingTest {
  @TempDir static Path folder;
  private static App app;
  private static RestClient rest;
  private static LogCapture log;
  private long before;

  @BeforeAll
  static void open() throws Exception {
    app = App.onlyRest(folder).start();
    rest = RestClient.of(app);
    log = LogCapture.ofEverything();
  }

  @AfterAll
  static void close() {
    log.close();
    app.close();
  }

  @BeforeEach
  void count() {
    before = LedgerRows.jobs(app);
  }

  private static String post(String headers, String body) {
    return "POST /generations HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        + headers
        + "\r\n"
        + body;
  }

  private static String whole(String body) {
    return post("Content-Length: " + body.length() + "\r\n", body);
  }

  private static String chunk(String text) {
    return Integer.toHexString(text.length()) + "\r\n" + text + "\r\n";
  }

  private static String chunked(String headers) {
    return post(headers, chunk(InboxFixture.request("outer")) + "0\r\n\r\n")
        + whole(InboxFixture.request("inner"));
  }

  static Stream<String> heads() {
    String length = "Content-Length: " + InboxFixture.request("outer").length();
    return Stream.of(
        "Transfer-Encoding: xchunked",
        "Transfer-Encoding: chunkedx",
        "Transfer-Encoding: chunke",
        "Transfer-Encoding: gzip",
        "Transfer-Encoding: identity",
        "Transfer-Encoding:",
        "Transfer-Encoding: \"chunked\"",
        "Transfer-Encoding: chunked;q=1",
        "Transfer-Encoding: chunked, chunked",
        "Transfer-Encoding: chunked,",
        "Transfer-Encoding: ,chunked",
        "Transfer-Encoding: gzip, chunked",
        "Transfer-Encoding: chunked, gzip",
        "Transfer-Encoding: xchunked, chunked",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity",
        "Transfer-Encoding: identity\r\nTransfer-Encoding: chunked",
        "Transfer-Encoding: xchunked\r\ntransfer-encoding: chunked",
        "Transfer-Encoding: chunked\r\n" + length,
        length + "\r\nTransfer-Encoding: chunked",
        length + "\r\nTransfer-Encoding: xchunked",
        length + "\r\nTransfer-Encoding: gzip",
        "Transfer-Encoding:\u000bchunked",
        "Transfer-Encoding: \u000cchunked",
        "Transfer-Encoding: chunked\u000b",
        "Transfer-Encoding: \u00a0chunked",
        "Transfer-Encoding: \u0085chunked",
        "Transfer-Encoding: chun\u0000ked",
        "Transfer-Encoding: chunked\u0000",
        "Transfer-Encoding: chunked\r",
        "Transfer-Encoding : chunked",
        "Transfer-Encoding\t: chunked",
        " Transfer-Encoding: chunked",
        "Transfer-Encoding\u0000: chunked",
        "Transfer\u0000-Encoding: chunked",
        "\u000bTransfer-Encoding: chunked",
        "Transfer-Encoding:\r\n chunked",
        "Transfer-Encoding:\r\n\tchunked",
        "Transfer-Encoding: chunked\r\n ,identity",
        "X: a\r\n Transfer-Encoding: chunked",
        "X: a\r\n b\r\nTransfer-Encoding: chunked",
        "X: a\nTransfer-Encoding: chunked",
        "X: a\rTransfer-Encoding: chunked",
        "X: a\u0000\r\nTransfer-Encoding: chunked",
        "X: a\u0007\r\nTransfer-Encoding: chunked",
        "X\r\nTransfer-Encoding: chunked",
        ": x\r\nTransfer-Encoding: chunked",
        "Transfer-Encoding: chunked\r\nSec-WebSocket-Key1: 1\r\nSec-WebSocket-Key2: 2\r\n"
            + length);
  }

  @ParameterizedTest
  @MethodSource("heads")
  void aRequestWhoseEndCanBeReadInTwoWaysIsRefusedAndNothingBehindItIsDone(String headers)
      throws Exception {
    assertRefused(chunked(headers + "\r\n"));
  }

  static Stream<String> lengths() {
    int length = InboxFixture.request("outer").length();
    return Stream.of(
            "+%d",
            "-%d",
            "%d,%<d",
            "%d, %<d",
            "%d;",
            "0x%x",
            "%d.0",
            "%de0",
            "%d %<d",
            "%d\u000b",
            "\u000b%d",
            "\u0000%d",
            "",
            "99999999999999999999",
            "\u0661%d",
            "\r\n %d",
            "%d\r\nContent-Length: %<d",
            "%d\r\nContent-Length: 0",
            "0\r\nContent-Length: %d",
            "%d\r\ncontent-length: 1")
        .map(text -> text.formatted(length));
  }

  @ParameterizedTest
  @MethodSource("lengths")
  void aLengthThatIsNotOneNumberIsRefusedAndNothingBehindItIsDone(String length) throws Exception {
    assertRefused(
        post("Content-Length: " + length + "\r\n", InboxFixture.request("outer"))
            + whole(InboxFixture.request("inner")));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SIZEx",
        "+SIZE",
        "-SIZE",
        "0xSIZE",
        "SIZE SIZE",
        "SIZE x",
        "SIZE\u0000",
        "SIZE\u000b",
        "\u000bSIZE",
        " SIZE",
        "SIZE;a=\n",
        "SIZE;a\r",
        "SIZE\n",
        "",
        ";",
        "zz",
        "100000000SIZE",
        "ffffffffffffffff",
        "SIZE\u0001;a=b",
        "SIZE,SIZE",
        "SIZE;a\u0000=b"
      })
  void aChunkWithoutASizeThatAllReadAlikeIsRefusedAndNothingBehindItIsDone(String size)
      throws Exception {
    String body = InboxFixture.request("outer");
    String line = size.replace("SIZE", Integer.toHexString(body.length()));

    assertRefused(
        post("Transfer-Encoding: chunked\r\n", line + "\r\n" + body + "\r\n0\r\n\r\n")
            + whole(InboxFixture.request("inner")));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "\n", "\r", "xx", "x\r\n", "\r\r\n", "\r\n\r\n"})
  void aChunkThatDoesNotEndWhereItSaysIsRefusedAndNothingBehindItIsDone(String end)
      throws Exception {
    String body = InboxFixture.request("outer");

    assertRefused(
        post(
                "Transfer-Encoding: chunked\r\n",
                Integer.toHexString(body.length()) + "\r\n" + body + end + "0\r\n\r\n")
            + whole(InboxFixture.request("inner")));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "GET /generations HTTP/1.1\nHost: localhost\n\n",
        "GET /generations HTTP/1.1\r\nHost: localhost\n\r\n",
        "GET /generations HTTP/1.1\r\nHost: localhost\r\n\n",
        "GET\t/generations\u000bHTTP/1.1\r\nHost: localhost\r\n\r\n",
        "GET /generations\u0000 HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "GET /generations HTTP/1.1\r\n Host: localhost\r\n\r\n",
        "GET /generations HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\n\r\n",
        "POST /generations HTTP/1.0\r\n"
            + "Host: localhost\r\n"
            + "Transfer-Encoding: chunked\r\n\r\n"
            + "0\r\n\r\n",
        "GET /generations HTTP/1.1\r\nHost: localhost\r\nSec-WebSocket-Key1: 1\r\n"
            + "Sec-WebSocket-Key2: 2\r\n\r\n12345678"
      })
  void aHeadThatIsNotWrittenAsItMustBeIsRefused(String head) throws Exception {
    assertRefused(head + whole(InboxFixture.request("inner")));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 7, 100})
  void theResultIsTheSameHoweverTheBytesArrive(int pieces) throws Exception {
    for (String sent :
        new String[] {
          chunked("X: a\r\n b\r\nTransfer-Encoding: chunked\r\n"),
          chunked("Transfer-Encoding: xchunked\r\n"),
          post("Transfer-Encoding: chunked\r\n", "2 x\r\n{}\r\n0\r\n\r\n")
              + whole(InboxFixture.request("inner"))
        }) {
      try (Socket socket = rest.open()) {
        socket.setTcpNoDelay(true);
        byte[] bytes = sent.getBytes(StandardCharsets.ISO_8859_1);
        try {
          for (int i = 0; i < bytes.length; i += pieces) {
            socket.getOutputStream().write(bytes, i, Math.min(pieces, bytes.length - i));
          }
        } catch (IOException closed) {
          // It did not wait for the rest.
        }
        String answer = read(socket);
        assertThat(answer).startsWith("HTTP/1.1 400 ");
        assertThat(answer.split("HTTP/1\\.[01] ")).hasSize(2);
      }
    }
    assertThat(LedgerRows.jobs(app)).isEqualTo(before);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Transfer-Encoding: chunked", "transfer-encoding: Chunked", "TRANSFER-ENCODING: CHUNKED",
        "Transfer-Encoding:chunked", "Transfer-Encoding: \t chunked \t",
            "X: \u00e9\tb\r\nTransfer-Encoding: chunked"
      })
  void aChunkedRequestIsAcceptedHoweverItIsSpelt(String headers) throws Exception {
    String body = InboxFixture.request("outer");
    String sent =
        post(
            headers + "\r\nConnection: close\r\n",
            chunk(body.substring(0, 5))
                + Integer.toHexString(body.length() - 5).toUpperCase()
                + " ;a=b;c=\"d\"\r\n"
                + body.substring(5)
                + "\r\n000\r\nX-Trailer: a\r\n\r\n");

    assertThat(rest.raw(sent)).startsWith("HTTP/1.1 202 ");
    assertThat(LedgerRows.jobs(app)).isEqualTo(before + 1);
  }

  @Test
  void requestsOneBehindTheOtherAreDoneInTurn() throws Exception {
    String one =
        post("Transfer-Encoding: chunked\r\n", chunk(InboxFixture.request("a")) + "0\r\n\r\n");
    String last = whole(InboxFixture.request("b")).replace("Host:", "Connection: close\r\nHost:");

    assertThat(
            rest.raw(one + whole(InboxFixture.request("c")) + one + last).split("HTTP/1\\.1 202 "))
        .hasSize(5);
    assertThat(LedgerRows.jobs(app)).isEqualTo(before + 4);
  }

  private static String read(Socket socket) {
    StringBuilder answer = new StringBuilder();
    try {
      for (int next = socket.getInputStream().read();
          next >= 0;
          next = socket.getInputStream().read()) {
        answer.append((char) next);
      }
    } catch (IOException reset) {
      // Closed before all was read.
    }
    return answer.toString();
  }

  /** It is answered 400, the connection closed, and nothing of it is done. */
  private void assertRefused(String sent) throws Exception {
    String answer;
    try (Socket socket = rest.open()) {
      socket.getOutputStream().write(sent.getBytes(StandardCharsets.ISO_8859_1));
      answer = read(socket);
    }
    assertThat(answer)
        .matches("(?s)HTTP/1\\.[01] 400 .*")
        .contains("urn:leonardo-routes:problem:bad-call");
    assertThat(answer.split("HTTP/1\\.[01] ")).hasSize(2);
    assertThat(LedgerRows.jobs(app)).isEqualTo(before);
    assertThat(log.warnings()).allMatch(line -> line.contains("the provider is away"));
  }
}
