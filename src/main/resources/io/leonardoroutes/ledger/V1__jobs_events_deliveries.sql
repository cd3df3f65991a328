-- The same text runs on SQLite and on PostgreSQL. Times are milliseconds since 1970, UTC.
CREATE TABLE job (
  id             TEXT PRIMARY KEY,
  file_name      TEXT NOT NULL UNIQUE,   -- what its files in an outbox are called, without the ending
  reference      TEXT UNIQUE,            -- the caller's own id
  intake_key     TEXT UNIQUE,            -- the same message, file or call again is the same job
  content_hash   TEXT NOT NULL,
  model          TEXT NOT NULL,
  state          TEXT NOT NULL,
  priority       INTEGER NOT NULL,
  request        TEXT NOT NULL,          -- what is sent
  sinks          TEXT NOT NULL,          -- names; empty: all that are configured
  reply_to       TEXT,                   -- a JMS destination, with the correlation id to answer under
  correlation_id TEXT,
  warnings       TEXT NOT NULL,
  attempt        INTEGER NOT NULL,       -- how often it was moved to SUBMITTING
  tries          INTEGER NOT NULL,       -- failed tries of the step it is at
  generation_id  TEXT,
  cost_amount    TEXT,
  cost_unit      TEXT,
  response       TEXT,
  problem        TEXT,
  video_url      TEXT,
  video_poster   TEXT,
  video_file     TEXT,
  video_bytes    BIGINT,
  video_sha256   TEXT,
  created_at     BIGINT NOT NULL,
  submitted_at   BIGINT,
  finished_at    BIGINT,
  due_at         BIGINT,                 -- when its step has something to do; null: nothing more
  leased_until   BIGINT NOT NULL
);
CREATE INDEX job_due ON job (state, due_at);
CREATE INDEX job_newest ON job (created_at, id);
CREATE INDEX job_generation ON job (generation_id);
CREATE INDEX job_submitted ON job (submitted_at);

CREATE TABLE event (
  id       TEXT PRIMARY KEY,
  subject  TEXT NOT NULL,                -- the job's id; of a refused request, an id of its own
  type     TEXT NOT NULL,
  document TEXT NOT NULL,
  file_name TEXT NOT NULL,
  reply_to TEXT,
  correlation_id TEXT,
  time     BIGINT NOT NULL
);
CREATE INDEX event_subject ON event (subject);

CREATE TABLE delivery (
  event_id     TEXT NOT NULL REFERENCES event (id),
  sink         TEXT NOT NULL,
  content      TEXT NOT NULL,            -- EVENT or VIDEO
  state        TEXT NOT NULL,
  tries        INTEGER NOT NULL,
  due_at       BIGINT NOT NULL,
  leased_until BIGINT NOT NULL,
  error        TEXT,
  PRIMARY KEY (event_id, sink, content)
);
CREATE INDEX delivery_due ON delivery (state, due_at);
