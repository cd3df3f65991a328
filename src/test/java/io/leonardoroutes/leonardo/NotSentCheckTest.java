package io.leonardoroutes.leonardo;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.apache.hc.client5.http.ConnectTimeoutException;
import org.apache.hc.client5.http.HttpHostConnectException;
import org.apache.hc.core5.http.ConnectionClosedException;
import org.apache.hc.core5.http.ConnectionRequestTimeoutException;
import org.apache.hc.core5.http.NoHttpResponseException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class NotSentCheckTest {

  static Stream<Throwable> beforeTheRequest() {
    return Stream.of(
        new UnknownHostException("cloud.leonardo.ai"),
        new ConnectException("Connection refused"),
        new HttpHostConnectException("Connect to cloud.leonardo.ai failed"),
        new NoRouteToHostException("No route to host"),
        new ConnectTimeoutException("Connect timed out"),
        new ConnectionRequestTimeoutException("Timeout deadline: 180000 MILLISECONDS"),
        new SSLPeerUnverifiedException("Certificate for <x> doesn't match"),
        new RuntimeException(new ExecutionException(new ConnectException("Connection refused"))),
        new UncheckedIOException(new ConnectException("Connection refused")));
  }

  @ParameterizedTest
  @MethodSource("beforeTheRequest")
  void whatFailedBeforeTheRequestMayBeSentAgain(Throwable failure) {
    assertThat(Submission.failed(failure)).isInstanceOf(Submission.NotSent.class);
  }

  static Stream<Throwable> perhapsAfterTheRequest() {
    return Stream.of(
        new SocketTimeoutException("Read timed out"),
        new SocketException("Connection reset"),
        new SocketException("Broken pipe"),
        new NoHttpResponseException("failed to respond"),
        new ConnectionClosedException("Premature end of Content-Length delimited message body"),
        new EOFException(),
        new SSLException("Connection reset"),
        new SSLHandshakeException("Received fatal alert: bad_certificate"),
        new TimeoutException("20000 millis"),
        new InterruptedException(),
        new NullPointerException(),
        new StackOverflowError(),
        new RuntimeException("wrapped", null),
        // what lies under an I/O failure may be of an earlier attempt
        new IOException("second attempt cut off", new ConnectException("Connection refused")),
        new SocketException("Connection reset").initCause(new UnknownHostException("x")));
  }

  @ParameterizedTest
  @MethodSource("perhapsAfterTheRequest")
  void whatMayHaveFailedAfterTheRequestIsUnknown(Throwable failure) {
    assertThat(Submission.failed(failure)).isInstanceOf(Submission.Unknown.class);
  }

  @Test
  void causesThatGoRoundInACircleAreUnknown() {
    Exception one = new Exception("one");
    one.initCause(new Exception("two", one));

    assertThat(Submission.failed(one)).isInstanceOf(Submission.Unknown.class);
  }

  @Test
  void theReasonSaysWhatFailedAndWhatThatMeans() {
    assertThat(Submission.failed(new RuntimeException(new ConnectException("Connection refused"))))
        .isEqualTo(
            new Submission.NotSent(
                "the call failed (ConnectException: Connection refused): nothing left, it is safe"
                    + " to send again",
                0,
                null));
    assertThat(Submission.failed(new SocketTimeoutException("Read timed out")))
        .isEqualTo(
            new Submission.Unknown(
                "the call failed (SocketTimeoutException: Read timed out): whether the provider"
                    + " made and billed a video is not known",
                0,
                null));
  }
}
