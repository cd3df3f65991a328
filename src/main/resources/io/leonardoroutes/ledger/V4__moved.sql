-- Every change of a job's state, written with the change. The same text runs on SQLite and PostgreSQL.
CREATE TABLE moved (
  job        TEXT NOT NULL,
  n          INTEGER NOT NULL, -- counts the changes of the job from 0
  from_state TEXT,             -- null: it was accepted
  to_state   TEXT NOT NULL,
  at         BIGINT NOT NULL,
  who        TEXT,             -- null: nobody gave a name
  place      TEXT,             -- an intake, an address or a process
  PRIMARY KEY (job, n)
);
