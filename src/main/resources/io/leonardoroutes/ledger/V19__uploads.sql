-- Pictures that are uploaded to the provider before their jobs are submitted. The same text runs on SQLite and PostgreSQL.
ALTER TABLE job ADD COLUMN uploads INTEGER NOT NULL DEFAULT 0; -- pictures that are not uploaded yet

CREATE TABLE upload (
  account      TEXT NOT NULL,
  sha256       TEXT NOT NULL,
  extension    TEXT NOT NULL,
  width        INTEGER NOT NULL,
  height       INTEGER NOT NULL,
  image_id     TEXT,                     -- the provider's id; null: not uploaded
  uploaded_at  BIGINT,
  kept         INTEGER NOT NULL,         -- 1: a caller has the id, and no job's end erases it
  tries        INTEGER NOT NULL,
  error        TEXT,                     -- why the last try failed
  due_at       BIGINT,                   -- when it is uploaded, or erased; null: nothing to do
  leased_until BIGINT NOT NULL,
  PRIMARY KEY (account, sha256)
);
CREATE INDEX upload_due ON upload (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX upload_uploaded ON upload (uploaded_at) WHERE uploaded_at IS NOT NULL;

CREATE TABLE job_picture (
  job_id  TEXT NOT NULL,
  pointer TEXT NOT NULL,                 -- where in the request the provider's id goes
  account TEXT NOT NULL,
  sha256  TEXT NOT NULL,
  renewed INTEGER NOT NULL,              -- the attempt whose id the provider refused; 0: none
  PRIMARY KEY (job_id, pointer)
);
CREATE INDEX job_picture_content ON job_picture (sha256, account);
