-- Which database this is: one that was made anew, though its tables look alike, is not this one. The
-- same text runs on SQLite and PostgreSQL; only where a server may bring another is it written and read.
CREATE TABLE identity (
  id TEXT NOT NULL PRIMARY KEY
);
