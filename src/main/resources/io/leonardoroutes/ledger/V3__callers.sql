-- Whose a job is. The same text runs on SQLite and on PostgreSQL.
ALTER TABLE job ADD COLUMN caller TEXT;           -- the name that the REST server knows; null: nobody's
ALTER TABLE job ADD COLUMN caller_reference TEXT; -- the reference of a caller's job: one for each caller
CREATE UNIQUE INDEX job_caller_reference ON job (caller, caller_reference)
  WHERE caller_reference IS NOT NULL;
CREATE INDEX job_caller ON job (caller, created_at, id) WHERE caller IS NOT NULL;
