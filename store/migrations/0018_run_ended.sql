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

-- Whatever ends a run, its end is written down in the same transaction, and costs nobody a statement. The revision tells the ends of
-- a run that is reopened apart, so the event's id is made from both: the same end never has two.
CREATE FUNCTION run_ended() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  what text := 'WORKFLOW_RUN.' || NEW.status;
  digest text := encode(sha256(convert_to(NEW.id || '/' || NEW.plan_revision, 'UTF8')), 'base64');
BEGIN
  INSERT INTO outbox (kind, platform_id, subject_id, event)
  SELECT 'RUN_ENDED', NEW.platform_id, 'whev_' || left(translate(digest, '+/=', ''), 20),
    jsonb_build_object('run_id', NEW.id, 'type', what, 'at', epoch_ms(clock_timestamp()))
  WHERE EXISTS (
    SELECT FROM webhooks
    WHERE platform_id = NEW.platform_id AND active AND lets_through(included_actions, excluded_actions, what))
  ON CONFLICT DO NOTHING;
  RETURN NULL;
END
$$;

CREATE TRIGGER run_ended AFTER UPDATE OF status ON runs FOR EACH ROW
  WHEN (NEW.status IN ('COMPLETED', 'STOPPED', 'FAILED') AND OLD.status NOT IN ('COMPLETED', 'STOPPED', 'FAILED'))
  EXECUTE FUNCTION run_ended();
CREATE TRIGGER run_ended_at_once AFTER INSERT ON runs FOR EACH ROW
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
