-- The provider's id of a picture before the last one: a request that names it can have the new one. The same text runs
-- on SQLite and PostgreSQL.
ALTER TABLE upload ADD COLUMN former_id TEXT;
