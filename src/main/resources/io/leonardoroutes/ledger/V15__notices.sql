-- What the provider's notice said of a generation that it made no video for: it is told in no other way,
-- and may come before a look or after it. The same text runs on SQLite and PostgreSQL.
CREATE TABLE notice (
  account       TEXT NOT NULL,
  generation_id TEXT NOT NULL,
  words         TEXT NOT NULL,      -- bounded, without secrets
  at            BIGINT NOT NULL,    -- kept for a week
  PRIMARY KEY (account, generation_id)
);
-- By which the provider knows a finished video, and not by its generation's id.
ALTER TABLE job ADD COLUMN video_id TEXT;
