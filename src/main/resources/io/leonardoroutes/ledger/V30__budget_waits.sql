-- Jobs that wait for the budget of a caller or a tag stand in no queue, so that nobody walks past them. The same text
-- runs on SQLite and PostgreSQL.
ALTER TABLE job ADD COLUMN budget TEXT; -- which one it waits for, as in leonardo.budgets.NAME
CREATE INDEX job_budget ON job (account, budget, kind, turn) WHERE state = 'ACCEPTED' AND waits_for = 'budget';
