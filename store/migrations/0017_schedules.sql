-- Up Migration

-- A pass looks at all resources of a workflow's variant and starts the workflow for those that have no run: BACKFILL when it
-- becomes ACTIVE (S-D11), SWEEP when its schedule fires (S-Z7). The last one of each kind is kept.
ALTER TABLE backfills RENAME TO passes;
ALTER TABLE passes ADD COLUMN kind text NOT NULL DEFAULT 'BACKFILL' CHECK (kind IN ('BACKFILL', 'SWEEP'));
ALTER TABLE passes ALTER COLUMN kind DROP DEFAULT;
-- the engine's execution that carries a SWEEP, and when it was started there; '' = the outbox carries it
ALTER TABLE passes ADD COLUMN carrier text NOT NULL DEFAULT '', ADD COLUMN fired_at timestamptz(3);
ALTER TABLE passes DROP CONSTRAINT backfills_pkey;
ALTER TABLE passes ADD PRIMARY KEY (workflow_id, kind);

-- What the engine says of the schedules it has.
CREATE TABLE schedules (
  workflow_id text PRIMARY KEY REFERENCES workflows,
  platform_id text NOT NULL REFERENCES platforms,
  -- on the engine, by somebody
  paused boolean NOT NULL,
  -- firings that found a sweep under way, and firings too old to be caught up
  skipped bigint NOT NULL,
  missed bigint NOT NULL
);

CREATE INDEX workflows_scheduled ON workflows (id) WHERE status = 'ACTIVE' AND schedule IS NOT NULL;

-- Down Migration

DROP INDEX workflows_scheduled;
DROP TABLE schedules;
DELETE FROM passes WHERE kind = 'SWEEP';
ALTER TABLE passes DROP CONSTRAINT passes_pkey;
ALTER TABLE passes DROP COLUMN carrier, DROP COLUMN fired_at, DROP COLUMN kind;
ALTER TABLE passes ADD CONSTRAINT backfills_pkey PRIMARY KEY (workflow_id);
ALTER TABLE passes RENAME TO backfills;
