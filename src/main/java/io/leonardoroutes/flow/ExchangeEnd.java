package io.leonardoroutes.flow;

import org.apache.camel.Exchange;
import org.apache.camel.support.SynchronizationAdapter;

/** Runs work once an exchange itself is done, not a copy of it. */
public final class ExchangeEnd {
  private ExchangeEnd() {}

  public static void whenDone(Exchange exchange, Runnable work) {
    exchange
        .getExchangeExtension()
        .addOnCompletion(
            new SynchronizationAdapter() {
              @Override
              public void onDone(Exchange done) {
                work.run();
              }

              // A seda queue hands it over to the copy, and a full one drops both.
              @Override
              public boolean allowHandover() {
                return false;
              }
            });
  }
}
