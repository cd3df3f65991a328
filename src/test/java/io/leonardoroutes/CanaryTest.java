package io.leonardoroutes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.leonardoroutes.app.SettingsTest;
import io.leonardoroutes.auth.ApiKeys;
import io.leonardoroutes.auth.Caller;
import io.leonardoroutes.fixture.App;
import io.leonardoroutes.fixture.Canary;
import io.leonardoroutes.fixture.InboxFixture;
import io.leonardoroutes.fixture.Patience;
import io.leonardoroutes.fixture.ProxyServer;
import io.leonardoroutes.fixture.RestClient;
import io.leonardoroutes.fixture.ScriptedProvider;
import io.leonardoroutes.fixture.TestBroker;
import io.leonardoroutes.fixture.TestCertificate;
import io.leonardoroutes.ledger.Engine;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Properties;
import mockwebserver3.MockResponse;
import mockwebserver3.RecordedRequest;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.core.LoggerContext;
import org.apache.logging.log4j.core.appender.FileAppender;
import org.apache.logging.log4j.core.config.Configurator;
import org.apache.logging.log4j.core.layout.PatternLayout;
import org.jdbi.v3.core.Jdbi;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every secret is planted, lives through all that can happen, and is looked for everywhere. */
class CanaryTest {
  private static final Duration LONG = Patience.LONG;
  private static final String API_KEY = "canary-api-key-5e1f";
  private static final String SECOND = "canary-second-api-key-5e1f";
  private static final String WEBHOOK_KEY = "canary+webhook/key=5e1f";
  private static final String LEDGER = "canary-ledger-password-5e1f";
  private static final String TLS = "canary-tls-password-5e1f";
  private static final String SINK = "canary-sink-password-5e1f";
  private static final String JWT = "canary jwt secret of thirty-two characters and more";
  private static final String BROKER = "canary-broker-password-5e1f";

  private static final String PROXY = "canary-proxy-password-5e1f";

  private final ApiKeys.Made caller = ApiKeys.make(new Caller("erp", true));
  private final Canary canary =
      new Canary()
          .plant("the API key", API_KEY)
          .plant("the key of a second account", SECOND)
          .plant("the webhook key", WEBHOOK_KEY)
          .plant("the ledger's password", LEDGER)
          .plant("the keystore's password", TLS)
          .plant("a sink's password", SINK)
          .plant("the broker's password", BROKER)
          .plant("the tokens' secret", JWT)
          .plant("the proxy's password", PROXY)
          .plant("a caller's key", caller.key());

  @TempDir Path folder;
  private Path answers;
  private ScriptedProvider provider;
  private ProxyServer proxy;
  private FileAppender log;

  @BeforeEach
  void open() throws Exception {
    answers = folder.resolve("answers.txt");
    provider = ScriptedProvider.start();
    proxy = ProxyServer.start();
    listen();
  }

  @AfterEach
  void close() {
    LoggerContext.getContext(false).reconfigure();
    provider.close();
    proxy.close();
  }

  /** Everything that is logged goes to a file, with the shipped levels but ours and Camel's. */
  private void listen() throws Exception {
    Properties shipped = new Properties();
    try (InputStream in = Files.newInputStream(Path.of("config/log4j2.properties"))) {
      shipped.load(in);
    }
    Configurator.setLevel("io.leonardoroutes", Level.TRACE);
    Configurator.setLevel("org.apache.camel", Level.DEBUG);
    Configurator.setLevel("leonardo-audit", Level.INFO);
    for (String key : shipped.stringPropertyNames()) {
      if (key.matches("logger\\..*\\.name") && !key.equals("logger.leonardo.name")) {
        Configurator.setLevel(
            shipped.getProperty(key),
            Level.toLevel(shipped.getProperty(key.replace(".name", ".level"))));
      }
    }
    log =
        FileAppender.newBuilder()
            .setName("canary")
            .withFileName(folder.resolve("log.txt").toString())
            .setLayout(PatternLayout.newBuilder().withPattern("%p %c [%t] %X %m%n%xEx").build())
            .build();
    log.start();
    LoggerContext context = LoggerContext.getContext(false);
    context.getConfiguration().getRootLogger().addAppender(log, Level.ALL, null);
    context.updateLoggers();
    LogManager.getLogger("io.leonardoroutes.canary").trace("listening");
  }

  /** With every secret in its setting. */
  private App app(String data) throws Exception {
    Path store = folder.resolve("server.p12");
    if (Files.notExists(store)) {
      TestCertificate.write(store, TLS);
    }
    return App.in(folder.resolve(data))
        .at(provider)
        .with("leonardo.api-key", API_KEY)
        .with("leonardo.accounts.second.api-key", SECOND)
        .with("leonardo.webhook.key", WEBHOOK_KEY)
        .with("leonardo.http.proxy", "http://erp:" + PROXY + "@" + proxy.name())
        .with("leonardo.file.enabled", "true")
        .with("leonardo.rest.enabled", "true")
        .with("leonardo.rest.auth", "api-key")
        .with(
            "leonardo.rest.keys",
            Files.writeString(folder.resolve("rest.keys"), caller.line()).toString())
        .with("leonardo.rest.tls.keystore", store.toString())
        .with("leonardo.rest.tls.password", TLS)
        .with("leonardo.reconcile.settle", "10ms")
        .with("leonardo.sinks.outbox.events", "submitted,completed,failed,rejected,in_doubt")
        .with("leonardo.sinks.erp.uri", "http://" + provider.host() + "/erp?password=" + SINK)
        .with("leonardo.deliver.tries", "2");
  }

  @Test
  void noSecretIsFoundAnywhereInTheWholeLifeOfJobs() throws Exception {
    String ledger = Engine.POSTGRES.emptyLedger(folder) + "&password=" + LEDGER;
    int jms = App.freePort();
    try (TestBroker broker = new TestBroker(folder.resolve("life/broker"), jms);
        App app =
            app("life")
                .with("leonardo.ledger.url", ledger)
                .with("leonardo.jms.enabled", "true")
                .with("leonardo.jms.url", started(broker).url())
                .with("leonardo.jms.user", "leonardo")
                .with("leonardo.jms.password", BROKER)
                .start();
        TestBroker.Caller sender = new TestBroker.Caller("tcp://127.0.0.1:" + jms)) {
      RestClient rest =
          new RestClient(
              URI.create(app.rest().replace("http:", "https:")),
              HttpClient.newBuilder()
                  .sslContext(TestCertificate.trusting(folder.resolve("server.p12"), TLS))
                  .build());
      completed(app, rest);
      refused(sender, rest);
      failed(app, rest);
      doubtful(rest);
      noticed(rest);
      asked(rest);
      canary.lookInMBeans();
      canary.lookInThreads();
      app.context()
          .getRegistry()
          .findByTypeWithName(Object.class)
          .forEach((name, bean) -> canary.look("bean " + name, bean));
      everyRow(ledger);
    }
    canary.lookInFiles(folder.resolve("life"));
    canary.look("the answers", Files.readString(answers));
    canary.look("the log", Files.readString(folder.resolve("log.txt")));
    assertThat(Files.readString(folder.resolve("log.txt")))
        .contains("DEBUG org.apache.camel", "TRACE io.leonardoroutes", "leonardo-audit");
    assertThat(provider.creates())
        .allMatch(create -> create.getHeaders().get("Authorization").equals("Bearer " + API_KEY));
    assertThat(canary.found()).isEmpty();
  }

  private static TestBroker started(TestBroker broker) throws Exception {
    broker.start();
    return broker;
  }

  private HttpResponse<String> call(RestClient rest, String method, String path, String body)
      throws Exception {
    HttpResponse<String> answer =
        rest.send(method, path, body, "Authorization", "Bearer " + caller.key());
    Files.writeString(
        answers, Files.exists(answers) ? Files.readString(answers) + all(answer) : all(answer));
    return answer;
  }

  private static String all(HttpResponse<String> answer) {
    return answer.statusCode() + " " + answer.headers().map() + " " + answer.body() + "\n";
  }

  private String accepted(RestClient rest, String prompt) throws Exception {
    HttpResponse<String> answer = call(rest, "POST", "/generations", InboxFixture.request(prompt));
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(202);
    return RestClient.json(answer).get("id").asText();
  }

  private JsonNode until(RestClient rest, String id, String state) throws Exception {
    await()
        .atMost(LONG)
        .until(
            () ->
                RestClient.json(call(rest, "GET", "/generations/" + id, ""))
                    .get("state")
                    .asText()
                    .equals(state));
    return RestClient.json(call(rest, "GET", "/generations/" + id, ""));
  }

  /** What the provider was sent, in all the ways in which one could be so kind as to show it. */
  private static MockResponse echo(RecordedRequest request, int status) {
    String sent = request.getHeaders().get("Authorization");
    String key = sent.replace("Bearer ", "");
    return ScriptedProvider.json(
        status,
        """
        {"error":"no such key %1$s, sent as %2$s","path":"$","code":"unexpected","%1$s":1,
         "request":{"headers":["authorization",["%2$s"]],"url":"/?k=%1$s"},"hint":"curl -H %1$s"}\
        """
            .formatted(key, sent));
  }

  private static MockResponse inside(RecordedRequest request, MockResponse answer)
      throws Exception {
    okio.Buffer body = new okio.Buffer();
    answer.getBody().writeTo(body);
    String key = request.getHeaders().get("Authorization").replace("Bearer ", "");
    return ScriptedProvider.json(
        200, body.readUtf8().strip().replaceFirst("\\{", "{\"debug\":{\"sent\":\"" + key + "\"},"));
  }

  private void completed(App app, RestClient rest) throws Exception {
    provider.onCreate(create -> inside(create, provider.created()));
    provider.onLook(look -> echo(look, 500), look -> inside(look, provider.complete(look)));
    InboxFixture.into(app.inbox()).file("a.json", InboxFixture.request("from a file"));
    await()
        .atMost(LONG)
        .until(
            () -> call(rest, "GET", "/generations?state=COMPLETE", "").body().contains("sha256"));
    assertThat(provider.downloads())
        .allMatch(download -> download.getHeaders().get("Authorization") == null);
  }

  private void refused(TestBroker.Caller sender, RestClient rest) throws Exception {
    provider.onCreate(create -> echo(create, 401), create -> echo(create, 400));
    sender.send("leonardo.requests", InboxFixture.request("from a queue"));
    sender.send("leonardo.requests", "{}");
    canary.look("a message", sender.receive("leonardo.requests.rejected").getBody(String.class));
    for (String state : List.of("ACCEPTED", "FAILED")) {
      await()
          .atMost(LONG)
          .until(
              () ->
                  call(rest, "GET", "/generations?state=" + state, "")
                      .body()
                      .contains("no such key"));
    }
  }

  private void failed(App app, RestClient rest) throws Exception {
    provider.onLook(look -> inside(look, ScriptedProvider.failed(look)));
    until(rest, accepted(rest, "fails"), "FAILED");
    call(rest, "POST", "/generations", "{\"model\":1}");
    call(rest, "POST", "/generations", "not JSON");
    InboxFixture.into(app.inbox()).file("bad.json", "{}");
  }

  private void doubtful(RestClient rest) throws Exception {
    provider.list(list -> echo(list, 502));
    provider.onCreate(create -> echo(create, 502));
    String id = accepted(rest, "doubtful");
    until(rest, id, "IN_DOUBT");
    await()
        .atMost(LONG)
        .until(() -> call(rest, "GET", "/generations/" + id, "").body().contains("held"));
    provider.list(list -> inside(list, ScriptedProvider.json(200, "{\"generations\":[]}")));
    call(rest, "POST", "/generations/" + id + "/resolve", "{\"as\":\"failed\"}");
    until(rest, id, "FAILED");
  }

  private void noticed(RestClient rest) throws Exception {
    String body =
        """
        {"data":{"object":{"id":"gen-1","apiKey":{"key":"%s","webhookCallbackApiKey":"%s"}}}}\
        """
            .formatted(API_KEY, WEBHOOK_KEY);
    for (String key : List.of(WEBHOOK_KEY, API_KEY, caller.key())) {
      HttpResponse<String> answer =
          rest.send("POST", "/webhooks/leonardo", body, "Authorization", "Bearer " + key);
      canary.look("the answer to a notice", all(answer));
    }
    HttpResponse<String> broken =
        rest.send(
            "POST", "/webhooks/leonardo", "{" + body, "Authorization", "Bearer " + WEBHOOK_KEY);
    canary.look("the answer to a notice", all(broken));
  }

  private void asked(RestClient rest) throws Exception {
    String id =
        RestClient.json(call(rest, "GET", "/generations?limit=100", "")).at("/items/0/id").asText();
    call(rest, "GET", "/generations/" + id + "/history", "");
    call(rest, "GET", "/costs", "");
    call(rest, "GET", "/openapi.json", "");
    call(rest, "GET", "/models", "");
    call(rest, "POST", "/generations?dry-run=true", InboxFixture.request("dry"));
    call(rest, "POST", "/generations?dry-run=true", "{\"a\":1}");
    call(rest, "DELETE", "/generations/" + id, "");
    canary.look(
        "a 401",
        all(rest.send("GET", "/generations", "", "Authorization", "Bearer " + caller.key() + "x"))
            .replace(caller.key() + "x", ""));
  }

  private void everyRow(String ledger) {
    Jdbi.create(ledger)
        .useHandle(
            handle -> {
              List<String> tables =
                  handle
                      .createQuery(
                          "SELECT table_name FROM information_schema.tables"
                              + " WHERE table_schema = 'public'")
                      .mapTo(String.class)
                      .list();
              assertThat(tables).contains("job", "delivery", "event");
              for (String table : tables) {
                canary.look(
                    "table " + table,
                    handle.createQuery("SELECT * FROM " + table).mapToMap().list());
              }
            });
  }

  @Test
  void noStartThatFailsTellsASecret() throws Exception {
    String jwt = Files.writeString(folder.resolve("jwt.secret"), JWT).toString();
    String[][] bad = {
      {"leonardo.ledger.url", "jdbc:postgresql://127.0.0.1:1/x?user=u&password=" + LEDGER},
      {"leonardo.ledger.url", "jdbc:postgresql://[:bad/x?user=u&password=" + LEDGER},
      {"leonardo.ledger.url", "jdbc:postgres://u:" + LEDGER + "@127.0.0.1/x"},
      {"leonardo.ledger.url", "jdbc:postgresql://u:" + LEDGER + "@127.0.0.1:1/x"},
      {"leonardo.ledger.url", "jdbc:postgresql://u:p/" + LEDGER + "@127.0.0.1:1/x"},
      {"leonardo.ledger.url", "jdbc:postgresql://u:p?" + LEDGER + "@127.0.0.1:1/x"},
      {"leonardo.ledger.url", "jdbc:sqlite:/dev/null/x?password=" + LEDGER},
      {"leonardo.jms.url", "nonsense?user=u&password=" + BROKER},
      {"leonardo.jms.url", "http://u:" + BROKER + "@x", "leonardo.jms.url: "},
      {"leonardo.jms.user", "me too", "leonardo.jms.user: "},
      {"leonardo.base-url", "https://u:" + API_KEY + "@127.0.0.1/x/"},
      {"leonardo.base-url", "https://u:" + API_KEY + "@127.0.0.1/x"},
      {"leonardo.base-url", "https://127.0.0.1/x?key=" + API_KEY},
      {"leonardo.rest.tls.password", TLS + "x"},
      {"leonardo.rest.tls.type", "NONE"},
      {"leonardo.rest.tls.keystore", "nowhere"},
      {"leonardo.sinks.erp.uri", "file:x?nonsense=1&password=" + SINK},
      {"leonardo.sinks.erp.uri", "nonsense:x?password=" + SINK},
      {"leonardo.sinks.erp.uri", "http://u:" + SINK + "@[bad"},
      {"leonardo.sinks.erp.uri", "http://u:p/" + SINK + "@[bad"},
      {"leonardo.sinks.erp.events", "none"},
      {"leonardo.rest.jwt.algorithm", "none"},
      {"leonardo.rest.jwt.algorithm", "RS256"},
      {"leonardo.tick", "soon"},
      {"leonardo.routes", "file:nowhere"},
    };
    for (String[] setting : bad) {
      App app =
          app("bad")
              .with("leonardo.jms.enabled", "true")
              .with("leonardo.jms.port", String.valueOf(App.freePort()))
              .with("leonardo.jms.user", "leonardo")
              .with("leonardo.jms.password", BROKER)
              .with("leonardo.rest.jwt.key", jwt)
              .with("leonardo.rest.jwt.issuer", "i")
              .with("leonardo.rest.jwt.audience", "a");
      if (setting[0].contains("jwt")) {
        app.with("leonardo.rest.auth", "jwt");
      }
      String why = SettingsTest.refusal(app.with(setting[0], setting[1]));
      assertThat(why)
          .startsWith(
              setting[0]
                  .replace("tls.password", "tls.keystore")
                  .replaceFirst(
                      "jwt.algorithm", setting[1].equals("none") ? "jwt.algorithm" : "jwt.key"));
      canary.look("the reason for " + setting[0] + "=" + setting[1].length(), why);
    }
    canary.lookInFiles(folder.resolve("bad"));
    canary.look("the log", Files.readString(folder.resolve("log.txt")));
    assertThat(canary.found()).isEmpty();
  }
}
