-- Up Migration

-- A run that waits takes up as little as what asks for it allows: of 100 million each byte is 100 MB. Code from before reads steps
-- without `periods` as none: it has to be stopped before steps are written like that.

-- Newest first is read backwards. Written backwards (DESC) every new row went to the left end of its index, whose pages are then
-- left half empty; and instants are told apart well enough for ties by id to be sorted.
DROP INDEX workflow_triggers_list;
CREATE INDEX workflow_triggers_list ON workflow_triggers (platform_id, created_at);
DROP INDEX runs_list;
CREATE INDEX runs_list ON runs (platform_id, created_at);

-- What is about one customer is sorted when it is asked for. Without the id equal keys are stored once.
DROP INDEX runs_customer;
CREATE INDEX runs_customer ON runs (platform_id, customer_id);
DROP INDEX workflow_triggers_customer;
CREATE INDEX workflow_triggers_customer ON workflow_triggers (platform_id, customer_id);

-- One index for "once per event" and for "about this resource". MANUAL runs have no occurrence, and null is like no other null.
DROP INDEX runs_event_once;
DROP INDEX runs_resource;
CREATE UNIQUE INDEX runs_event_once ON runs (resource_id, workflow_id, occurrence);

-- An id on the engine may have 200 bytes, its digest has 16.
ALTER TABLE runs DROP CONSTRAINT runs_engine_workflow_id_key;
CREATE UNIQUE INDEX runs_engine_workflow_id ON runs ((md5(engine_workflow_id)::uuid));

-- The status changes most often, and as long as an index asks for it (also in its WHERE), each change writes every index of the
-- run anew. Whether a run is open changes once.
ALTER TABLE runs ADD COLUMN is_open boolean NOT NULL GENERATED ALWAYS AS (status NOT IN ('COMPLETED', 'STOPPED')) STORED;
DROP INDEX runs_open_workflow;
CREATE INDEX runs_open_workflow ON runs (workflow_id, id) WHERE is_open;
-- A run that has ended, failed or is paused has no `wake_at`.
DROP INDEX runs_overdue;
CREATE INDEX runs_overdue ON runs (wake_at) WHERE wake_at IS NOT NULL AND test_clock_id IS NULL;

-- Most steps are about the one period that their id names (`7-DAY`): null says so.
ALTER TABLE run_steps ALTER COLUMN periods DROP NOT NULL;
CREATE FUNCTION step_periods(id text, periods jsonb) RETURNS jsonb LANGUAGE sql STABLE PARALLEL SAFE
  RETURN coalesce(periods,
    jsonb_build_array(jsonb_build_object('type', split_part(id, '-', 2), 'value', split_part(id, '-', 1)::integer)));

-- Room on the page for the version that says the engine has it.
ALTER TABLE runs SET (fillfactor = 90, autovacuum_vacuum_scale_factor = 0.02);
-- A queue: almost all of it is dead at any time.
ALTER TABLE outbox SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);

-- Down Migration

ALTER TABLE outbox RESET (autovacuum_vacuum_scale_factor, autovacuum_vacuum_threshold);
ALTER TABLE runs RESET (fillfactor, autovacuum_vacuum_scale_factor);
UPDATE run_steps SET periods = step_periods(id, periods) WHERE periods IS NULL;
DROP FUNCTION step_periods;
ALTER TABLE run_steps ALTER COLUMN periods SET NOT NULL;
DROP INDEX runs_overdue;
CREATE INDEX runs_overdue ON runs (wake_at) WHERE status IN ('ACCEPTED', 'WAITING', 'SENDING', 'BLOCKED') AND test_clock_id IS NULL;
DROP INDEX runs_open_workflow;
CREATE INDEX runs_open_workflow ON runs (workflow_id, id) WHERE status NOT IN ('COMPLETED', 'STOPPED');
ALTER TABLE runs DROP COLUMN is_open;
DROP INDEX runs_engine_workflow_id;
ALTER TABLE runs ADD CONSTRAINT runs_engine_workflow_id_key UNIQUE (engine_workflow_id);
DROP INDEX runs_event_once;
CREATE UNIQUE INDEX runs_event_once ON runs (workflow_id, resource_id, occurrence) WHERE type = 'EVENT';
CREATE INDEX runs_resource ON runs (platform_id, resource_type, resource_id);
DROP INDEX workflow_triggers_customer;
CREATE INDEX workflow_triggers_customer ON workflow_triggers (platform_id, customer_id);
DROP INDEX runs_customer;
CREATE INDEX runs_customer ON runs (platform_id, customer_id, id);
DROP INDEX runs_list;
CREATE INDEX runs_list ON runs (platform_id, created_at DESC, id);
DROP INDEX workflow_triggers_list;
CREATE INDEX workflow_triggers_list ON workflow_triggers (platform_id, created_at DESC, id);
