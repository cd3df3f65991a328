package io.leonardoroutes;

import io.leonardoroutes.settings.Secrets;
import java.time.Clock;

/** The step of {@code secrets.camel.yaml}. */
public final class Renew {
  private final Secrets secrets;
  private final Clock clock;

  Renew(Secrets secrets, Clock clock) {
    this.secrets = secrets;
    this.clock = clock;
  }

  /** Asks again for the secrets that are due. */
  public void secrets() {
    secrets.renew(clock.instant());
  }
}
