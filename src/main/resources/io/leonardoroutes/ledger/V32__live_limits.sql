-- Limits that operators have set while the program runs, in place of those in the settings. The same text runs on SQLite
-- and PostgreSQL.
CREATE TABLE live_limit (
  name   TEXT PRIMARY KEY, -- accounts.NAME.WHAT or budgets.NAME.WHAT
  amount TEXT NOT NULL,
  since  BIGINT NOT NULL,
  who    TEXT,             -- the operator, as in moved.who
  place  TEXT,             -- as in moved.place
  reason TEXT
);
