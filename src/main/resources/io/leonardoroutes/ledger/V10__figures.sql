-- What is counted at every scrape is found without a walk past what is done with, and events that every
-- sink has can be found by their age. The same text runs on SQLite and on PostgreSQL.
-- Jobs that ended, counted with the move that ends them.
CREATE TABLE ended (
  state TEXT PRIMARY KEY,
  jobs  BIGINT NOT NULL
);
INSERT INTO ended
  SELECT state, count(*) FROM job WHERE state IN ('COMPLETE', 'FAILED', 'CANCELLED') GROUP BY state;
-- Videos that we have no copy of: due, or given up.
CREATE INDEX job_unfetched ON job (due_at) WHERE video_url IS NOT NULL AND video_file IS NULL;

ALTER TABLE delivery ADD COLUMN since BIGINT; -- when it was told; null: delivered before this was noted
UPDATE delivery SET since = (SELECT time FROM event WHERE id = event_id) WHERE state <> 'DELIVERED';
DROP INDEX delivery_due;
CREATE INDEX delivery_pending ON delivery (sink, due_at, since) WHERE state = 'PENDING';
CREATE INDEX delivery_dead ON delivery (sink) WHERE state = 'DEAD';
CREATE INDEX event_time ON event (time);
