package io.leonardoroutes.database;

import org.jdbi.v3.core.JdbiException;

/** The ledger is not as this program left it; what was to be confirmed is not. */
final class LedgerChanged extends JdbiException {
  private static final long serialVersionUID = 1L;

  LedgerChanged(String how) {
    super(how + ": nothing is confirmed until it is back");
  }
}
