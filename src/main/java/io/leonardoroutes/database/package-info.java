/**
 * The database under the ledger: opened, locked where only one may have it, migrated, and watched,
 * so that nothing is confirmed by a database that was replaced. Start with {@link
 * io.leonardoroutes.database.LedgerDatabase}.
 */
package io.leonardoroutes.database;
