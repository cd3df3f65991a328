package io.leonardoroutes.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.leonardoroutes.fixture.App;
import io.leonardoroutes.fixture.LogCapture;
import java.io.OutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.List;
import org.apache.camel.main.Main;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** An application that has an HTTP server of its own. */
class ForeignServerTest {
  @TempDir Path folder;
  private final int port = App.freePort();
  private final Main main = new Main();

  @Test
  void noPathThatSpendsMoneyIsOpenedThereUnasked() throws Exception {
    main.start();

    assertThat(get("/generations").statusCode()).isEqualTo(404);
  }

  @Test
  void whoSaysSoHasTheRoutesOnThatServer() throws Exception {
    main.addInitialProperty("leonardo.rest.enabled", "true");
    main.start();

    assertThat(get("/generations").body()).isEqualTo("{\"items\":[],\"next\":null}");
    for (String lasts : List.of("", "/events", "/video")) {
      assertThat(get("/generations/none" + lasts).body())
          .endsWith("\"detail\":\"there is no job none\"}");
    }
  }

  @Test
  void theLogSaysWhereTheyAreAndWhoHasToAuthenticateCallers() throws Exception {
    main.addInitialProperty("leonardo.rest.enabled", "true");
    main.addInitialProperty("leonardo.rest.port", "8081");
    try (LogCapture log = LogCapture.open()) {
      main.start();

      assertThat(log.with("leonardo-routes ready"))
          .singleElement()
          .asString()
          .contains(
              "ready, POST them to /generations of the application's own HTTP server, which has to"
                  + " authenticate callers; provider");
      assertThat(log.warnings())
          .contains(
              "WARN leonardo.rest.port has no effect: the application has an HTTP server of its"
                  + " own, which serves the REST routes");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "leonardo.rest.auth, api-key, set none here and authenticate callers in that server",
    "leonardo.rest.tls.keystore, rest.p12, leave it out and let that server encrypt",
    "leonardo.rest.requests-per-minute, 60, leave it out and limit callers in that server"
  })
  void whatWouldProtectOnlyAServerOfOursIsRefused(String key, String value, String instead)
      throws Exception {
    KeyStore none = KeyStore.getInstance("PKCS12");
    none.load(null, null);
    Path file = folder.resolve("rest.p12");
    try (OutputStream out = Files.newOutputStream(file)) {
      none.store(out, new char[0]);
    }
    main.addInitialProperty("leonardo.rest.enabled", "true");
    main.addInitialProperty(key, value.equals("rest.p12") ? file.toString() : value);

    assertThat(ProgramSetup.reason(catchThrowable(main::start)))
        .isEqualTo(
            key
                + ": the application has an HTTP server of its own, which this setting does not"
                + " protect: "
                + instead);
  }

  @Test
  void aServerForTheApplicationsHealthDoesNotServeThemAndOursStartsBesideIt() throws Exception {
    int ours = App.freePort();
    main.addInitialProperty("camel.server.enabled", "false");
    main.addInitialProperty("camel.management.enabled", "true");
    main.addInitialProperty("camel.management.healthCheckEnabled", "true");
    main.addInitialProperty("camel.management.host", "127.0.0.1");
    main.addInitialProperty("camel.management.port", String.valueOf(port));
    main.addInitialProperty("leonardo.rest.enabled", "true");
    main.addInitialProperty("leonardo.rest.port", String.valueOf(ours));
    main.start();

    assertThat(get(ours, "/generations").body()).isEqualTo("{\"items\":[],\"next\":null}");
    assertThat(get("/observe/health").body()).contains("UP");
    assertThat(get("/generations").statusCode()).isEqualTo(404);
    assertThat(get(ours, "/observe/health").statusCode()).isEqualTo(404);
  }

  private HttpResponse<String> get(String path) throws Exception {
    return get(port, path);
  }

  private static HttpResponse<String> get(int port, String path) throws Exception {
    return HttpClient.newHttpClient()
        .send(
            HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path)).build(),
            HttpResponse.BodyHandlers.ofString());
  }

  @BeforeEach
  void configure() {
    main.addInitialProperty("camel.server.enabled", "true");
    main.addInitialProperty("camel.server.host", "127.0.0.1");
    main.addInitialProperty("camel.server.port", String.valueOf(port));
    main.addInitialProperty("leonardo.data", folder.toString());
    main.addInitialProperty("leonardo.api-key", "test-key");
    main.addInitialProperty("leonardo.file.enabled", "false");
    main.addInitialProperty("leonardo.jms.enabled", "false");
  }

  @AfterEach
  void stop() throws Exception {
    main.stop();
  }
}
