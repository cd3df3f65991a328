package io.leonardoroutes.app;

import io.leonardoroutes.settings.SecretRegistry;
import java.time.Clock;

/** The step of {@code secrets.camel.yaml}. */
public final class SecretRefresh {
  private final SecretRegistry secrets;
  private final Clock clock;

  SecretRefresh(SecretRegistry secrets, Clock clock) {
    this.secrets = secrets;
    this.clock = clock;
  }

  /** Reads the secrets that are due again. */
  public void secrets() {
    secrets.refresh(clock.instant());
  }
}
