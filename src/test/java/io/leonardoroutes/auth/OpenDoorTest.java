package io.leonardoroutes.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.leonardoroutes.fixture.App;
import io.leonardoroutes.fixture.LogCapture;
import io.leonardoroutes.fixture.RestClient;
import io.leonardoroutes.fixture.TestCertificate;
import io.leonardoroutes.fixture.TickingClock;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A server as it stands open to others: over TLS, to listed pages, and not too often. */
public class OpenDoorTest {
  private static final String PAGE = "https://app.example.com";
  public static final String PASSWORD = "canary-password";

  @TempDir static Path folder;
  private static final TickingClock CLOCK = new TickingClock();
  private static App app;
  private static RestClient rest;
  private static LogCapture log;
  private static String erp;
  private static String shop;

  @BeforeAll
  static void open() throws Exception {
    Path store = folder.resolve("server.p12");
    TestCertificate.write(store, PASSWORD);
    ApiKeys.Made one = ApiKeys.make(new Caller("erp", false));
    ApiKeys.Made two = ApiKeys.make(new Caller("shop", false));
    erp = one.key();
    shop = two.key();
    Path keys = Files.write(folder.resolve("keys"), List.of(one.line(), two.line()));
    log = LogCapture.open();
    app =
        App.onlyRest(folder)
            .with("leonardo.rest.auth", "api-key")
            .with("leonardo.rest.keys", keys.toString())
            .with("leonardo.rest.tls.keystore", store.toString())
            .with("leonardo.rest.tls.password", PASSWORD)
            .with("leonardo.rest.cors.origins", PAGE + ",http://localhost:3000")
            .with("leonardo.rest.requests-per-minute", "30")
            .bind("clock", CLOCK)
            .start();
    rest =
        new RestClient(
            URI.create(app.rest().replace("http:", "https:")),
            HttpClient.newBuilder().sslContext(TestCertificate.trusting(store, PASSWORD)).build());
  }

  @AfterAll
  static void close() {
    app.close();
    log.close();
  }

  private static HttpResponse<String> get(String key, String... headers) throws Exception {
    return call("GET", key, headers);
  }

  private static HttpResponse<String> call(String method, String key, String... headers)
      throws Exception {
    String[] all = new String[headers.length + 2];
    System.arraycopy(headers, 0, all, 0, headers.length);
    all[headers.length] = "Authorization";
    all[headers.length + 1] = "Bearer " + key;
    return rest.send(method, "/generations", "", all);
  }

  private static Set<String> corsOf(HttpResponse<String> answer) {
    Set<String> names = new TreeSet<>(answer.headers().map().keySet());
    names.removeIf(name -> !name.startsWith("access-control"));
    return names;
  }

  @Test
  void callsAreEncryptedAndPlainOnesAreNot() throws Exception {
    assertThat(get(erp).statusCode()).isEqualTo(200);
    assertThatThrownBy(() -> RestClient.of(app).get("/generations"))
        .isInstanceOf(java.io.IOException.class);
    assertThat(log.with("leonardo-routes ready")).hasSize(1);
    assertThat(log.with("leonardo-routes ready").get(0))
        .contains("POST them to " + rest.base() + "/generations");
    assertThat(log.with(PASSWORD)).isEmpty();
  }

  @Test
  void onlyCiphersWithForwardSecrecyAreAccepted() throws Exception {
    SSLSocketFactory all =
        TestCertificate.trusting(folder.resolve("server.p12"), PASSWORD).getSocketFactory();
    for (String suite : all.getSupportedCipherSuites()) {
      for (String protocol : List.of("TLSv1.3", "TLSv1.2", "TLSv1.1", "TLSv1", "SSLv3")) {
        boolean spoken = speaks(all, protocol, suite);
        boolean right =
            protocol.equals("TLSv1.3")
                ? suite.matches("TLS_(AES|CHACHA20).*")
                : protocol.equals("TLSv1.2")
                    && suite.matches("TLS_ECDHE_ECDSA_.*_(GCM|POLY1305)_.*");
        assertThat(spoken).as(protocol + " " + suite).isEqualTo(right);
      }
    }
  }

  private static boolean speaks(SSLSocketFactory all, String protocol, String suite) {
    try (SSLSocket socket =
        (SSLSocket) all.createSocket(rest.base().getHost(), rest.base().getPort())) {
      socket.setEnabledProtocols(new String[] {protocol});
      socket.setEnabledCipherSuites(new String[] {suite});
      socket.startHandshake();
      return true;
    } catch (IOException | IllegalArgumentException refused) {
      return false;
    }
  }

  @Test
  void aListedPageIsToldThatItMayCallAndReadsTheAnswer() throws Exception {
    HttpResponse<String> asked =
        rest.send(
            "OPTIONS",
            "/generations",
            "",
            "Origin",
            PAGE,
            "Access-Control-Request-Method",
            "POST",
            "Access-Control-Request-Headers",
            "authorization");
    assertThat(asked.statusCode()).isEqualTo(204);
    assertThat(asked.headers().firstValue("Access-Control-Allow-Origin")).contains(PAGE);
    assertThat(asked.headers().firstValue("Access-Control-Allow-Credentials")).isEmpty();
    HttpResponse<String> answer = get(erp, "Origin", PAGE);
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.headers().firstValue("Access-Control-Allow-Origin")).contains(PAGE);
    assertThat(answer.headers().allValues("Vary")).anyMatch(v -> v.equalsIgnoreCase("origin"));
    assertThat(get("lr_none", "Origin", PAGE).statusCode()).isEqualTo(401);
  }

  @Test
  void aPageThatIsNotListedIsNeverReflected() throws Exception {
    for (String origin :
        List.of(
            "https://evil.example",
            "null",
            "http://app.example.com",
            PAGE + ".evil.example",
            "https://evil." + PAGE.substring(8),
            PAGE + ":8443",
            PAGE + "@evil.example")) {
      for (HttpResponse<String> answer :
          List.of(
              get(erp, "Origin", origin),
              call("OPTIONS", erp, "Origin", origin, "Access-Control-Request-Method", "POST"))) {
        assertThat(answer.statusCode()).as(origin).isEqualTo(403);
        assertThat(corsOf(answer)).as(origin).isEmpty();
        assertThat(answer.body())
            .isEqualTo(
                """
                {"type":"urn:leonardo-routes:problem:origin","title":"Web pages of this origin may not call",\
                "status":403,"detail":"it is not among leonardo.rest.cors.origins"}\
                """);
      }
    }
  }

  @Test
  void whoCallsTooOftenWaitsAsLongAsItIsToldAndNobodyElseDoes() throws Exception {
    CLOCK.tick(Duration.ofMinutes(2));
    for (int i = 0; i < 30; i++) {
      assertThat(get(shop).statusCode()).isEqualTo(200);
    }
    HttpResponse<String> away = get(shop);

    assertThat(away.statusCode()).isEqualTo(429);
    assertThat(away.headers().firstValue("Retry-After")).contains("2");
    assertThat(away.body())
        .isEqualTo(
            """
            {"type":"urn:leonardo-routes:problem:too-many-calls","title":"Too many calls",\
            "status":429,"detail":"shop may call 30 times a minute: wait 2 seconds"}\
            """);
    assertThat(get(erp).statusCode()).isEqualTo(200);
    CLOCK.tick(Duration.ofSeconds(2));
    assertThat(get(shop).statusCode()).isEqualTo(200);
    assertThat(get(shop).statusCode()).isEqualTo(429);
  }
}
