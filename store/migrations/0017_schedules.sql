-- Up Migration

-- A pass looks at all resources of a workflow's variant and starts the workflow for those that have no run: BACKFILL when it
-- becomes ACTIVE (S-D11), SWEEP when its schedule fires (S-Z7). The last one of each kind is kept.
ALTER TABLE backfills RENAME TO passes;
ALTER TABLE passes ADD COLUMN kind text NOT NULL DEFAULT 'BACKFILL' CHECK (kind IN ('BACKFILL', 'SWEEP'));
ALTER TABLE passes ALTER COLUMN kind DROP DEFAULT;
-- the engine's execution that carries a SWEEP, by its first run id, its workflow id there, and when it was started; '' = the
-- outbox carries it
ALTER TABLE passes ADD COLUMN carrier text NOT NULL DEFAULT '', ADD COLUMN engine_workflow_id text,
  ADD COLUMN fired_at timestamptz(3);
ALTER TABLE passes DROP CONSTRAINT backfills_pkey;
ALTER TABLE passes ADD PRIMARY KEY (workflow_id, kind);

-- What the engine was told of schedules, and what it says of them.
CREATE TABLE schedules (
  workflow_id text PRIMARY KEY REFERENCES workflows,
  platform_id text NOT NULL REFERENCES platforms,
  -- what it was told of: schedule_print, and where the sweeps are carried out
  print text NOT NULL,
  task_queue text NOT NULL,
  -- how it was worked out: by which version of the code, and counted from which year
  version integer NOT NULL,
  year integer NOT NULL,
  -- why the engine did not take it; null = it did
  error text,
  -- on the engine, by somebody
  paused boolean NOT NULL,
  -- firings that found a sweep under way, and firings too old to be caught up
  skipped bigint NOT NULL,
  missed bigint NOT NULL
);

-- What a workflow's schedule on the engine is made of, in short.
CREATE FUNCTION schedule_print(w workflows) RETURNS text LANGUAGE sql IMMUTABLE AS $$
  SELECT md5(jsonb_build_array(w.reference, w.variant, w.schedule)::text) $$;

-- Work that one process at a time does: nobody else begins it before.
CREATE TABLE leases (
  name text PRIMARY KEY,
  until timestamptz NOT NULL
);

CREATE INDEX workflows_scheduled ON workflows (id) WHERE status = 'ACTIVE' AND schedule IS NOT NULL;

-- Down Migration

DROP INDEX workflows_scheduled;
DROP TABLE leases;
DROP FUNCTION schedule_print;
DROP TABLE schedules;
DELETE FROM passes WHERE kind = 'SWEEP';
ALTER TABLE passes DROP CONSTRAINT passes_pkey;
ALTER TABLE passes DROP COLUMN carrier, DROP COLUMN engine_workflow_id, DROP COLUMN fired_at, DROP COLUMN kind;
ALTER TABLE passes ADD CONSTRAINT backfills_pkey PRIMARY KEY (workflow_id);
ALTER TABLE passes RENAME TO backfills;
