package io.leonardoroutes;

import io.leonardoroutes.health.Outages;
import io.leonardoroutes.ledger.Ledger;
import io.leonardoroutes.rest.Caller;
import java.time.Clock;

/** What the steps of every route work with. */
record Parts(Settings settings, Ledger ledger, Telling telling, Outages outages, Clock clock) {
  /** Who calls, by the {@link Caller#HEADER} of the exchange. */
  Caller caller(Object header) {
    return Caller.of(header, settings.rest());
  }
}
