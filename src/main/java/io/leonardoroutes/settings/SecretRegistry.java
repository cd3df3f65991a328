package io.leonardoroutes.settings;

import io.leonardoroutes.health.Outages;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * The secrets among the settings. Vaults are asked again here, in a loop of their own and never in
 * the middle of a use: one that hangs holds up nothing.
 */
public final class SecretRegistry {
  /** What is refused is asked for again at once, but a vault is not flooded for it. */
  private static final Duration SOONEST = Duration.ofSeconds(5);

  private final SettingReader keys;
  private final Duration refresh;
  private final Outages outages = new Outages();
  private final Map<Secret, Instant> asked = new ConcurrentHashMap<>();
  private final List<Runnable> also = new CopyOnWriteArrayList<>();

  public SecretRegistry(SettingReader keys) {
    this.keys = keys;
    this.refresh = keys.duration("leonardo.secrets.refresh");
  }

  /**
   * A secret on one line.
   *
   * @throws BadSetting if there is none
   */
  public Secret one(String key) {
    return secret(key, 1);
  }

  /** The same, or null where nothing is set. */
  public Secret oneIfSet(String key) {
    return keys.isSet(key) ? secret(key, 1) : null;
  }

  /** One that may be two while one takes the place of the other; null where nothing is set. */
  public Secret twoIfSet(String key) {
    return keys.isSet(key) ? secret(key, 2) : null;
  }

  private Secret secret(String key, int most) {
    Secret secret = new Secret(key, most, keys, outages);
    asked.put(secret, Instant.EPOCH);
    return secret;
  }

  /** Where it is told what is away: the program's own, as secrets are what it reads first. */
  public Outages outages() {
    return outages;
  }

  /** Something else that is renewed in each round, and must not fail. */
  public void also(Runnable step) {
    also.add(step);
  }

  /** One round: asks again for those that are due. */
  public void renew(Instant now) {
    asked.forEach((secret, last) -> renew(secret, last, now));
    also.forEach(Runnable::run);
  }

  private void renew(Secret secret, Instant last, Instant now) {
    // A clock that was set back must not put it off: what is ahead of now is due.
    boolean first = last.equals(Instant.EPOCH);
    Duration since = Duration.between(last, now).abs();
    if (first) {
      asked.put(secret, now);
    } else if (since.compareTo(secret.isRefused() ? SOONEST : refresh) >= 0) {
      asked.put(secret, now);
      secret.renew();
    }
  }
}
