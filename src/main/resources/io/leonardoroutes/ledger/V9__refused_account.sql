-- What is refused of an account is its key or its balance. The same text runs on SQLite and PostgreSQL.
ALTER TABLE refused_key RENAME TO refused_account;
-- times is 0 from the first create that was taken again, and last_at is when that was.
ALTER TABLE refused_account ADD COLUMN what TEXT NOT NULL DEFAULT 'KEY';   -- KEY or BALANCE
ALTER TABLE refused_account ADD COLUMN reason TEXT NOT NULL DEFAULT '';    -- in the provider's words
ALTER TABLE refused_account ADD COLUMN job_id TEXT;                        -- the one job that fails with it
