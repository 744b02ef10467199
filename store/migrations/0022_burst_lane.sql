-- Up Migration

-- Its execution on the engine wakes later than `wake_at`, because many runs are due at that instant: the burst lane sends its step.
ALTER TABLE runs ADD COLUMN by_lane boolean NOT NULL DEFAULT false;

-- The burst lane that claimed it, by the name of its lease; NULL = the run's own execution did.
ALTER TABLE deliveries ADD COLUMN lane text;

-- Locks runs after the facts they depend on, those of all before the first run. (lock_resource, lock_run and lock_claim, which do it one
-- by one, are left for code from before.)
CREATE FUNCTION lock_runs(wanted text[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  PERFORM lock_resources(array_agg(platform_id), array_agg(resource_type), array_agg(resource_id)) FROM (
    SELECT DISTINCT platform_id, resource_type, resource_id FROM runs WHERE id = ANY (wanted)) AS facts;
  PERFORM FROM runs WHERE id = ANY (wanted) ORDER BY id FOR UPDATE;
END $$;

-- Locks runs for the claims of these steps of theirs: besides, every step of all runs of their workflows and resources, because a step
-- that one of them has sent is not sent by another (S-M7), and the suppressions of their platforms. Answers whether a delivery of the
-- steps is under way.
CREATE FUNCTION lock_claims(wanted text[], wanted_steps text[]) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
  PERFORM lock_runs(wanted);
  PERFORM FROM run_steps t
    JOIN runs o ON o.id = t.run_id
    JOIN runs r ON r.platform_id = o.platform_id AND r.resource_type = o.resource_type
      AND r.resource_id = o.resource_id AND r.workflow_id = o.workflow_id
    WHERE r.id = ANY (wanted)
    ORDER BY t.run_id, t.id
    FOR UPDATE OF t;
  PERFORM share_suppressions(platform_id) FROM (
    SELECT DISTINCT platform_id FROM runs WHERE id = ANY (wanted) ORDER BY 1) AS platforms;
  RETURN EXISTS (
    SELECT FROM unnest(wanted, wanted_steps) AS w (run_id, step_id)
    JOIN deliveries d ON d.run_id = w.run_id AND d.step_id = w.step_id AND d.status IN ('CLAIMED', 'TRANSMITTING'));
END $$;

-- STABLE as what it is made of: said to be IMMUTABLE it was never put into the statements that use it, and each call cost as much as
-- reading a row.
CREATE OR REPLACE FUNCTION epoch_ms(at timestamptz) RETURNS bigint
  LANGUAGE sql STABLE PARALLEL SAFE
  RETURN (extract(epoch FROM at) * 1000)::bigint;

-- Whether a burst lane is at work.
CREATE FUNCTION is_at_work(lane text) RETURNS boolean LANGUAGE sql STABLE
  RETURN EXISTS (SELECT FROM leases WHERE name = lane AND until > clock_timestamp());

-- Down Migration

DROP FUNCTION is_at_work;
CREATE OR REPLACE FUNCTION epoch_ms(at timestamptz) RETURNS bigint
  LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN (extract(epoch FROM at) * 1000)::bigint;
DROP FUNCTION lock_claims;
DROP FUNCTION lock_runs;
ALTER TABLE deliveries DROP COLUMN lane;
ALTER TABLE runs DROP COLUMN by_lane;
