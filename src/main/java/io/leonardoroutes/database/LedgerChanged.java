package io.leonardoroutes.database;

import org.jdbi.v3.core.JdbiException;

/**
 * The ledger was changed or replaced by something other than this program. Whatever was about to be
 * confirmed must not be.
 */
final class LedgerChanged extends JdbiException {
  private static final long serialVersionUID = 1L;

  LedgerChanged(String how) {
    super(how + ": nothing is confirmed until it is back");
  }
}
