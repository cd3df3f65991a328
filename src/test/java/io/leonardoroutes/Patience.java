package io.leonardoroutes;

import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Lets each {@code await()} wait for its fact as long as a machine may need that is busy with other
 * work, and see it soon. How long a test takes on a quiet one does not change by the first.
 */
public final class Patience implements BeforeAllCallback {
  /** For the waits of a test that are not Awaitility's. */
  public static final Duration LONG = Duration.ofMinutes(3);

  @Override
  public void beforeAll(ExtensionContext context) {
    Awaitility.setDefaultTimeout(LONG);
    Awaitility.setDefaultPollInterval(Duration.ofMillis(20));
    Awaitility.setDefaultPollDelay(Duration.ZERO);
  }
}
