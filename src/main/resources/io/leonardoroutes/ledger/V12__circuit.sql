-- Whether the provider tells what becomes of an account's creates. The same text runs on SQLite and
-- on PostgreSQL.
CREATE TABLE circuit (
  account     TEXT PRIMARY KEY,
  failures    INTEGER NOT NULL, -- creates in a row whose outcome is not known; 0: the circuit is closed
  failed_at   BIGINT NOT NULL,  -- when the last of them was over
  answered_at BIGINT NOT NULL,  -- when the provider last answered a free call
  listed_at   BIGINT NOT NULL   -- when its list was last read
);
