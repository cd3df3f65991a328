-- Accounts whose key the provider refuses, from the first such answer to a create until another one.
-- The same text runs on SQLite and on PostgreSQL.
CREATE TABLE refused_key (
  account TEXT PRIMARY KEY,
  times   INTEGER NOT NULL, -- in a row; those of calls that were under way together count once
  last_at BIGINT NOT NULL
);
