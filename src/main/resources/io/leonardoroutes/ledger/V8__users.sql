-- Whose the key of an account is at the provider. The same text runs on SQLite and on PostgreSQL.
CREATE TABLE account_user (
  account TEXT PRIMARY KEY,
  user_id TEXT NOT NULL,
  since   BIGINT NOT NULL -- what was submitted before may be another user's; 0: nothing says so
);
