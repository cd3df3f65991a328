package io.leonardoroutes.flow;

import io.leonardoroutes.auth.RestSettings;
import io.leonardoroutes.database.LedgerConnection;
import io.leonardoroutes.event.EventType;
import io.leonardoroutes.event.Sink;
import io.leonardoroutes.files.FolderPolicy;
import io.leonardoroutes.http.AddressSecrets;
import io.leonardoroutes.http.ProxyRoutes;
import io.leonardoroutes.jms.JmsSettings;
import io.leonardoroutes.limits.PayerBudgets;
import io.leonardoroutes.settings.BadSetting;
import io.leonardoroutes.settings.SecretRegistry;
import io.leonardoroutes.settings.SettingReader;
import io.leonardoroutes.video.VideoLimits;
import java.math.BigDecimal;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.apache.camel.CamelContext;

/**
 * The settings, typed and checked before anything starts. {@code config/application.properties}
 * says what each is for.
 *
 * <p>One file, because a setting may be checked against any other.
 */
public record LeonardoSettings(
    Provider provider,
    ProxyRoutes routes,
    Sandboxed sandbox,
    Path data,
    LedgerConnection ledger,
    Intakes intakes,
    Batches batches,
    FileSettings files,
    Path rulesMapping,
    RestSettings rest,
    LongCallSettings lasting,
    JmsSettings jms,
    ProviderAccounts accounts,
    PayerBudgets budgets,
    Duplicates duplicates,
    ApprovalSettings approval,
    Tracking track,
    Reconciling reconcile,
    Downloads downloads,
    Uploads uploads,
    List<Sink> sinks,
    int deliverTries,
    Duration deliverTimeout,
    Duration eventsKeep,
    Keeping keeping,
    Duration lease,
    SecretRegistry secrets) {

  public record Provider(URI baseUrl, Duration connectTimeout, Duration responseTimeout) {}

  /**
   * How long jobs stay in the ledger.
   *
   * @param jobs that are done; null for ever
   * @param references of jobs in the archive
   */
  public record Keeping(Duration jobs, Duration references, Path archive) {}

  public record Sandboxed(boolean on, int port, boolean samples) {}

  public record Intakes(
      boolean file, boolean jms, Path inbox, Duration settle, Duration patience, int maxBytes) {}

  /**
   * Files with many requests.
   *
   * @param folder where they are kept until they are read
   * @param outbox where their reports go
   */
  public record Batches(Path folder, Path outbox, long maxBytes, int maxLines) {}

  /**
   * When jobs are polled.
   *
   * @param grace how long the address of a finished video may be missing
   */
  public record Tracking(Duration first, Duration every, Duration giveUp, Duration grace) {
    /** The longest that a running job waits for a poll, unless the provider asks for more. */
    public Duration longestWait() {
      return Collections.max(List.of(first, every, giveUp));
    }
  }

  /**
   * How creates in doubt are settled.
   *
   * @param list whether by the provider's list; otherwise only by an operator
   */
  public record Reconciling(boolean list, Duration settle) {}

  public record Downloads(Path folder, VideoLimits limits, int tries, Duration keep) {}

  /**
   * How pictures are uploaded.
   *
   * @param folder where they are kept
   * @param maxBytes the largest picture
   * @param hosts that pictures may be fetched from
   * @param reuse how long the provider's id of a picture is used
   * @param settle how long the provider may take to find a picture that was uploaded
   * @param erase whether it is erased at the provider once no job needs it
   */
  public record Uploads(
      Path folder,
      int maxBytes,
      List<String> hosts,
      Duration reuse,
      Duration settle,
      boolean erase) {}

  /** The longest that a call to the provider may take before it is cut off. */
  public Duration paidCall() {
    return provider.connectTimeout().plus(provider.responseTimeout().multipliedBy(2));
  }

  /** The longest that a paid call and its recording can take: after that it is over for sure. */
  public Duration longestCall() {
    return paidCall().plus(lease.multipliedBy(2));
  }

  /** The longest that a sink may take for a delivery before it is cut off. */
  public Duration longestDelivery(boolean video) {
    return video ? deliverTimeout.plus(downloads.limits().maxTime()) : deliverTimeout;
  }

  /** Whether our HTTP client calls this address; one that names a client of its own uses that. */
  public static boolean isOverHttp(String uri) {
    return uri.matches("https?:.*") && !uri.contains("httpClientConfigurer=");
  }

  /** Nothing that is secret. */
  @Override
  public String toString() {
    return "Settings[" + data + "]";
  }

  private static final Set<String> EVENTS =
      Arrays.stream(EventType.values()).map(EventType::word).collect(Collectors.toSet());
  private static final Set<String> CONTENT = Set.of("event", "video");

  /**
   * The most paid calls at once in this program: each holds a thread, and Camel allows a queue no
   * more.
   */
  private static final int MOST_CREATES = 500;

  private static final Duration LONGEST_SETTLE = Duration.ofSeconds(30);
  private static final Duration SHORTEST_KEPT = Duration.ofHours(1);
  private static final Duration SHORTEST_JOB = Duration.ofDays(1);

  /**
   * Reads every key.
   *
   * @throws BadSetting for the first that cannot work
   */
  public static LeonardoSettings read(CamelContext context, SettingReader keys) {
    Sandboxed sandbox =
        new Sandboxed(
            keys.flag("leonardo.sandbox"),
            keys.integer("leonardo.sandbox.port", 1, 65_535),
            keys.flag("leonardo.sandbox.samples"));
    boolean file = keys.flag("leonardo.file.enabled");
    FileSettings files = FileSettings.read(keys);
    Path data = keys.folder("leonardo.data", FolderPolicy.OWN);
    checkThoseOfTheRoutes(keys);
    SecretRegistry secrets = new SecretRegistry(keys);
    ProviderAccounts accounts = ProviderAccounts.read(keys, secrets);
    keys.setDerived(
        "leonardo.limits.concurrent.all", Math.min(MOST_CREATES, accounts.concurrent()));
    return new LeonardoSettings(
            provider(keys),
            ProxySettings.read(
                keys,
                secrets,
                System.getenv(),
                sandbox.on() ? "127.0.0.1:" + sandbox.port() : null),
            sandbox,
            data,
            LedgerSettings.read(context, keys, secrets),
            new Intakes(
                file,
                keys.flag("leonardo.jms.enabled"),
                file
                    ? keys.folder("leonardo.inbox", files.policy())
                    : Path.of(keys.text("leonardo.inbox")),
                keys.duration("leonardo.file.settle"),
                keys.duration("leonardo.file.patience"),
                maxBytes(keys)),
            new Batches(
                data.resolve("batches"),
                Path.of(keys.text("leonardo.outbox")),
                keys.number("leonardo.batches.max-bytes", 1_024, Long.MAX_VALUE),
                keys.integer("leonardo.batches.max-lines", 1, 100_000_000)),
            files,
            rulesMapping(keys),
            RestSettings.read(keys, secrets),
            LongCallSettings.read(keys),
            JmsSettings.read(keys, secrets),
            accounts,
            BudgetSettings.read(keys, accounts),
            Duplicates.read(keys),
            ApprovalSettings.read(keys),
            new Tracking(
                keys.duration("leonardo.track.first"),
                keys.duration("leonardo.track.every"),
                keys.duration("leonardo.track.give-up"),
                keys.duration("leonardo.track.grace")),
            reconciling(keys),
            new Downloads(
                Path.of(keys.text("leonardo.videos")),
                new VideoLimits(
                    keys.names("leonardo.download.hosts"),
                    keys.number("leonardo.download.max-bytes", 1, Long.MAX_VALUE),
                    keys.duration("leonardo.download.timeout")),
                keys.integer("leonardo.download.tries", 1, 10_000),
                keys.duration("leonardo.videos.keep")),
            new Uploads(
                Path.of(keys.text("leonardo.uploads")),
                keys.integer("leonardo.uploads.max-bytes", 1_024, 100 * 1_024 * 1_024),
                keys.names("leonardo.uploads.hosts"),
                keys.duration("leonardo.uploads.reuse"),
                uploadsSettle(keys),
                erase(keys)),
            sinks(context, keys),
            keys.integer("leonardo.deliver.tries", 1, 10_000),
            keys.duration("leonardo.deliver.timeout"),
            eventsKeep(keys),
            keeping(keys),
            keys.duration("leonardo.lease"),
            secrets)
        .withTimeForCalls(keys);
  }

  /** A call to an HTTP sink that a delivery cuts off would be made again, and taken twice. */
  private LeonardoSettings withTimeForCalls(SettingReader keys) {
    for (Sink sink : sinks) {
      if (isOverHttp(sink.uri()) && deliverTimeout.compareTo(paidCall()) <= 0) {
        throw new BadSetting(
            "leonardo.deliver.timeout",
            ("%s is not longer than the %s s that a call to sink %s may take by"
                    + " leonardo.http.connect-timeout and twice leonardo.http.response-timeout: it"
                    + " would be cut off, and made again")
                .formatted(
                    keys.text("leonardo.deliver.timeout"),
                    new BigDecimal(paidCall().toMillis())
                        .movePointLeft(3)
                        .stripTrailingZeros()
                        .toPlainString(),
                    sink.name()));
      }
    }
    return this;
  }

  /** What only route files read. */
  private static void checkThoseOfTheRoutes(SettingReader keys) {
    keys.duration("leonardo.tick");
    keys.integer("leonardo.deliver.concurrent", 1, 30);
    keys.duration("leonardo.track.tick");
    keys.integer("leonardo.jms.consumers", 1, 1_000);
    keys.flag("leonardo.intake.pictures");
    keys.flag("leonardo.models.check");
    if (keys.text("leonardo.sinks.outbox.uri").startsWith("file:" + keys.text("leonardo.outbox"))) {
      keys.requireCreatableFolder("leonardo.outbox");
    }
  }

  private static Provider provider(SettingReader keys) {
    return new Provider(
        baseUrl(keys.text("leonardo.base-url")),
        keys.duration("leonardo.http.connect-timeout"),
        keys.duration("leonardo.http.response-timeout"));
  }

  private static Reconciling reconciling(SettingReader keys) {
    String way = keys.text("leonardo.reconcile");
    if (!way.equals("list") && !way.equals("hold")) {
      throw new BadSetting("leonardo.reconcile", "'" + way + "' is neither list nor hold");
    }
    return new Reconciling(way.equals("list"), keys.duration("leonardo.reconcile.settle"));
  }

  /** A job that is due later than that looks as if the clock had been set back. */
  private static Duration uploadsSettle(SettingReader keys) {
    Duration settle = keys.duration("leonardo.uploads.settle");
    if (settle.compareTo(LONGEST_SETTLE) > 0) {
      throw new BadSetting("leonardo.uploads.settle", "more than 30s");
    }
    return settle;
  }

  private static boolean erase(SettingReader keys) {
    String when = keys.text("leonardo.uploads.erase");
    if (!when.equals("never") && !when.equals("after-job")) {
      throw new BadSetting(
          "leonardo.uploads.erase", "'" + when + "' is neither never nor after-job");
    }
    return when.equals("after-job");
  }

  private static Duration eventsKeep(SettingReader keys) {
    Duration keep = keys.duration("leonardo.events.keep");
    if (keep.compareTo(SHORTEST_KEPT) < 0) {
      throw new BadSetting(
          "leonardo.events.keep",
          "less than 1h: a message that its broker redelivers would be answered again");
    }
    return keep;
  }

  private static Keeping keeping(SettingReader keys) {
    Duration keep = FileSettings.keep(keys, "leonardo.jobs.keep");
    if (keep != null && keep.compareTo(SHORTEST_JOB) < 0) {
      throw new BadSetting(
          "leonardo.jobs.keep", "less than 1d: what the provider lists could not be told apart");
    }
    return new Keeping(
        keep,
        keys.duration("leonardo.references.keep"),
        Path.of(keys.text("leonardo.data"), "archive"));
  }

  private static URI baseUrl(String text) {
    try {
      URI uri = URI.create(text);
      boolean web = "https".equals(uri.getScheme()) || "http".equals(uri.getScheme());
      boolean plain = uri.getRawUserInfo() == null && uri.getRawQuery() == null;
      if (web && uri.getHost() != null && plain && !text.endsWith("/")) {
        return uri;
      }
    } catch (IllegalArgumentException e) {
      // told below
    }
    throw new BadSetting(
        "leonardo.base-url",
        "'"
            + AddressSecrets.removedFrom(text)
            + "' is not an http(s) address without a slash at its end");
  }

  static int maxBytes(SettingReader keys) {
    return keys.integer("leonardo.request.max-bytes", 1_024, 16 * 1_024 * 1_024);
  }

  static Path rulesMapping(SettingReader keys) {
    String file = keys.optional("leonardo.rules.mapping");
    if (file != null && !Files.isReadable(Path.of(file))) {
      throw new BadSetting("leonardo.rules.mapping", "there is no file " + file + " to read");
    }
    return file == null ? null : Path.of(file);
  }

  static List<Sink> sinks(CamelContext context, SettingReader keys) {
    List<Sink> sinks = new ArrayList<>();
    for (String name : keys.namesUnder(SettingReader.SINKS)) {
      String prefix = SettingReader.SINKS + name + ".";
      if (!name.matches("[a-z0-9][a-z0-9-]*") || name.equals(EventFactory.REPLY)) {
        throw new BadSetting(
            prefix + "uri", "a sink's name is made of a-z, 0-9 and -, and is not 'reply'");
      }
      if (!keys.exists(prefix + "uri")) {
        throw new BadSetting(
            prefix + "uri", "not set; every sink needs an address, or an empty one to disable it");
      }
      if (keys.isSet(prefix + "uri")) {
        sinks.add(sink(context, keys, name, prefix));
      }
    }
    return List.copyOf(sinks);
  }

  private static Sink sink(CamelContext context, SettingReader keys, String name, String prefix) {
    String uri = keys.text(prefix + "uri");
    String scheme = uri.replaceFirst(":.*", "");
    if (context.getComponent(scheme) == null) {
      throw new BadSetting(
          prefix + "uri", "there is no Camel component '" + scheme + "' on the class path");
    }
    Set<String> content = among(keys, prefix + "content", CONTENT, Set.of("event"));
    return new Sink(
        name,
        uri,
        among(keys, prefix + "events", EVENTS, Sink.EVENTS),
        content.contains("event"),
        content.contains("video"),
        content.contains("video") && keys.flag("leonardo.receipts"));
  }

  private static Set<String> among(
      SettingReader keys, String key, Set<String> known, Set<String> byDefault) {
    if (!keys.isSet(key)) {
      return byDefault;
    }
    Set<String> names = Set.copyOf(keys.names(key));
    if (!known.containsAll(names)) {
      throw new BadSetting(
          key,
          "'" + keys.text(key) + "' may contain only " + String.join(", ", new TreeSet<>(known)));
    }
    return names;
  }
}
