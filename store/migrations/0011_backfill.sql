-- Up Migration

-- Starting a workflow for what was there before it (S-D11): one at a time per workflow, the last one is kept.
CREATE TABLE backfills (
  workflow_id text PRIMARY KEY REFERENCES workflows,
  platform_id text NOT NULL REFERENCES platforms,
  -- the last resource that was looked at, in order of id
  cursor text NOT NULL DEFAULT '',
  -- transactions before this one may not have seen the workflow ACTIVE; the first look waits until they have ended
  horizon xid8,
  looked_at integer NOT NULL DEFAULT 0,
  created integer NOT NULL DEFAULT 0,
  started_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  finished_at timestamptz(3),
  -- the workflow did not stay ACTIVE until the end
  stopped boolean NOT NULL DEFAULT false
);

-- BULK: an operation on many runs, page by page. BACKFILL: look at the resources of a workflow's variant, page by page.
-- PLATFORM: look at all runs of it again.
ALTER TABLE outbox DROP CONSTRAINT outbox_kind_check;
ALTER TABLE outbox ADD CONSTRAINT outbox_kind_check
  CHECK (kind IN ('RUN', 'CLOCK', 'CUSTOMER', 'WORKFLOW', 'BULK', 'BACKFILL', 'PLATFORM'));

-- Down Migration

DELETE FROM outbox WHERE kind IN ('BACKFILL', 'PLATFORM');
ALTER TABLE outbox DROP CONSTRAINT outbox_kind_check;
ALTER TABLE outbox ADD CONSTRAINT outbox_kind_check CHECK (kind IN ('RUN', 'CLOCK', 'CUSTOMER', 'WORKFLOW', 'BULK'));
DROP TABLE backfills;
