package io.leonardoroutes.flow;

import org.apache.camel.Exchange;
import org.apache.camel.support.SynchronizationAdapter;

/** What is to be done once an exchange is done, by itself and not by a copy of it. */
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

              // A seda queue takes it over with the copy, and one that is full drops both.
              @Override
              public boolean allowHandover() {
                return false;
              }
            });
  }
}
