-- The time that the ledger was last seen to have, so that a clock that was set back is noticed, and what is
-- leased, found by how long. The same text runs on SQLite and on PostgreSQL.
CREATE TABLE clock (
  id INTEGER PRIMARY KEY,
  at BIGINT NOT NULL
);
INSERT INTO clock VALUES (1, 0);

CREATE INDEX job_leased ON job (leased_until) WHERE leased_until > 0;
CREATE INDEX delivery_leased ON delivery (leased_until) WHERE leased_until > 0;
