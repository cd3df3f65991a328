-- Receipts of delivered videos, chained by hash for each sink. The same text runs on SQLite and PostgreSQL.
ALTER TABLE delivery ADD COLUMN receipt TEXT;  -- of content RECEIPT: what is delivered, once it has its number

CREATE TABLE receipt_chain (
  sink   TEXT PRIMARY KEY,
  number BIGINT NOT NULL,  -- of the last receipt; 0: none yet
  hash   TEXT              -- SHA-256 of the last receipt
);
