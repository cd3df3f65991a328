package io.leonardoroutes.intake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.leonardoroutes.fixture.Fixture;
import io.leonardoroutes.fixture.FlowFixture;
import io.leonardoroutes.fixture.InboxFixture;
import io.leonardoroutes.fixture.LedgerRows;
import io.leonardoroutes.fixture.LogCapture;
import io.leonardoroutes.fixture.Patience;
import io.leonardoroutes.fixture.ScriptedProvider;
import io.leonardoroutes.flow.FlowProperties;
import io.leonardoroutes.problem.RequestRejected;
import java.io.ByteArrayInputStream;
import java.lang.reflect.Field;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.apache.camel.support.ExchangeHelper;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The kamelets of the jar, in YAML routes of an application. */
class KameletsTest {
  private static final String SINK =
      """
      - route:
          id: orders
          from:
            uri: direct:orders
            steps:
              - to:
                  uri: kamelet:leonardo-generate-sink
                  parameters:
                    key: orders-${header.messageId}
      """;

  private static final String CATCHING =
      """
      - routeConfiguration:
          id: own
          onException:
            - onException:
                exception: [io.leonardoroutes.problem.RequestRejected]
                handled: {constant: "true"}
                steps: [{process: {ref: caught}}]
      - route:
          id: handles
          routeConfigurationId: own
          from:
            uri: direct:handles
            steps:
              - to: kamelet:leonardo-generate-sink?key=handles-${header.messageId}
              - process: {ref: next}
      - route:
          id: letters
          errorHandler:
            deadLetterChannel:
              deadLetterUri: direct:letter
              redeliveryPolicy: {maximumRedeliveries: 2, redeliveryDelay: 1}
          from:
            uri: direct:letters
            steps:
              - to: kamelet:leonardo-generate-sink?key=letters-${header.messageId}
              - process: {ref: next}
      - route:
          id: tries
          from:
            uri: direct:tries
            steps:
              - doTry:
                  steps:
                    - to: kamelet:leonardo-generate-sink?key=tries-${header.messageId}
                    - process: {ref: next}
                  doCatch:
                    - exception: [io.leonardoroutes.problem.RequestRejected]
                      steps: [{process: {ref: caught}}]
      - route:
          id: acts
          routeConfigurationId: own
          from:
            uri: direct:acts
            steps:
              - kamelet:
                  name: leonardo-generate-action
                  parameters: {key: "acts-${header.messageId}"}
              - process: {ref: next}
      - route:
          id: letter
          from:
            uri: direct:letter
            steps: [{process: {ref: caught}}]
      """;

  @TempDir Path folder;
  @Fixture private ScriptedProvider provider;
  @Fixture private FlowFixture story;

  private void start(String routes) throws Exception {
    Files.writeString(folder.resolve("own.camel.yaml"), routes);
    story.with("camel.main.routes-include-pattern", "file:" + folder + "/own.camel.yaml").start();
  }

  private Exchange send(String endpoint, Object body, Map<String, Object> headers) {
    return story
        .app()
        .template()
        .send(
            endpoint,
            exchange -> {
              exchange.getMessage().setBody(body);
              exchange.getMessage().setHeaders(new HashMap<>(headers));
            });
  }

  private Exchange order(String message) {
    return send("direct:orders", InboxFixture.request(message), Map.of("messageId", message));
  }

  private List<Map<String, Object>> jobs(String columns) {
    return LedgerRows.of(story.app(), "SELECT " + columns + " FROM job ORDER BY created_at, id");
  }

  private List<Object> keys() {
    return jobs("intake_key").stream().map(row -> row.get("intake_key")).toList();
  }

  private static String rejection(Exchange exchange) {
    return exchange.getException(RequestRejected.class).getMessage();
  }

  /** A route that sends to the sink with these parameters. */
  private static String sink(String parameters) {
    return """
    - route:
        id: orders
        from:
          uri: direct:orders
          steps:
            - to:
                uri: kamelet:leonardo-generate-sink
                parameters: {%s}
    """
        .formatted(parameters);
  }

  @Test
  void aRedeliveredMessageIsOneJobAndOneCreate() throws Exception {
    start(SINK);
    for (int i = 0; i < 2; i++) {
      assertThat(order("7").getException()).isNull();
    }

    assertThat(keys()).containsExactly("kamelet:orders-7");
    story.until(String.valueOf(jobs("id").get(0).get("id")), "COMPLETE");
    assertThat(provider.creates()).hasSize(1);
  }

  @Test
  void aRequestIsTextBytesOrAStreamAndTheMessageGoesOnAsItWas() throws Exception {
    start(SINK);
    String request = InboxFixture.request("ä");
    byte[] bytes = request.getBytes(StandardCharsets.UTF_8);
    Map<String, Object> latin =
        Map.of("messageId", "2", "Content-Type", "text/plain; charset=ISO-8859-1");

    assertThat(send("direct:orders", request, Map.of("messageId", "1")).getMessage().getBody())
        .isEqualTo(request);
    Exchange second = send("direct:orders", bytes, latin);
    assertThat(second.getMessage().getBody()).isEqualTo(bytes);
    assertThat(second.getMessage().getHeaders()).isEqualTo(latin);
    assertThat(second.getVariables()).isEmpty();
    Exchange third =
        send("direct:orders", new ByteArrayInputStream(bytes), Map.of("messageId", "3"));
    assertThat(third.getException()).isNull();
    assertThat(jobs("request")).hasSize(3).containsOnly(jobs("request").get(0));
    assertThat(String.valueOf(jobs("request").get(0))).contains("ä");
  }

  @Test
  void theActionAnswersTheJobForTheNextStep() throws Exception {
    start(
        """
        - route:
            id: orders
            from:
              uri: direct:orders
              steps:
                - to: kamelet:leonardo-generate-action?key=orders-${header.messageId}
                - setHeader: {name: seen, simple: "${body}"}
        """);
    Exchange sent = order("7");
    JsonNode job = FlowFixture.json(sent.getMessage().getHeader("seen", String.class));

    assertThat(sent.getMessage().getBody()).isInstanceOf(String.class);
    assertThat(sent.getMessage().getHeader("Content-Type")).isEqualTo("application/json");
    assertThat(sent.getMessage().getHeader("messageId")).isEqualTo("7");
    assertThat(job.get("id").asText()).isEqualTo(jobs("id").get(0).get("id"));
    assertThat(job.get("state").asText()).isEqualTo("ACCEPTED");
  }

  @Test
  void twoOfAKindInOneRouteKeepTheirParametersApart() throws Exception {
    story.with("leonardo.sinks.night.uri", "log:night");
    start(
        """
        - route:
            id: orders
            from:
              uri: direct:orders
              steps:
                - to:
                    uri: kamelet:leonardo-generate-sink
                    parameters:
                      key: a-${header.messageId}
                      sinks: night
                      priority: 9
                      caller: ${header.user}
                      name: ${header.file}
                - to:
                    uri: kamelet:leonardo-generate-sink
                    parameters: {key: "b-${header.messageId}"}
        """);
    Exchange sent =
        send(
            "direct:orders",
            InboxFixture.request("a"),
            Map.of("messageId", "7", "user", "alice", "file", "spring/cat"));

    assertThat(sent.getException()).isNull();
    assertThat(jobs("intake_key, sinks, priority, caller"))
        .containsExactlyInAnyOrder(
            row("kamelet:a-7", "[\"night\"]", 9, "alice"), row("kamelet:b-7", "[]", 4, null));
    assertThat(jobs("file_name").toString()).contains("springcat");
  }

  private static Map<String, Object> row(String key, String sinks, int priority, String caller) {
    Map<String, Object> row = new HashMap<>();
    row.put("intake_key", key);
    row.put("sinks", sinks);
    row.put("priority", priority);
    row.put("caller", caller);
    return row;
  }

  @Test
  void whatAMessageBringsAlongSetsNothing() throws Exception {
    story
        .with("leonardo.accounts.rich.api-key", "another-key")
        .with("leonardo.accounts.rich.callers", "boss");
    start(sink("key: \"${header.messageId}\""));
    Map<String, Object> hostile = new HashMap<>();
    for (Field field : FlowProperties.class.getFields()) {
      hostile.put((String) field.get(null), "true");
    }
    hostile.put(FlowProperties.CALLER, "boss");
    hostile.put(FlowProperties.ACCOUNT, "rich");
    hostile.put(FlowProperties.DEFAULT_ACCOUNT, "rich");
    hostile.put(FlowProperties.PRIORITY, "9");
    hostile.put("CamelBeanMethodName", "refused");
    hostile.put("CamelHttpUri", "http://127.0.0.1:1");
    hostile.put("messageId", "${exchangeId}{{leonardo.api-key}}");
    Exchange sent =
        story
            .app()
            .template()
            .send(
                "direct:orders",
                exchange -> {
                  exchange.getMessage().setBody(InboxFixture.request("a"));
                  exchange.getMessage().setHeaders(new HashMap<>(hostile));
                  exchange.getProperties().putAll(hostile);
                });

    assertThat(sent.getException()).isNull();
    assertThat(jobs("intake_key, caller, account, priority, reply_to").toString())
        .isEqualTo(
            "[{intake_key=kamelet:${exchangeId}{{leonardo.api-key}}, caller=null, account=default,"
                + " priority=4, reply_to=null}]");
    String rich = "{\"account\":\"rich\"," + InboxFixture.request("b").substring(1);
    assertThat(rejection(send("direct:orders", rich, Map.of("messageId", "8"))))
        .contains("/account", "is not a known account: one of default");
  }

  @Test
  void theAccountAndTheCallerAreThoseThatTheRouteNames() throws Exception {
    story
        .with("leonardo.accounts.rich.api-key", "another-key")
        .with("leonardo.accounts.team.api-key", "third-key")
        .with("leonardo.accounts.team.callers", "team");
    start(
        sink("key: \"a-${header.messageId}\", account: rich")
            + sink("key: \"b-${header.messageId}\", caller: team").replace("orders", "team"));
    order("7");
    send("direct:team", InboxFixture.request("b"), Map.of("messageId", "8"));

    assertThat(jobs("account, caller").toString())
        .isEqualTo("[{account=rich, caller=null}, {account=team, caller=team}]");
  }

  @Test
  void aMessageThatLacksTheKeyOrAPartOfItIsRejected() throws Exception {
    start(SINK);
    for (String id : Arrays.asList(null, "", " ")) {
      Map<String, Object> headers = new HashMap<>();
      headers.put("messageId", id);
      Exchange sent = send("direct:orders", InboxFixture.request("a"), headers);

      assertThat(rejection(sent))
          .isEqualTo(
              "400 no-key: a part of `orders-${header.messageId}` has no value: without it a"
                  + " redelivery would be paid again");
    }
    assertThat(jobs("id")).isEmpty();
  }

  @Test
  void aMessageThatLacksTheCallerIsRejected() throws Exception {
    start(sink("key: \"${header.messageId}\", caller: \"${header.user}\""));

    for (String user : List.of("", "a b", "a\nb", "x".repeat(65))) {
      Map<String, Object> headers = Map.of("messageId", "7", "user", user);
      assertThat(rejection(send("direct:orders", InboxFixture.request("a"), headers)))
          .startsWith("403 no-caller: ");
    }
    assertThat(rejection(order("7"))).startsWith("403 no-caller: ");
    assertThat(jobs("id")).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "key: ''| key: it is empty: without a key a message that is redelivered is paid again",
        "key: ' '| key: it is empty: without a key a message that is redelivered is paid again",
        "key: 'a-${exchangeId}'| key: 'exchangeId' changes with each delivery, and each would be"
            + " paid: use what the message itself is called",
        "key: 'a-${date:now:yyyy}'| key: 'date:now' changes with each delivery, and each would be"
            + " paid: use what the message itself is called",
        "key: '{{orders.key}}'| key: 'random' changes with each delivery, and each would be paid:"
            + " use what the message itself is called",
        "key: 'RAW(a-${uuid})'| key: 'uuid' changes with each delivery, and each would be paid: use"
            + " what the message itself is called",
        "key: a, sinks: nihgt| sinks: 'nihgt' is not a known sink: outbox, told",
        "key: a, priority: 10| priority: '10' is not a whole number from 0 to 9",
        "key: a, account: rich| account: 'rich' is not a known account: default",
      })
  void aParameterThatCannotWorkStopsTheStart(String parameters, String why) {
    story.with("orders.key", "${random(9)}");

    assertThatThrownBy(() -> start(sink(parameters)))
        .hasStackTraceContaining("route orders, kamelet:leonardo-generate-sink, " + why);
  }

  @Test
  void withoutAKeyTheApplicationDoesNotStart() {
    assertThatThrownBy(() -> start(sink("priority: 4")))
        .hasStackTraceContaining("the following mandatory parameters must be provided: key");
  }

  @Test
  void specialCharactersOfAParameterStayWhatTheyAre() throws Exception {
    story.with("orders.prefix", "p&q");
    start(
        sink("key: '#1 50%25 a+b=c?d é''\"-${header.messageId}'")
            + sink("key: 'RAW(x&y%z+-${header[messageId]})'").replace("orders", "raw")
            + sink("key: 'RAW({{orders.prefix}}-${header.messageId})'")
                .replace("direct:orders", "direct:own")
                .replace("id: orders", "id: own"));
    order("7");
    send("direct:raw", InboxFixture.request("b"), Map.of("messageId", "8"));
    send("direct:own", InboxFixture.request("c"), Map.of("messageId", "9"));

    assertThat(keys())
        .containsExactlyInAnyOrder(
            "kamelet:#1 50%25 a+b=c?d é'\"-7", "kamelet:x&y%z+-8", "kamelet:p&q-9");
  }

  @Test
  void aKeyThatIsCutAtAnAmpersandStopsTheStart() {
    assertThatThrownBy(() -> start(sink("key: 'a&${header.messageId}'")))
        .hasStackTraceContaining(
            "kamelet:leonardo-generate-sink, ${header.messageId}: there is no such parameter, only"
                + " account, caller, key, name, priority, sinks; write a value that contains & as"
                + " RAW(...)");
  }

  @Test
  void aParameterThatIsMisspeltStopsTheStart() {
    assertThatThrownBy(() -> start(sink("key: '${header.messageId}', prio: 9")))
        .hasStackTraceContaining(
            "kamelet:leonardo-generate-sink, prio: there is no such parameter");
  }

  /** Each route with its own way to catch; what is caught is the message as it came. */
  @Test
  void aRejectionIsCaughtByTheErrorHandlerOfTheRouteAndTheMessageIsAsItWas() throws Exception {
    List<Exchange> caught = new CopyOnWriteArrayList<>();
    List<Exchange> next = new CopyOnWriteArrayList<>();
    story
        .bind(
            "caught", (Processor) exchange -> caught.add(ExchangeHelper.createCopy(exchange, true)))
        .bind("next", (Processor) next::add);
    start(CATCHING);
    String request = "{\"model\":\"none\"}";
    for (String route : List.of("handles", "letters", "tries", "acts")) {
      Exchange sent = send("direct:" + route, request, Map.of("messageId", "7"));

      assertThat(sent.getException()).as(route).isNull();
      assertThat(next).as(route).isEmpty();
      assertThat(caught).as(route).hasSize(1);
      Exchange one = caught.remove(0);
      assertThat(RequestRejected.caughtBy(one).problem().status()).isEqualTo(422);
      assertThat(one.getMessage().getBody()).isEqualTo(request);
      assertThat(send("direct:" + route, InboxFixture.request("a"), Map.of("messageId", route)))
          .extracting(Exchange::getException)
          .isNull();
      assertThat(next).as(route).hasSize(1);
      next.clear();
    }
    assertThat(keys()).hasSize(4);
  }

  @Test
  void aRejectionIsToldToSinksOncePerKey() throws Exception {
    start(
        """
        - route:
            id: orders
            from:
              uri: direct:orders
              steps:
                - doTry:
                    steps:
                      - to: kamelet:leonardo-generate-sink?key=${header.messageId}
                    doCatch:
                      - exception: [io.leonardoroutes.problem.RequestRejected]
                        steps: [{bean: {ref: leonardoAccept, method: refused}}]
        """);
    for (int i = 0; i < 2; i++) {
      Exchange sent = send("direct:orders", "{\"model\":\"none\"}", Map.of("messageId", "7"));
      assertThat(sent.getMessage().getBody(String.class)).contains("\"status\" : 422");
    }

    assertThat(LedgerRows.of(story.app(), "SELECT id FROM event WHERE type = 'rejected'"))
        .hasSize(1);
  }

  @Test
  void whileTheLedgerIsUnavailableTheErrorHandlerOfTheRouteTriesAgain() throws Exception {
    start(
        SINK.replace(
            "id: orders\n",
            """
            id: orders
                errorHandler:
                  defaultErrorHandler:
                    retryWhileRef: leonardoHold
                    redeliveryPolicy: {redeliveryDelay: 20}
            """));
    LedgerRows.change(story.app(), "ALTER TABLE job RENAME TO away");
    try (LogCapture log = LogCapture.open()) {
      CompletableFuture<Exchange> sent = CompletableFuture.supplyAsync(() -> order("7"));
      await().until(() -> log.with("what new requests need is away").size() == 1);
      LedgerRows.change(story.app(), "ALTER TABLE away RENAME TO job");

      assertThat(sent.get(Patience.LONG.toSeconds(), TimeUnit.SECONDS).getException()).isNull();
    }
    assertThat(keys()).containsExactly("kamelet:orders-7");
  }
}
