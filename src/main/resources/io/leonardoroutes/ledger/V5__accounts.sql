-- By which of the provider's accounts a job goes. The same text runs on SQLite and on PostgreSQL.
-- A program from before, which knows one account, finds no pace it can read: it submits nothing.
ALTER TABLE job ADD COLUMN account TEXT NOT NULL DEFAULT 'default';

DROP INDEX job_turn;
CREATE INDEX job_turn ON job (state, account, turn);
DROP INDEX job_waits;
CREATE INDEX job_waits ON job (account, kind, waits) WHERE state = 'ACCEPTED';
DROP INDEX job_price;
CREATE INDEX job_price ON job (account, cost_unit, submitted_at) WHERE submitted_at IS NOT NULL;
CREATE INDEX job_like ON job (account, kind, cost_unit, submitted_at) WHERE submitted_at IS NOT NULL;
DROP INDEX job_money;
CREATE INDEX job_money ON job (submitted_at, account, state, model, cost_unit, cost_amount, reserved_unit,
  reserved_amount) WHERE submitted_at IS NOT NULL;

CREATE TABLE sent_by (
  account  TEXT NOT NULL,
  second   BIGINT NOT NULL,
  requests INTEGER NOT NULL,
  creates  INTEGER NOT NULL,
  PRIMARY KEY (account, second)
);
INSERT INTO sent_by SELECT 'default', second, requests, creates FROM sent;
DROP TABLE sent;
ALTER TABLE sent_by RENAME TO sent;

-- One row for each account that was ever slowed or asked; without one, nothing is known of it.
CREATE TABLE pace_of (
  account      TEXT PRIMARY KEY,
  slots        INTEGER NOT NULL, -- what the provider's account says it allows at once; 0: not known
  allowed      INTEGER NOT NULL, -- jobs at once since the provider last turned a create away; 0: never did
  strikes      INTEGER NOT NULL, -- how often it did so in a row
  slowed_at    BIGINT NOT NULL,
  creates_from BIGINT NOT NULL,  -- no create before this
  looks_from   BIGINT NOT NULL   -- no other call before this
);
INSERT INTO pace_of
  SELECT 'default', slots, allowed, strikes, slowed_at, creates_from, looks_from FROM pace;
DROP TABLE pace;
ALTER TABLE pace_of RENAME TO pace;
