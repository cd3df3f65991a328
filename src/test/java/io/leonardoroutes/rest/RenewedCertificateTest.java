package io.leonardoroutes.rest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.leonardoroutes.auth.OpenDoorTest;
import io.leonardoroutes.fixture.App;
import io.leonardoroutes.fixture.LogCapture;
import io.leonardoroutes.fixture.Patience;
import io.leonardoroutes.fixture.RestClient;
import io.leonardoroutes.fixture.TestCertificate;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import javax.net.ssl.SSLHandshakeException;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A certificate that is renewed while the server runs. */
class RenewedCertificateTest {
  @TempDir Path folder;

  @Test
  void newConnectionsSeeTheRenewedCertificateAndOneThatCannotBeUsedChangesNothing()
      throws Exception {
    Path old = folder.resolve("old.p12");
    Path renewed = folder.resolve("new.p12");
    TestCertificate.write(old, OpenDoorTest.PASSWORD);
    TestCertificate.write(renewed, OpenDoorTest.PASSWORD);
    Path store = Files.copy(old, folder.resolve("server.p12"));
    try (LogCapture log = LogCapture.open();
        App app =
            App.in(folder)
                .with("leonardo.rest.enabled", "true")
                .with("leonardo.rest.tls.keystore", store.toString())
                .with("leonardo.rest.tls.password", OpenDoorTest.PASSWORD)
                .with("leonardo.base-url", "http://127.0.0.1:1/api/rest")
                .start()) {
      RestClient kept = trusting(app, old);
      HttpResponse<String> before = kept.get("/generations");
      assertThat(before.statusCode()).isEqualTo(200);

      Files.writeString(folder.resolve("broken.p12"), "no keystore");
      put("broken.p12", store);
      waiting().until(() -> !log.with("leonardo.rest.tls.keystore is away").isEmpty());
      assertThat(trusting(app, old).get("/generations").statusCode()).isEqualTo(200);
      put("new.p12", store);
      waiting().until(() -> !log.with("leonardo.rest.tls.keystore is back").isEmpty());

      put("server.p12", renewed);
      HttpResponse<String> after = trusting(app, renewed).get("/generations");
      assertThat(after.statusCode()).isEqualTo(200);
      assertThat(after.version()).isEqualTo(before.version());
      assertThat(kept.get("/generations").statusCode()).isEqualTo(200);
      assertThatThrownBy(() -> trusting(app, old).get("/generations"))
          .isInstanceOf(SSLHandshakeException.class);
      assertThat(log.with("leonardo.rest.tls.keystore is away")).hasSize(1);
    }
  }

  /** A copy, in one move. */
  private void put(String from, Path to) throws Exception {
    Path part = Files.copy(folder.resolve(from), folder.resolve("part"));
    Files.move(part, to, StandardCopyOption.REPLACE_EXISTING);
  }

  private static RestClient trusting(App app, Path store) throws Exception {
    return new RestClient(
        URI.create(app.rest().replace("http:", "https:")),
        HttpClient.newBuilder()
            .sslContext(TestCertificate.trusting(store, OpenDoorTest.PASSWORD))
            .build());
  }

  private static ConditionFactory waiting() {
    return await().atMost(Patience.LONG);
  }
}
