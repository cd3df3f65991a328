-- What the provider's list is believed by. The same text runs on SQLite and on PostgreSQL.
-- step: a change that began after another was committed has a greater one, whatever any clock says.
-- skew: how far the provider's clock was ahead of ours, in milliseconds; null: not known.
ALTER TABLE moved ADD COLUMN step BIGINT NOT NULL DEFAULT 0;
ALTER TABLE moved ADD COLUMN skew BIGINT;
CREATE INDEX moved_step ON moved (step, to_state, job);
-- Models of which a user's list has shown a generation that was still being made.
CREATE TABLE pending_shown (
  user_id TEXT NOT NULL,
  model   TEXT NOT NULL,
  at      BIGINT NOT NULL,
  PRIMARY KEY (user_id, model)
);
