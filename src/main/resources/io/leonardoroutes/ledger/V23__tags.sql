-- Tags, budgets by tag and caller, retries and duplicates. The same text runs on SQLite and PostgreSQL.
ALTER TABLE job ADD COLUMN tags TEXT;         -- a JSON object of texts; null: none
ALTER TABLE job ADD COLUMN retry_of TEXT;     -- the job that this one tries again
ALTER TABLE job ADD COLUMN duplicate_of TEXT; -- a finished job that asked for the same
ALTER TABLE job ADD COLUMN sent_hash TEXT;    -- what is sent, and whose it is; null: from before this was kept
CREATE INDEX job_retry ON job (retry_of) WHERE retry_of IS NOT NULL;
CREATE INDEX job_finished ON job (sent_hash, finished_at) WHERE state = 'COMPLETE';

CREATE TABLE job_tag (
  job        TEXT NOT NULL,
  name       TEXT NOT NULL,
  value      TEXT NOT NULL,
  created_at BIGINT NOT NULL, -- the job's
  PRIMARY KEY (job, name)
);
CREATE INDEX job_tag_newest ON job_tag (name, value, created_at, job);

-- How many jobs of a day each cost the same, for each caller and each tag: changed with the move that
-- changes what a job costs, so that a budget of a month need not read the jobs of a month.
CREATE TABLE spent (
  payer           TEXT NOT NULL,    -- caller NAME, or tag NAME:VALUE
  day             BIGINT NOT NULL,  -- since 1970, UTC, of the paid call
  cost_amount     TEXT NOT NULL,    -- empty: none, here and below
  cost_unit       TEXT NOT NULL,
  reserved_amount TEXT NOT NULL,
  reserved_unit   TEXT NOT NULL,
  unmade          INTEGER NOT NULL, -- 1: the provider took them and made no video
  jobs            BIGINT NOT NULL,
  PRIMARY KEY (payer, day, cost_amount, cost_unit, reserved_amount, reserved_unit, unmade)
);
INSERT INTO spent
  SELECT 'caller ' || caller, submitted_at / 86400000, coalesce(cost_amount, ''), coalesce(cost_unit, ''),
    coalesce(reserved_amount, ''), coalesce(reserved_unit, ''),
    CASE WHEN state = 'FAILED' AND generation_id IS NOT NULL THEN 1 ELSE 0 END, count(*)
  FROM job WHERE caller IS NOT NULL AND submitted_at IS NOT NULL AND state NOT IN ('ACCEPTED', 'CANCELLED')
  GROUP BY 1, 2, 3, 4, 5, 6, 7;
