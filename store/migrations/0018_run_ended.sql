-- Up Migration

-- RUN_ENDED, whose subject is the event's id: {run_id, type, at}, `at` in epoch milliseconds.
ALTER TABLE outbox ADD COLUMN event jsonb;

CREATE INDEX webhooks_active ON webhooks (platform_id) WHERE active;

-- Whether a webhook's choice lets an action (`WORKFLOW_RUN.STOPPED`) through: included = '{}' is every action, and what is excluded
-- stays out; `WORKFLOW_RUN.*` is every action of the resource.
CREATE FUNCTION lets_through(included text[], excluded text[], action text) RETURNS boolean
  LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN (included = '{}' OR included && ARRAY[action, split_part(action, '.', 1) || '.*'])
    AND NOT excluded && ARRAY[action, split_part(action, '.', 1) || '.*'];

-- Whatever ends a run, its end is written down in the same transaction, and costs nobody a statement. It is looked at as the
-- transaction ends: of several ends in one, only the last is told, and none when the run is open again. Revision and status tell the
-- ends of a run apart, so the event's id is made from both: the same end never has two.
CREATE FUNCTION run_ended() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO outbox (kind, platform_id, subject_id, event)
  SELECT 'RUN_ENDED', r.platform_id,
    'whev_' || left(translate(encode(sha256(convert_to(concat_ws('/', r.id, r.plan_revision, r.status), 'UTF8')), 'base64'), '+/=', ''), 20),
    jsonb_build_object('run_id', r.id, 'type', what, 'at', epoch_ms(clock_timestamp()))
  FROM runs r, concat('WORKFLOW_RUN.', r.status) AS what
  WHERE r.id = NEW.id AND r.status = NEW.status AND EXISTS (
    SELECT FROM webhooks
    WHERE platform_id = r.platform_id AND active AND lets_through(included_actions, excluded_actions, what))
  ON CONFLICT DO NOTHING;
  RETURN NULL;
END
$$;

-- From one end to another, too: FAILED and then cancelled, or reopened with nothing left to send.
CREATE CONSTRAINT TRIGGER run_ended AFTER UPDATE OF status ON runs DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
  WHEN (NEW.status IN ('COMPLETED', 'STOPPED', 'FAILED') AND NEW.status <> OLD.status)
  EXECUTE FUNCTION run_ended();
CREATE CONSTRAINT TRIGGER run_ended_at_once AFTER INSERT ON runs DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
  WHEN (NEW.status IN ('COMPLETED', 'STOPPED', 'FAILED'))
  EXECUTE FUNCTION run_ended();

-- Down Migration

DROP TRIGGER run_ended_at_once ON runs;
DROP TRIGGER run_ended ON runs;
DROP FUNCTION run_ended;
DROP FUNCTION lets_through;
DROP INDEX webhooks_active;
DELETE FROM outbox WHERE kind = 'RUN_ENDED';
ALTER TABLE outbox DROP COLUMN event;
