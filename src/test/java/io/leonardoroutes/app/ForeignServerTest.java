package io.leonardoroutes.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.leonardoroutes.fixture.App;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import org.apache.camel.main.Main;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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

  private HttpResponse<String> get(String path) throws Exception {
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
