-- What the provider's list has shown of each model, and in what spelling. The same text runs on SQLite and PostgreSQL.
-- trait: what some generations have and others have not, as the list might leave out those that have it.
CREATE TABLE list_shown (
  user_id TEXT NOT NULL,
  model   TEXT NOT NULL,
  trait   TEXT NOT NULL,
  at      BIGINT NOT NULL,
  PRIMARY KEY (user_id, model, trait)
);
INSERT INTO list_shown (user_id, model, trait, at)
  SELECT user_id, model, 'being made', at FROM pending_shown;
DROP TABLE pending_shown;

-- A generation is found by its id in whatever spelling.
CREATE INDEX job_generation_alike ON job (lower(replace(generation_id, '-', '')));
DROP INDEX job_generation;
