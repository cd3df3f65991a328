-- What the governor counts and what jobs cost and take. The same text runs on SQLite and PostgreSQL.
ALTER TABLE job ADD COLUMN kind TEXT;            -- jobs of one kind cost and take about the same
ALTER TABLE job ADD COLUMN turn BIGINT;          -- the lower, the sooner it is submitted
ALTER TABLE job ADD COLUMN waits TEXT;           -- why it is not submitted although a slot is free
ALTER TABLE job ADD COLUMN reserved_amount TEXT; -- what the budget keeps for it, a decimal number
ALTER TABLE job ADD COLUMN reserved_unit TEXT;
ALTER TABLE job ADD COLUMN running_at BIGINT;    -- the last look that showed it still running
ALTER TABLE job ADD COLUMN took BIGINT;          -- milliseconds at the provider, where the looks can tell
UPDATE job SET kind = model, turn = created_at - priority * 3600000;

CREATE INDEX job_turn ON job (state, turn);
CREATE INDEX job_waits ON job (kind, waits) WHERE state = 'ACCEPTED';
-- Those below are not written when a request is accepted, which has to be quick.
CREATE INDEX job_kind ON job (kind, submitted_at) WHERE submitted_at IS NOT NULL;
CREATE INDEX job_price ON job (cost_unit, submitted_at) WHERE submitted_at IS NOT NULL;
CREATE INDEX job_money ON job (submitted_at, state, model, cost_unit, cost_amount, reserved_unit, reserved_amount)
  WHERE submitted_at IS NOT NULL;
DROP INDEX job_submitted;

-- Calls to the provider that were let go, by second: all of them, and the creates among them.
CREATE TABLE sent (
  second   BIGINT PRIMARY KEY,
  requests INTEGER NOT NULL,
  creates  INTEGER NOT NULL
);

-- How fast the whole fleet may go: one row that every instance obeys.
CREATE TABLE pace (
  id           INTEGER PRIMARY KEY,
  slots        INTEGER NOT NULL, -- what the provider's account says it allows at once; 0: not known
  allowed      INTEGER NOT NULL, -- jobs at once since the provider last turned a create away; 0: never did
  strikes      INTEGER NOT NULL, -- how often it did so in a row
  slowed_at    BIGINT NOT NULL,
  creates_from BIGINT NOT NULL,  -- no create before this
  looks_from   BIGINT NOT NULL   -- no other call before this
);
INSERT INTO pace VALUES (1, 0, 0, 0, 0, 0, 0);
