-- Old jobs go from the ledger to the archive. The same text runs on SQLite and PostgreSQL.
-- By what the same request is known when its job is gone: it must not be paid again.
CREATE TABLE kept_reference (
  job           TEXT PRIMARY KEY,
  file_name     TEXT NOT NULL,
  caller        TEXT,
  reference     TEXT,
  intake_key    TEXT,
  content_hash  TEXT NOT NULL,
  account       TEXT NOT NULL,
  model         TEXT NOT NULL,
  state         TEXT NOT NULL,
  generation_id TEXT,
  cost_amount   TEXT,
  cost_unit     TEXT,
  created_at    BIGINT NOT NULL,
  submitted_at  BIGINT,
  finished_at   BIGINT
);
CREATE INDEX kept_reference_reference ON kept_reference (reference, caller) WHERE reference IS NOT NULL;
CREATE INDEX kept_reference_key ON kept_reference (intake_key) WHERE intake_key IS NOT NULL;
CREATE INDEX kept_reference_age ON kept_reference (created_at);

-- Which instance writes the archive now: one row.
CREATE TABLE archiving (
  id    INTEGER PRIMARY KEY,
  owner TEXT NOT NULL,
  until BIGINT NOT NULL
);
INSERT INTO archiving VALUES (1, '', 0);

-- A job stays while a batch that has not ended points to it.
CREATE INDEX batch_line_job ON batch_line (job) WHERE job IS NOT NULL;
