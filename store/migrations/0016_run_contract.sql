-- Up Migration

-- How a workflow may be started, and the parameters that a call of it takes: {callout_trigger, ondemand_trigger, event_trigger,
-- fields} (S-Z4). Read live, never pinned.
ALTER TABLE workflows ADD COLUMN run_settings jsonb NOT NULL
  DEFAULT '{"callout_trigger": false, "ondemand_trigger": true, "event_trigger": true, "fields": []}';

-- {interval, timezone}; null = it is not run by the clock (S-Z7)
ALTER TABLE workflows ADD COLUMN schedule jsonb;

-- Versions have an integer id of the one sequence, like workflows and runs (S-Z1).
ALTER TABLE workflow_versions ADD COLUMN number bigint NOT NULL UNIQUE DEFAULT nextval('numbers');

-- What the call gave for the template, by name (S-Z4).
ALTER TABLE runs ADD COLUMN variables jsonb;

-- SCHEDULE: the engine's schedule of a workflow has to be made, changed or deleted. RUN_ENDED: a run has ended, webhooks are to be told.
ALTER TABLE outbox DROP CONSTRAINT outbox_kind_check;
ALTER TABLE outbox ADD CONSTRAINT outbox_kind_check
  CHECK (kind IN ('RUN', 'CLOCK', 'CUSTOMER', 'WORKFLOW', 'BULK', 'BACKFILL', 'PLATFORM', 'SCHEDULE', 'RUN_ENDED'));

-- Down Migration

DELETE FROM outbox WHERE kind IN ('SCHEDULE', 'RUN_ENDED');
ALTER TABLE outbox DROP CONSTRAINT outbox_kind_check;
ALTER TABLE outbox ADD CONSTRAINT outbox_kind_check
  CHECK (kind IN ('RUN', 'CLOCK', 'CUSTOMER', 'WORKFLOW', 'BULK', 'BACKFILL', 'PLATFORM'));
ALTER TABLE runs DROP COLUMN variables;
ALTER TABLE workflow_versions DROP COLUMN number;
ALTER TABLE workflows DROP COLUMN schedule, DROP COLUMN run_settings;
