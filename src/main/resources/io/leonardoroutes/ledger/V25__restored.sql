-- When this ledger was made safe after it came from a backup: what was retried between is not known. The same text runs
-- on SQLite and PostgreSQL.
CREATE TABLE restored (
  at BIGINT NOT NULL
);
