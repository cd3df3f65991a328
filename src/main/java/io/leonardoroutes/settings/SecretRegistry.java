package io.leonardoroutes.settings;

import io.leonardoroutes.health.Outages;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * The secrets among the settings. They are resolved again in a route of their own and never during
 * a use, so that a vault that hangs holds up nothing.
 */
public final class SecretRegistry {
  /** How soon a refused secret is resolved again, at the earliest. */
  private static final Duration REFUSED_REFRESH = Duration.ofSeconds(5);

  private final SettingReader keys;
  private final Duration refresh;
  private final Outages outages = new Outages();
  private final Map<Secret, Instant> resolvedAt = new ConcurrentHashMap<>();
  private final List<Runnable> refreshSteps = new CopyOnWriteArrayList<>();

  public SecretRegistry(SettingReader keys) {
    this.keys = keys;
    this.refresh = keys.duration("leonardo.secrets.refresh");
  }

  /**
   * A secret that must be set.
   *
   * @throws BadSetting if it is not set or not usable
   */
  public Secret required(String key) {
    return secret(key, 1);
  }

  /** A secret, or null if it is not set. */
  public Secret optional(String key) {
    return keys.isSet(key) ? secret(key, 1) : null;
  }

  /** A secret that may have two values while it is being replaced; null if it is not set. */
  public Secret optionalPair(String key) {
    return keys.isSet(key) ? secret(key, 2) : null;
  }

  private Secret secret(String key, int most) {
    Secret secret = new Secret(key, most, keys, outages);
    resolvedAt.put(secret, Instant.EPOCH);
    return secret;
  }

  /** The outages of the whole program; they are created here because secrets are read first. */
  public Outages outages() {
    return outages;
  }

  /** Adds a step to run at each refresh; it must not throw. */
  public void onRefresh(Runnable step) {
    refreshSteps.add(step);
  }

  /** Resolves the secrets that are due again, and runs the other steps. */
  public void refresh(Instant now) {
    resolvedAt.forEach((secret, last) -> refresh(secret, last, now));
    refreshSteps.forEach(Runnable::run);
  }

  private void refresh(Secret secret, Instant last, Instant now) {
    // abs(): if the clock was set back, a time in the future must not delay the refresh.
    boolean first = last.equals(Instant.EPOCH);
    Duration since = Duration.between(last, now).abs();
    if (first) {
      resolvedAt.put(secret, now);
    } else if (since.compareTo(secret.isRefused() ? REFUSED_REFRESH : refresh) >= 0) {
      resolvedAt.put(secret, now);
      secret.resolveAgain();
    }
  }
}
