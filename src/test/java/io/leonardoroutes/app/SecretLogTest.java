package io.leonardoroutes.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.leonardoroutes.fixture.App;
import io.leonardoroutes.fixture.FlowFixture;
import io.leonardoroutes.fixture.ProxyServer;
import io.leonardoroutes.fixture.RestClient;
import io.leonardoroutes.fixture.ScriptedProvider;
import io.leonardoroutes.fixture.TestBroker;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.core.LoggerContext;
import org.apache.logging.log4j.core.appender.FileAppender;
import org.apache.logging.log4j.core.config.Configurator;
import org.apache.logging.log4j.core.layout.PatternLayout;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is logged where an application logs everything, in a configuration of its own. */
class SecretLogTest {
  private static final Duration LONG = Duration.ofMinutes(2);
  private static final String API_KEY = "canary-api-key-7c2d";
  private static final String SECOND = "canary-second-api-key-7c2d";
  private static final String WEBHOOK_KEY = "canary-webhook-key-7c2d";
  private static final String BROKER = "canary-broker-password-7c2d";
  private static final String PROXY = "canary-proxy-password-7c2d";

  private static final String BASIC =
      Base64.getEncoder().encodeToString(("erp:" + PROXY).getBytes(StandardCharsets.UTF_8));

  @TempDir Path folder;
  private FileAppender log;

  /** No logger is capped. */
  @BeforeEach
  void listen() {
    log =
        FileAppender.newBuilder()
            .setName("everything")
            .withFileName(folder.resolve("log.txt").toString())
            .setLayout(PatternLayout.newBuilder().withPattern("%p %c %X %m%n%xEx").build())
            .build();
    log.start();
    LoggerContext context = LoggerContext.getContext(false);
    context.getConfiguration().getRootLogger().addAppender(log, Level.ALL, null);
    context.updateLoggers();
    Configurator.setAllLevels(LogManager.ROOT_LOGGER_NAME, Level.ALL);
  }

  @AfterEach
  void stop() {
    LoggerContext.getContext(false).reconfigure();
    log.stop();
  }

  @Test
  void noKeyIsLoggedAtAnyLevel() throws Exception {
    int jms = App.freePort();
    try (ScriptedProvider provider =
            ScriptedProvider.start()
                .onCreate(create -> ScriptedProvider.json(502, ""))
                .onLook(ScriptedProvider::pending);
        TestBroker broker = new TestBroker(folder.resolve("broker"), jms);
        ProxyServer proxy = ProxyServer.start();
        FlowFixture story =
            FlowFixture.in(folder, provider)
                .with("leonardo.api-key", API_KEY)
                .with("leonardo.accounts.second.api-key", SECOND)
                .with("leonardo.webhook.key", WEBHOOK_KEY)
                .with("leonardo.rest.enabled", "true")
                .with("leonardo.jms.enabled", "true")
                .with("leonardo.jms.url", "tcp://127.0.0.1:" + jms)
                .with("leonardo.jms.user", "leonardo")
                .with("leonardo.jms.password", BROKER)
                .with("leonardo.http.proxy", proxy.url().replace("://", "://erp:" + PROXY + "@"))
                .with("leonardo.reconcile.settle", "10ms")) {
      broker.start();
      story.start();
      String doubt = story.accept(FlowFixture.REQUEST);
      story.until(doubt, "IN_DOUBT");
      await().atMost(LONG).until(() -> !provider.lists().isEmpty());
      String id = story.accept(FlowFixture.REQUEST);
      story.told(id, "completed");
      RestClient.of(story.app())
          .send(
              "POST",
              "/webhooks/leonardo",
              "{\"data\":{\"object\":{\"id\":\"gen-1\"}}}",
              "Authorization",
              "Bearer " + WEBHOOK_KEY);
      assertThat(provider.creates())
          .allMatch(create -> ScriptedProvider.key(create).equals(API_KEY));
      assertThat(proxy.heads("POST "))
          .isNotEmpty()
          .allMatch(head -> ProxyServer.header(head, "Proxy-Authorization") != null);
    }
    String logged = Files.readString(folder.resolve("log.txt"));
    assertThat(logged).contains("DEBUG org.apache.hc.client5.http", "TRACE org.apache.camel");
    for (String secret : List.of(API_KEY, SECOND, WEBHOOK_KEY, BROKER, PROXY, BASIC)) {
      assertThat(logged.lines().filter(line -> line.contains(secret)).limit(20)).isEmpty();
    }
  }
}
