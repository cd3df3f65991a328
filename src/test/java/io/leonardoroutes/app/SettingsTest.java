package io.leonardoroutes.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.leonardoroutes.auth.ApiKeys;
import io.leonardoroutes.auth.Caller;
import io.leonardoroutes.fixture.App;
import io.leonardoroutes.settings.BadSetting;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.apache.camel.component.http.HttpClientConfigurer;
import org.apache.camel.component.platform.http.PlatformHttpConstants;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A setting that cannot work stops the start, in one line that begins with its key. */
public class SettingsTest {
  @TempDir Path folder;

  private App app() {
    return App.in(folder);
  }

  public static String refusal(App app) {
    Throwable failure = catchThrowable(app::start);
    return Stream.iterate(failure, cause -> cause != null, Throwable::getCause)
        .filter(BadSetting.class::isInstance)
        .map(Throwable::getMessage)
        .findFirst()
        .orElseGet(() -> "no BadSetting: " + failure);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      textBlock =
          """
          leonardo.api-key | ~~ | not set; set it, or try without one: leonardo.sandbox=true
          leonardo.base-url | ftp://x | 'ftp://x' is not an http(s) address without a slash at its end
          leonardo.http.proxy | https://me:secret@proxy.corp:3128 | not http://[user:password@]host:port, nor none; to https:// addresses it makes a tunnel
          leonardo.http.proxy | http://me:se#cret@proxy.corp:3128 | not http://[user:password@]host:port, nor none; to https:// addresses it makes a tunnel
          leonardo.http.no-proxy | .corp,192.168.* | '192.168.*' is no host, .domain, address or network such as 10.0.0.0/8
          leonardo.sandbox | yes | 'yes' is neither true nor false
          leonardo.ledger.url | jdbc:h2:x | neither jdbc:sqlite:FILE nor jdbc:postgresql:...
          leonardo.limits.concurrent | ten | 'ten' is not a whole number from 1 to 10000
          leonardo.limits.concurrent | 0 | '0' is not a whole number from 1 to 10000
          leonardo.approval.above | ten | 'ten' is not a decimal number such as 25.50
          leonardo.approval.above | -1 | '-1' is not a decimal number such as 25.50
          leonardo.approval.currency | EUR | 'EUR' is neither DOLLARS nor CREDITS
          leonardo.approval.expires | never | 'never' is not a time such as 500ms, 20s, 10m, 2h or 7d
          leonardo.ledger.user | erp | an SQLite ledger has no user
          leonardo.ledger.password | canary | set leonardo.ledger.user too
          leonardo.secrets.refresh | never | 'never' is not a time such as 500ms, 20s, 10m, 2h or 7d
          leonardo.jms.client | rabbit | 'rabbit' is neither artemis nor activemq
          leonardo.jms.client | activemq | the built-in broker is artemis; set leonardo.jms.url
          leonardo.jms.user | an erp | not 1 to 64 characters of ASCII without spaces
          leonardo.jms.max-bytes | 1k | '1k' is not a whole number from 65536 to 9223372036854775807
          leonardo.jms.min-disk-free | -1 | '-1' is not a whole number from 0 to 9223372036854775807
          leonardo.duplicates | drop | 'drop' is not one of off, flag, reuse
          leonardo.budget.currency | EURO | 'EURO' is neither DOLLARS nor CREDITS
          leonardo.accounts.studio.api-key | test-key | is the key of account default too: one key is one account, with one set of limits
          leonardo.accounts.default.api-key | key | an account's name is made of a-z, 0-9 and -, and is not 'default'
          leonardo.accounts.Studio.api-key | key | an account's name is made of a-z, 0-9 and -, and is not 'default'
          leonardo.accounts.studio.api-key | ~~ | not set; each account has a key of its own
          leonardo.jms.consumers | many | 'many' is not a whole number from 1 to 1000
          leonardo.request.max-bytes | 99 | '99' is not a whole number from 1024 to 16777216
          leonardo.track.every | soon | 'soon' is not a time such as 500ms, 20s, 10m, 2h or 7d
          leonardo.track.every | -5s | '-5s' is not a time such as 500ms, 20s, 10m, 2h or 7d
          leonardo.events.keep | 59m | less than 1h: a message that its broker redelivers would be answered again
          leonardo.jobs.keep | 23h | less than 1d: what the provider lists could not be told apart
          leonardo.jobs.keep | always | 'always' is not a time such as 500ms, 20s, 10m, 2h or 7d
          leonardo.tick | soon | 'soon' is not a time such as 500ms, 20s, 10m, 2h or 7d
          leonardo.track.give-up | {{nowhere}} | Property with key [nowhere] not found in properties from text: {{nowhere}}
          leonardo.sinks.outbox.events | submitted,done | 'submitted,done' may contain only approval, cancelled, completed, failed, in_doubt, rejected, submitted
          leonardo.rest.cors.origins | * | '*' is not an origin such as https://www.example.com
          leonardo.rest.cors.origins | https://a.example.com,null | 'null' is not an origin such as https://www.example.com
          leonardo.rest.requests-per-minute | 0 | '0' is not a whole number from 1 to 10000000
          leonardo.rest.tls.keystore | nowhere.p12 | cannot open nowhere.p12 with leonardo.rest.tls.password: nowhere.p12
          leonardo.rest.auth | maybe | 'maybe' is not one of none, api-key, jwt
          leonardo.sinks.outbox.content | film | 'film' may contain only event, video
          leonardo.sinks.archive.uri | ftpx:host | there is no Camel component 'ftpx' on the class path
          leonardo.sinks.archive.uri | file:x?nonsense=1 | is not a valid endpoint: There are 1 parameters that couldn't be set on the endpoint. Check the uri if the parameters are spelt correctly and that they are properties of the endpoint. Unknown parameters=[{nonsense=1}]
          leonardo.sinks.lease.uri | mock:lease | the route files have a route deliver-lease: give the sink another name
          leonardo.routes | file:nowhere/*.yaml | there is no route file at file:nowhere/*.yaml
          leonardo.routes | file:nowhere.yaml | there is no route file at file:nowhere.yaml
          leonardo.base-url | https://me:secret@x.example | 'https://x.example' is not an http(s) address without a slash at its end
          """)
  void aValueThatCannotBe(String key, String value, String why) {
    assertThat(refusal(app().with(key, value))).isEqualTo(key + ": " + why);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      textBlock =
          """
          red.tag=team:red | red.per-day: not set; a budget has an amount per day, per month or both
          red.per-day=5 | red.tag: a budget has either a tag or a caller
          red.per-day=5;red.tag=team:red;red.caller=erp | red.tag: a budget has either a tag or a caller
          red.per-day=5;red.tag=team | red.tag: 'team' is not NAME:VALUE, as in team:red
          red.per-day=5;red.caller=an erp | red.caller: 'an erp' cannot be a caller's name
          red.per-month=5 EUR;red.caller=erp | red.per-month: '5 EUR' is not a decimal number such as 25.50
          Red.per-day=5;Red.caller=erp | Red.per-day: a budget's name is made of a-z, 0-9 and -
          """)
  void aBudgetThatCannotBe(String settings, String why) {
    App app = app();
    for (String setting : settings.split(";")) {
      String[] pair = setting.split("=");
      app.with("leonardo.budgets." + pair[0], pair[1]);
    }
    assertThat(refusal(app)).isEqualTo("leonardo.budgets." + why);
  }

  @Test
  void budgetsOfCallersAndTagsNeedOneCurrency() {
    assertThat(
            refusal(
                app()
                    .with("leonardo.accounts.lab.api-key", "lab-key")
                    .with("leonardo.accounts.lab.budget.per-day", "100")
                    .with("leonardo.accounts.lab.budget.currency", "CREDITS")
                    .with("leonardo.budgets.red.tag", "team:red")
                    .with("leonardo.budgets.red.per-day", "5")))
        .isEqualTo(
            "leonardo.accounts.lab.budget.currency: is not the DOLLARS of leonardo.budget.currency:"
                + " leonardo.budgets needs one currency for all accounts");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      textBlock =
          """
          limits.concurrent | none | 'none' is not a whole number from 1 to 10000
          limits.concurrent | 9990 | all accounts together have 10001: at most 10000
          limits.creates-per-minute | 0 | '0' is not a whole number from 1 to 1000000
          budget.per-day | 5 EUR | '5 EUR' is not a decimal number such as 25.50
          budget.currency | EURO | 'EURO' is neither DOLLARS nor CREDITS
          callers | erp,anna b | 'anna b' cannot be a caller's name
          callers | shop | 'shop' already uses account lab
          """)
  void aValueOfAnAccountThatCannotBe(String key, String value, String why) {
    String of = why.contains("together") ? "leonardo." : "leonardo.accounts.studio.";
    assertThat(
            refusal(
                app()
                    .with("leonardo.accounts.lab.api-key", "lab-key")
                    .with("leonardo.accounts.lab.callers", "shop")
                    .with("leonardo.accounts.lab.limits.concurrent", "1")
                    .with("leonardo.accounts.studio.api-key", "studio-key")
                    .with("leonardo.accounts.studio." + key, value)))
        .isEqualTo(of + key + ": " + why);
  }

  @Test
  void aTableOfPricesThatCannotBe() throws IOException {
    Path prices = folder.resolve("prices.csv");
    App program = app().with("leonardo.prices", prices.toString());

    assertThat(refusal(program)).startsWith("leonardo.prices: cannot read " + prices + " (");

    Files.writeString(
        prices,
        """
        model,seconds,size,audio,amount,unit,as of,source
        kling-3.0-turbo,1,,,0.2392,DOLLARS,2026-08-01,
        kling-3.0-turbo,5,,,1.20 $,DOLLARS,2026-08-01,
        """);
    assertThat(refusal(app().with("leonardo.prices", prices.toString())))
        .isEqualTo(
            "leonardo.prices: "
                + prices
                + ", line 3, column amount: '1.20 $' is not a decimal number such as 0.2392, from"
                + " 0 to 999999999999");

    Files.write(prices, new byte[] {'m', (byte) 0xfc});
    assertThat(refusal(app().with("leonardo.prices", prices.toString())))
        .isEqualTo("leonardo.prices: " + prices + " is not UTF-8");
  }

  @Test
  void aDeliveryThatWouldCutOffTheCallThatItMakes() {
    App program =
        app()
            .with("leonardo.http.response-timeout", "295s")
            .with("leonardo.sinks.erp.uri", "https://erp.example/videos");

    assertThat(refusal(program))
        .isEqualTo(
            "leonardo.deliver.timeout: 10m is not longer than the 600 s that a call to sink erp may"
                + " take by leonardo.http.connect-timeout and twice leonardo.http.response-timeout:"
                + " it would be cut off, and made again");
  }

  @ParameterizedTest
  @CsvSource({
    "https://erp.example/videos, 294s",
    "https://erp.example/videos?httpClientConfigurer=#own, 295s",
    "seda:erp, 295s"
  })
  void aDeliveryThatLetsItsCallEnd(String uri, String responseTimeout) throws Exception {
    try (App program =
        app()
            .bind("own", (HttpClientConfigurer) client -> {})
            .with("leonardo.http.response-timeout", responseTimeout)
            .with("leonardo.sinks.erp.uri", uri)
            .start()) {
      assertThat(program.context().isStarted()).isTrue();
    }
  }

  @Test
  void aRestAddressThatOthersCanReach() {
    assertThat(
            refusal(
                app().with("leonardo.rest.enabled", "true").with("leonardo.rest.host", "0.0.0.0")))
        .isEqualTo(
            "leonardo.rest.host: 0.0.0.0 would let the network spend money without authentication:"
                + " set leonardo.rest.auth, or use a loopback address, with a gateway that"
                + " authenticates before it");
  }

  private App asking(Path keys) {
    return app()
        .with("leonardo.rest.enabled", "true")
        .with("leonardo.rest.auth", "api-key")
        .with("leonardo.rest.keys", keys.toString());
  }

  @Test
  void keysThatAreNowhereOrWouldBeAskedForByNobody() throws Exception {
    Path keys = folder.resolve("keys");
    assertThat(refusal(asking(keys)))
        .isEqualTo(
            "leonardo.rest.keys: cannot read %s: make a key with java -jar leonardo-routes.jar key NAME >> %s"
                .formatted(keys, keys));
    Files.writeString(keys, "erp user sha256 secret\n");
    assertThat(refusal(asking(keys)))
        .isEqualTo(
            "leonardo.rest.keys: line 1 of %s is not NAME user|operator sha256 SALT HASH, as the command key makes it"
                .formatted(keys));
    Files.writeString(keys, ApiKeys.make(new Caller("erp", false)).line());
    assertThat(
            refusal(
                asking(keys).bind(PlatformHttpConstants.PLATFORM_HTTP_ENGINE_NAME, "of its own")))
        .isEqualTo(
            "leonardo.rest.auth: the application has an HTTP server of its own, which this setting"
                + " does not protect: set none here and authenticate callers in that server");
  }

  @ParameterizedTest
  @CsvSource({"erp.url, erp", "erp.events, erp", "my.erp.uri, my", "erp, erp"})
  void aSinkWithoutAnAddress(String key, String sink) {
    assertThat(refusal(app().with("leonardo.sinks." + key, "completed")))
        .isEqualTo(
            "leonardo.sinks."
                + sink
                + ".uri: not set; every sink needs an address, or an empty one to disable it");
  }

  @Test
  void aFolderThatIsAFile() throws Exception {
    Path file = Files.writeString(folder.resolve("file"), "");
    for (String key : new String[] {"leonardo.data", "leonardo.inbox", "leonardo.outbox"}) {
      assertThat(refusal(app().with("leonardo.file.enabled", "true").with(key, file.toString())))
          .startsWith(key + ": cannot write in " + file + " (")
          .doesNotContain("\n");
    }
    assertThat(refusal(app().with("leonardo.ledger.url", "jdbc:sqlite:" + file + "/ledger.db")))
        .startsWith("leonardo.ledger.url: cannot be opened: ")
        .doesNotContain("\n");
  }

  @Test
  void aPortThatIsTaken() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String port = String.valueOf(taken.getLocalPort());
      for (String intake : new String[] {"leonardo.rest", "leonardo.jms"}) {
        assertThat(refusal(app().with(intake + ".enabled", "true").with(intake + ".port", port)))
            .startsWith(intake + ".port: port " + port + " of 127.0.0.1 cannot be opened: ")
            .doesNotContain("\n");
      }
    }
  }

  @Test
  void aBrokerAddressThatIsNone() {
    assertThat(
            refusal(
                app().with("leonardo.jms.enabled", "true").with("leonardo.jms.url", "nonsense")))
        .isEqualTo("leonardo.jms.url: 'nonsense' is not an address such as tcp://host:61616");
    for (String url : new String[] {"nio+ssl://host:61617", "vm://inside?brokerConfig=secret"}) {
      assertThat(
              refusal(app().with("leonardo.jms.client", "activemq").with("leonardo.jms.url", url)))
          .isEqualTo(
              "leonardo.jms.url: '%s' is not an address such as tcp://host:61616 or ssl://host:61617"
                  .formatted(url.replace("?brokerConfig=secret", "")));
    }
  }

  @Test
  void aSecondInstanceOnTheSameLedger() throws Exception {
    try (App first = app().start()) {
      assertThat(refusal(app()))
          .isEqualTo(
              "leonardo.ledger.url: cannot be opened: %s is in use by another instance: an SQLite"
                      .formatted(first.data().resolve("ledger.db"))
                  + " ledger allows only one; for several use PostgreSQL");
    }
  }
}
