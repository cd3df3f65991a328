-- Callers whose jobs wait take turns. The same text runs on SQLite and on PostgreSQL.
ALTER TABLE job ADD COLUMN queued_by TEXT NOT NULL DEFAULT ''; -- = and the caller, else the intake
UPDATE job SET queued_by = '=' || caller
  WHERE caller IS NOT NULL AND state IN ('ACCEPTED', 'SUBMITTING', 'IN_DOUBT');
CREATE INDEX job_queue ON job (account, priority, queued_by, turn) WHERE state = 'ACCEPTED';

-- Who had the last turn.
CREATE TABLE last_turn (
  account   TEXT NOT NULL,
  priority  INTEGER NOT NULL,
  queued_by TEXT NOT NULL,
  PRIMARY KEY (account, priority)
);
