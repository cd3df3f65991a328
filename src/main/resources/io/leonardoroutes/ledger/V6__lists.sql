-- Lists of jobs, filtered, newest first. The same text runs on SQLite and on PostgreSQL.
-- What a list is filtered by stands in the indexes, so that the longest walk past jobs that do not fit
-- reads no job: less than a second for 1,000,000 of them.
DROP INDEX job_newest;
CREATE INDEX job_newest ON job (created_at, id, model);
CREATE INDEX job_state ON job (state, created_at, id, model);
DROP INDEX job_caller;
CREATE INDEX job_caller ON job (caller, created_at, id, state, model) WHERE caller IS NOT NULL;
-- The reference first: an operator asks for one without saying whose.
DROP INDEX job_caller_reference;
CREATE UNIQUE INDEX job_caller_reference ON job (caller_reference, caller)
  WHERE caller_reference IS NOT NULL;

-- Whether the ledger can be written: one row that is written to find out.
CREATE TABLE probe (id INTEGER PRIMARY KEY, at BIGINT NOT NULL);
INSERT INTO probe VALUES (1, 0);
