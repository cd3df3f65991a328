-- What an accepted job waits for before it may be submitted. The same text runs on SQLite and on PostgreSQL.
-- A job that waits has no due time, so that nothing else finds it, not even an earlier program.
ALTER TABLE job ADD COLUMN waits_for TEXT;     -- approval or job; null: nothing but its turn
ALTER TABLE job ADD COLUMN wakes_at BIGINT;    -- when the wait has to be looked at: an approval expires, or the job has ended
ALTER TABLE job ADD COLUMN awaits TEXT;        -- the id of the job whose video it takes
ALTER TABLE job ADD COLUMN approved_at BIGINT; -- null unless an operator approved it
CREATE INDEX job_waits_for ON job (waits_for, created_at, id, state, caller, model) WHERE waits_for IS NOT NULL;
CREATE INDEX job_wakes ON job (waits_for, wakes_at) WHERE waits_for IS NOT NULL AND wakes_at IS NOT NULL;
CREATE INDEX job_awaits ON job (awaits) WHERE awaits IS NOT NULL;

-- Those that look for jobs to submit do not walk past jobs that wait, however many these are. Without the state,
-- SQLite would not choose the first of them.
DROP INDEX job_turn;
CREATE INDEX job_turn ON job (state, turn) WHERE state = 'ACCEPTED' AND waits_for IS NULL;
DROP INDEX job_queue;
CREATE INDEX job_queue ON job (account, priority, queued_by, turn) WHERE state = 'ACCEPTED' AND waits_for IS NULL;
DROP INDEX job_waits;
CREATE INDEX job_waits ON job (kind, waits) WHERE state = 'ACCEPTED' AND waits_for IS NULL;
DROP INDEX job_state;
CREATE INDEX job_state ON job (state, created_at, id, model, waits_for);
