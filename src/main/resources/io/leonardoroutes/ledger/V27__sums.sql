-- What jobs cost, summed by all that is asked for: it stays when old jobs go. The same text runs on SQLite and PostgreSQL.
DROP TABLE spent;

-- How many jobs of a day have each price: changed with the move that changes it.
CREATE TABLE spent (
  payer           TEXT NOT NULL,    -- empty: every job; caller; or tag NAME
  name            TEXT NOT NULL,    -- of the caller, or the value of the tag
  day             BIGINT NOT NULL,  -- since 1970, UTC, of the paid call
  account         TEXT NOT NULL,
  model           TEXT NOT NULL,
  cost_amount     TEXT NOT NULL,    -- empty: none, here and below
  cost_unit       TEXT NOT NULL,
  reserved_amount TEXT NOT NULL,
  reserved_unit   TEXT NOT NULL,
  unmade          INTEGER NOT NULL, -- 1: the provider took them and made no video
  budgeted        INTEGER NOT NULL, -- 1: they count against budgets
  billed          INTEGER NOT NULL, -- 1: they have a price, or the provider took them
  jobs            BIGINT NOT NULL,
  PRIMARY KEY (payer, name, day, account, model, cost_amount, cost_unit, reserved_amount, reserved_unit, unmade,
    budgeted, billed)
);
CREATE INDEX spent_day ON spent (payer, day);

INSERT INTO spent
  SELECT '', '', submitted_at / 86400000, account, model, coalesce(cost_amount, ''), coalesce(cost_unit, ''),
    coalesce(reserved_amount, ''), coalesce(reserved_unit, ''),
    CASE WHEN state = 'FAILED' AND generation_id IS NOT NULL THEN 1 ELSE 0 END,
    CASE WHEN state IN ('ACCEPTED', 'CANCELLED') THEN 0 ELSE 1 END,
    CASE WHEN cost_amount IS NULL AND generation_id IS NULL THEN 0 ELSE 1 END, count(*)
  FROM job WHERE submitted_at IS NOT NULL
    AND (state NOT IN ('ACCEPTED', 'CANCELLED') OR cost_amount IS NOT NULL OR generation_id IS NOT NULL)
  GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12;
INSERT INTO spent
  SELECT 'caller', caller, submitted_at / 86400000, account, model, coalesce(cost_amount, ''), coalesce(cost_unit, ''),
    coalesce(reserved_amount, ''), coalesce(reserved_unit, ''),
    CASE WHEN state = 'FAILED' AND generation_id IS NOT NULL THEN 1 ELSE 0 END,
    CASE WHEN state IN ('ACCEPTED', 'CANCELLED') THEN 0 ELSE 1 END,
    CASE WHEN cost_amount IS NULL AND generation_id IS NULL THEN 0 ELSE 1 END, count(*)
  FROM job WHERE caller IS NOT NULL AND submitted_at IS NOT NULL
    AND (state NOT IN ('ACCEPTED', 'CANCELLED') OR cost_amount IS NOT NULL OR generation_id IS NOT NULL)
  GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12;
INSERT INTO spent
  SELECT 'tag ' || job_tag.name, job_tag.value, submitted_at / 86400000, account, model, coalesce(cost_amount, ''),
    coalesce(cost_unit, ''), coalesce(reserved_amount, ''), coalesce(reserved_unit, ''),
    CASE WHEN state = 'FAILED' AND generation_id IS NOT NULL THEN 1 ELSE 0 END,
    CASE WHEN state IN ('ACCEPTED', 'CANCELLED') THEN 0 ELSE 1 END,
    CASE WHEN cost_amount IS NULL AND generation_id IS NULL THEN 0 ELSE 1 END, count(*)
  FROM job_tag JOIN job ON job.id = job_tag.job WHERE submitted_at IS NOT NULL
    AND (state NOT IN ('ACCEPTED', 'CANCELLED') OR cost_amount IS NOT NULL OR generation_id IS NOT NULL)
  GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12;

-- Only the sums were read by it.
DROP INDEX job_money;

-- A list of one model does not walk past the jobs of all others.
CREATE INDEX job_model ON job (model, created_at, id, state);
