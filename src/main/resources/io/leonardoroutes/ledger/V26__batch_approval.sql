-- Batches whose jobs wait until the sum of their prices is known, and above a limit until an operator decides. The same
-- text runs on SQLite and PostgreSQL. Such a job waits for an approval that has no end of its own: wakes_at is null.
ALTER TABLE batch ADD COLUMN approval TEXT;      -- SUMMING, WAITING, OPEN, APPROVED, REJECTED or EXPIRED; null: none waits
ALTER TABLE batch ADD COLUMN price_sum TEXT;     -- of its jobs, in the currency of leonardo.approval.currency
ALTER TABLE batch ADD COLUMN unpriced BIGINT;    -- jobs whose price is not in the sum
ALTER TABLE batch ADD COLUMN expires_at BIGINT;  -- when it is cancelled if nobody decides
ALTER TABLE batch ADD COLUMN decided_by TEXT;    -- the operator, as in moved.who
ALTER TABLE batch ADD COLUMN decided_from TEXT;  -- as in moved.place
CREATE INDEX batch_approval ON batch (approval) WHERE approval IS NOT NULL;
CREATE INDEX job_held ON job (batch, created_at, id) WHERE waits_for = 'approval';
