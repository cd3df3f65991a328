/**
 * The database under the ledger: opened, migrated, locked (SQLite), and watched, so that nothing is
 * confirmed on a database that was replaced. Its connections are our own, or borrowed from a
 * DataSource of the application. Start with {@link io.leonardoroutes.database.LedgerDatabase}.
 */
package io.leonardoroutes.database;
