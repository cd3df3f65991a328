package io.leonardoroutes.doctor;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.leonardoroutes.flow.LeonardoSettings;
import io.leonardoroutes.flow.ProviderAccounts;
import io.leonardoroutes.http.BoundedClient;
import io.leonardoroutes.provider.HttpClients;
import io.leonardoroutes.provider.ProviderClient;
import io.leonardoroutes.provider.ProviderClock;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import org.apache.camel.CamelContext;
import org.apache.hc.client5.http.classic.methods.HttpGet;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClientBuilder;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.Header;

/**
 * Asks the provider for its models, which is free, with the client of the paid calls: through the
 * same proxy, with the same keys and the same trust.
 */
public final class ProviderChecks {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration LONGEST = Duration.ofSeconds(20);
  private static final int MOST_BYTES = 16 * 1024 * 1024;
  private static final int LONGEST_TEXT = 200;

  /** The header has whole seconds, and an answer takes time. */
  private static final Duration CLOSE = Duration.ofSeconds(5);

  private final CamelContext context;
  private final LeonardoSettings settings;
  private final Set<String> models;
  private final Clock clock;
  private boolean clockTold;

  private record Seen(int status, String body, String date) {
    boolean isGood() {
      return status == 200;
    }
  }

  /**
   * @param models the ids of ours
   */
  public ProviderChecks(
      CamelContext context, LeonardoSettings settings, Set<String> models, Clock clock) {
    this.context = context;
    this.models = models;
    this.settings = settings;
    this.clock = clock;
  }

  /** The key of an account, the models it has, and once the clock. */
  public List<DoctorCheck> check(String account) {
    List<DoctorCheck> found = new ArrayList<>();
    String key =
        settings.accounts().find(account).map(ProviderAccounts.Account::prefix).orElseThrow()
            + "api-key";
    try {
      Seen seen = ask(account);
      found.add(key(account, key, seen));
      if (seen.isGood()) {
        found.add(models(account, seen));
      }
      if (!clockTold && seen.date() != null) {
        clockTold = true;
        found.add(time(seen.date()));
      }
    } catch (IOException e) {
      String where = settings.provider().baseUrl().toString();
      String why = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
      found.add(
          settings.sandbox().on()
              ? DoctorCheck.ok("key", "the sandbox is on: it answers while the program runs")
              : DoctorCheck.fail(
                  "key",
                  "account " + account + ": no answer from " + where + ": " + why,
                  "let this machine reach it, or set leonardo.http.proxy"));
    }
    return found;
  }

  private Seen ask(String account) throws IOException {
    BoundedClient usual = HttpClients.of(context, settings).provider();
    BoundedClient quick =
        new BoundedClient(usual.timer(), LONGEST, usual.tls(), usual.resolver(), usual.routes());
    HttpClientBuilder builder = HttpClientBuilder.create();
    new ProviderClient(
            settings.accounts(),
            clock::instant,
            () -> quick,
            new ProviderClock(clock, System::nanoTime),
            settings.provider().baseUrl())
        .configureHttpClient(builder);
    HttpGet get = new HttpGet(settings.provider().baseUrl() + "/v2/models");
    get.setHeader(ProviderClient.ACCOUNT, account);
    try (CloseableHttpClient client = builder.build()) {
      return client.execute(get, ProviderChecks::seen);
    } finally {
      usual.timer().close();
    }
  }

  private static Seen seen(ClassicHttpResponse response) throws IOException {
    String body = "";
    if (response.getEntity() != null) {
      try (InputStream in = response.getEntity().getContent()) {
        body = new String(in.readNBytes(MOST_BYTES), StandardCharsets.UTF_8);
      }
    }
    Header date = response.getFirstHeader("Date");
    return new Seen(response.getCode(), body, date == null ? null : date.getValue());
  }

  private DoctorCheck key(String account, String key, Seen seen) {
    String name = "account " + account + ": ";
    if (seen.isGood()) {
      return DoctorCheck.ok("key", name + "the provider takes the key");
    }
    String said = settings.accounts().withoutKeys(seen.body());
    String told = name + "the provider answers " + seen.status() + " " + cut(said);
    // A malformed or revoked key is 500 with these words.
    boolean refused =
        seen.status() == 401 || seen.status() == 403 || said.contains("authorization hook");
    return refused
        ? DoctorCheck.fail("key", told, "set " + key + " to a key that is valid there")
        : DoctorCheck.warn("key", told, "look again in a minute");
  }

  private static String cut(String text) {
    return text.substring(0, Math.min(LONGEST_TEXT, text.length()));
  }

  private DoctorCheck models(String account, Seen seen) {
    Set<String> there = new HashSet<>();
    try {
      for (JsonNode model : JSON.readTree(seen.body()).path("productionApiAvailableModels")) {
        there.add(letters(model.path("name").asText()));
        there.add(letters(model.path("id").asText()));
      }
    } catch (IOException e) {
      // an answer without models, then
    }
    Set<String> missing = new TreeSet<>();
    for (String id : models) {
      if (!there.contains(letters(id))) {
        missing.add(id);
      }
    }
    return missing.isEmpty()
        ? DoctorCheck.ok("models", "account " + account + " has all of ours")
        // What the list calls a model is not always what a request calls it.
        : DoctorCheck.warn(
            "models",
            "account " + account + ": not listed there by name: " + String.join(", ", missing),
            "requests for them may be declined, which costs nothing; the list may also have other"
                + " names for them");
  }

  private static String letters(String name) {
    return name.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]", "");
  }

  private DoctorCheck time(String date) {
    try {
      Instant theirs =
          ZonedDateTime.parse(date, DateTimeFormatter.RFC_1123_DATE_TIME.withLocale(Locale.ROOT))
              .toInstant();
      Duration off = Duration.between(theirs, clock.instant());
      return off.abs().compareTo(CLOSE) < 0
          ? DoctorCheck.ok("clock", "as the provider's")
          : DoctorCheck.warn(
              "clock",
              "%s s %s the provider's"
                  .formatted(off.abs().toSeconds(), off.isNegative() ? "behind" : "ahead of"),
              "set it by NTP: doubts are settled by times");
    } catch (DateTimeParseException e) {
      return DoctorCheck.warn("clock", "the provider's Date cannot be read", "look again later");
    }
  }
}
