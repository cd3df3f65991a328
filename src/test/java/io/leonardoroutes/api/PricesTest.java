package io.leonardoroutes.api;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.leonardoroutes.auth.ApiKeys;
import io.leonardoroutes.auth.Caller;
import io.leonardoroutes.fixture.FlowFixture;
import io.leonardoroutes.fixture.Patience;
import io.leonardoroutes.fixture.RestClient;
import io.leonardoroutes.fixture.ScriptedProvider;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a request will cost, before it is paid. */
class PricesTest {
  private static final String FIVE_SECONDS =
      """
      {"model":"kling-3.0-turbo","parameters":{"prompt":"A cat"}}\
      """;
  private static final String BY_STUDIO =
      """
      {"model":"kling-3.0-turbo","account":"studio","parameters":{"prompt":"A cat"}}\
      """;
  private static final String NO_DURATION =
      """
      {"model":"kling-video-o-3","parameters":{"prompt":"A cat"}}\
      """;

  @TempDir Path folder;
  private ScriptedProvider provider;
  private FlowFixture flow;

  @BeforeEach
  void open() throws Exception {
    provider = ScriptedProvider.start();
    flow =
        FlowFixture.in(folder, provider)
            .with("leonardo.rest.enabled", "true")
            .with("leonardo.limits.concurrent", "1")
            .with("leonardo.accounts.studio.api-key", "studio-key-of-its-own")
            .with("leonardo.accounts.studio.limits.concurrent", "2");
  }

  @AfterEach
  void close() {
    flow.close();
    provider.close();
  }

  @Test
  void aRequestIsQuotedByTheTableUntilAJobLikeItHasShownItsPrice() throws Exception {
    flow.start();

    assertThat(quote(FIVE_SECONDS))
        .isEqualTo(
            json(
                """
                {"amount":"1.196","unit":"DOLLARS","basis":"table","from":true}\
                """));

    pay();

    JsonNode learned =
        json(
            """
            {"amount":"0.0147","unit":"DOLLARS","basis":"learned"}\
            """);
    assertThat(quote(FIVE_SECONDS.replace("A cat", "A dog"))).isEqualTo(learned);
    assertThat(quote(FIVE_SECONDS.replace("\"prompt\"", "\"duration\":10,\"prompt\"")))
        .as("another length")
        .isEqualTo(
            json(
                """
                {"amount":"2.392","unit":"DOLLARS","basis":"table","from":true}\
                """));
    assertThat(quote(BY_STUDIO).get("basis").asText()).as("another account").isEqualTo("table");
  }

  @Test
  void aRequestWithoutAPriceSaysSo() throws Exception {
    flow.start();

    assertThat(quote(NO_DURATION))
        .isEqualTo(
            json(
                """
                {"reason":"no price is known: account default has paid for no job like it, and the\
                 price table has no row for kling-video-o-3 without a duration"}\
                """));
  }

  @Test
  void aBatchIsAddedUp() throws Exception {
    flow.start();
    pay();

    assertThat(
            dryRun("[" + FIVE_SECONDS + "," + BY_STUDIO + ",{}," + NO_DURATION + "]").get("quote"))
        .isEqualTo(
            json(
                """
                {"sums":[{"amount":"1.2107","unit":"DOLLARS","from":true}],
                 "learned":1,"table":1,"unpriced":1,"hours":0.09}\
                """));
  }

  @Test
  void theHoursAreThoseOfTheAccountThatTakesLongest() throws Exception {
    flow.start();
    String ofHouse = String.join(",", Collections.nCopies(12, NO_DURATION));
    String ofStudio = String.join(",", Collections.nCopies(30, BY_STUDIO));

    assertThat(dryRun("[" + ofHouse + "]").at("/quote/hours").asText())
        .as("each is taken to take five minutes")
        .isEqualTo("1");
    assertThat(dryRun("[" + ofHouse + "," + ofStudio + "]").at("/quote/hours").asText())
        .isEqualTo("1.25");
  }

  @Test
  void aBatchThatIsRefusedOrMeantIsNotQuoted() throws Exception {
    flow.start();
    RestClient rest = RestClient.of(flow.app());

    assertThat(
            RestClient.json(
                    rest.send(
                        "POST", "/generations?dry-run=true&atomic=true", "[" + BY_STUDIO + ",{}]"))
                .has("quote"))
        .isFalse();
    assertThat(RestClient.json(rest.post("[" + BY_STUDIO + "]")).has("quote")).isFalse();
  }

  @Test
  void everyPriceIsListedTheLearnedOnesFirst() throws Exception {
    flow.start();
    pay();

    JsonNode prices = get("/prices").get("items");
    assertThat(prices.get(0))
        .isEqualTo(
            json(
                """
                {"model":"kling-3.0-turbo","seconds":5,"audio":true,"account":"default",
                 "amount":"0.0147","unit":"DOLLARS","basis":"learned"}\
                """));
    assertThat(prices.get(1))
        .isEqualTo(
            json(
                """
                {"model":"kling-3.0-turbo","seconds":1,"amount":"0.2392","unit":"DOLLARS",
                 "basis":"table","from":true,"asOf":"2026-08-01",
                 "source":"the provider's calculator, as shown to a third party's account"}\
                """));
    assertThat(get("/prices?model=kling-2.6").get("items").findValuesAsText("amount"))
        .containsExactly("0.903", "1.806");
    assertThat(get("/prices?model=kling-9").get("detail").asText())
        .startsWith("model 'kling-9' is not one of [kling-2.6, ");
  }

  @Test
  void aCallerSeesNoPriceOfAnAccountThatIsNotForIt() throws Exception {
    ApiKeys.Made shop = ApiKeys.make(new Caller("shop", false));
    ApiKeys.Made anna = ApiKeys.make(new Caller("anna", true));
    Path keys = Files.writeString(folder.resolve("keys"), shop.line() + "\n" + anna.line(), UTF_8);
    flow.with("leonardo.rest.auth", "api-key")
        .with("leonardo.rest.keys", keys.toString())
        .with("leonardo.accounts.studio.callers", "lab")
        .start();
    RestClient rest = RestClient.of(flow.app());
    rest.post(BY_STUDIO, "Authorization", "Bearer " + anna.key());

    await()
        .atMost(Patience.LONG)
        .until(() -> prices(rest, anna).findValuesAsText("account").equals(List.of("studio")));
    assertThat(prices(rest, shop).findValuesAsText("basis")).hasSize(6).containsOnly("table");
  }

  private static JsonNode prices(RestClient rest, ApiKeys.Made caller) throws Exception {
    return RestClient.json(
        rest.send("GET", "/prices", "", "Authorization", "Bearer " + caller.key()));
  }

  private void pay() {
    flow.until(flow.accept(FIVE_SECONDS), "COMPLETE");
  }

  private JsonNode quote(String request) throws Exception {
    return dryRun(request).get("quote");
  }

  private JsonNode dryRun(String body) throws Exception {
    return RestClient.json(
        RestClient.of(flow.app()).send("POST", "/generations?dry-run=true", body));
  }

  private JsonNode get(String path) throws Exception {
    return RestClient.json(RestClient.of(flow.app()).get(path));
  }

  private static JsonNode json(String text) {
    return FlowFixture.json(text);
  }
}
