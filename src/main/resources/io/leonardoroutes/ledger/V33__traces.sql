-- The trace that a request came in (W3C Trace Context). The same text runs on SQLite and PostgreSQL.
ALTER TABLE job ADD COLUMN traceparent TEXT;
ALTER TABLE job ADD COLUMN tracestate TEXT;
ALTER TABLE event ADD COLUMN traceparent TEXT;  -- that of its job
ALTER TABLE event ADD COLUMN tracestate TEXT;
