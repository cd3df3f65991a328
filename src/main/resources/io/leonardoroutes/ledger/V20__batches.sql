-- Folders of work: a file with many requests is a batch, and each of its lines a request. The same text runs on SQLite
-- and on PostgreSQL.
CREATE TABLE batch (
  id           TEXT PRIMARY KEY,         -- made of the intake, the file's name and its content
  name         TEXT NOT NULL,            -- the file's name
  report       TEXT NOT NULL UNIQUE,     -- what its reports are called, without the ending
  intake       TEXT NOT NULL,            -- what the intake says of each line, as JSON
  defaults     TEXT,                     -- a part of a request, as JSON, for what a line leaves out
  state        TEXT NOT NULL,            -- READING, RUNNING or ENDED
  lines        BIGINT NOT NULL,          -- how many requests it has
  read_lines   BIGINT NOT NULL,          -- how many of them are decided, from the first on
  reported     TEXT,                     -- what its reports say, as far as it changes
  tries        INTEGER NOT NULL,         -- failed tries of what is next
  created_at   BIGINT NOT NULL,
  ended_at     BIGINT,
  due_at       BIGINT,                   -- when there is something to do; null: nothing more
  leased_until BIGINT NOT NULL
);
CREATE INDEX batch_due ON batch (due_at) WHERE due_at IS NOT NULL;

CREATE TABLE batch_line (
  batch   TEXT NOT NULL,
  line    BIGINT NOT NULL,               -- where it stands in the file, from 1 on
  job     TEXT,                          -- what it became; it may be an earlier job, by its reference
  problem TEXT,                          -- or why it was rejected
  PRIMARY KEY (batch, line)
);

-- The batch that a job was accepted in, or null.
ALTER TABLE job ADD COLUMN batch TEXT;
CREATE INDEX job_batch ON job (batch) WHERE batch IS NOT NULL;
