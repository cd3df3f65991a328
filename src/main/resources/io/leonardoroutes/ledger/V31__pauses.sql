-- What an operator has paused: it begins nothing until it is resumed. All instances see it, and a restart keeps it. The
-- same text runs on SQLite and PostgreSQL.
CREATE TABLE pause (
  what   TEXT NOT NULL,    -- ACCOUNT, SUBMITTING or INTAKE
  name   TEXT NOT NULL,    -- of the account or the intake; empty for submitting
  since  BIGINT NOT NULL,
  who    TEXT,             -- the operator, as in moved.who
  place  TEXT,             -- as in moved.place
  reason TEXT,
  PRIMARY KEY (what, name)
);
