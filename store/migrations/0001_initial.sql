-- Up Migration

-- Milliseconds everywhere (timestamptz(3)), so that an instant is the same number in Postgres, in TypeScript and on the engine.

CREATE FUNCTION epoch_ms(at timestamptz) RETURNS bigint
  LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN (extract(epoch FROM at) * 1000)::bigint;

CREATE TABLE platforms (
  id text PRIMARY KEY,
  name text NOT NULL,
  environment text NOT NULL CHECK (environment IN ('TEST', 'LIVE')),
  timezone text,
  locale text,
  sender_name text,
  sender_email text,
  due_dates text NOT NULL DEFAULT 'INSTANT' CHECK (due_dates IN ('INSTANT', 'DATE')),
  in_doubt text NOT NULL DEFAULT 'HOLD' CHECK (in_doubt IN ('HOLD', 'RESEND', 'DROP')),
  allow_list text[] NOT NULL DEFAULT '{}',
  -- null = 500 on LIVE, off on TEST (S-T4)
  blast_limit integer CHECK (blast_limit >= 0),
  org_ids text[] NOT NULL DEFAULT '{}',
  created_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  updated_at timestamptz(3) NOT NULL DEFAULT clock_timestamp()
);

CREATE TABLE api_keys (
  id text PRIMARY KEY,
  -- SHA-256 of a 256-bit random key (S-W13)
  key_hash bytea NOT NULL UNIQUE,
  description text,
  platform_ids text[] NOT NULL,
  status text NOT NULL DEFAULT 'ACTIVE' CHECK (status IN ('ACTIVE', 'INACTIVE')),
  created_at timestamptz(3) NOT NULL DEFAULT clock_timestamp()
);

CREATE TABLE test_clocks (
  id text PRIMARY KEY,
  platform_id text NOT NULL REFERENCES platforms,
  now_at timestamptz(3) NOT NULL,
  -- set while an advance is under way
  target_at timestamptz(3),
  -- how many advances were begun: each is an execution of its own
  advances integer NOT NULL DEFAULT 0,
  created_at timestamptz(3) NOT NULL DEFAULT clock_timestamp()
);

-- Billing facts. A row whose body is null is a placeholder: another fact named it before it arrived (S-A3).

CREATE TABLE customers (
  platform_id text NOT NULL REFERENCES platforms,
  id text NOT NULL,
  body jsonb,
  source_updated_at timestamptz(3),
  test_clock_id text REFERENCES test_clocks,
  created_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  updated_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (platform_id, id)
);
CREATE INDEX customers_reference ON customers (platform_id, (body ->> 'reference'));
CREATE INDEX customers_test_clock ON customers (test_clock_id) WHERE test_clock_id IS NOT NULL;

CREATE TABLE contacts (
  platform_id text NOT NULL,
  id text NOT NULL,
  customer_id text NOT NULL,
  body jsonb,
  source_updated_at timestamptz(3),
  created_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  updated_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (platform_id, id),
  FOREIGN KEY (platform_id, customer_id) REFERENCES customers
);
CREATE INDEX contacts_customer ON contacts (platform_id, customer_id);

CREATE TABLE invoices (
  platform_id text NOT NULL,
  id text NOT NULL,
  customer_id text NOT NULL,
  body jsonb,
  source_updated_at timestamptz(3),
  -- when it was first seen FINAL, on the clock of its customer
  first_final_at timestamptz(3),
  created_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  updated_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (platform_id, id),
  FOREIGN KEY (platform_id, customer_id) REFERENCES customers
);
CREATE INDEX invoices_customer ON invoices (platform_id, customer_id);

CREATE TABLE payments (
  platform_id text NOT NULL,
  id text NOT NULL,
  customer_id text NOT NULL,
  body jsonb,
  source_updated_at timestamptz(3),
  created_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  updated_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (platform_id, id),
  FOREIGN KEY (platform_id, customer_id) REFERENCES customers
);

CREATE TABLE pricing_plan_subscriptions (
  platform_id text NOT NULL,
  id text NOT NULL,
  -- null only in a placeholder: a schedule names its subscription, not its customer
  customer_id text,
  body jsonb,
  source_updated_at timestamptz(3),
  created_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  updated_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (platform_id, id),
  FOREIGN KEY (platform_id, customer_id) REFERENCES customers
);
CREATE INDEX pricing_plan_subscriptions_customer ON pricing_plan_subscriptions (platform_id, customer_id);

CREATE TABLE pricing_plan_schedules (
  platform_id text NOT NULL,
  id text NOT NULL,
  pricing_plan_subscription_id text NOT NULL,
  body jsonb,
  source_updated_at timestamptz(3),
  created_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  updated_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (platform_id, id),
  FOREIGN KEY (platform_id, pricing_plan_subscription_id) REFERENCES pricing_plan_subscriptions
);
CREATE INDEX pricing_plan_schedules_subscription ON pricing_plan_schedules (platform_id, pricing_plan_subscription_id);

-- Definitions. What is pinned when a run begins lives in a version, what is read live lives in the workflow (S-D6).

CREATE SEQUENCE numbers;

CREATE TABLE workflows (
  id text PRIMARY KEY,
  platform_id text NOT NULL REFERENCES platforms,
  number bigint NOT NULL UNIQUE DEFAULT nextval('numbers'),
  reference text NOT NULL,
  name text NOT NULL,
  description text,
  type text NOT NULL,
  status text NOT NULL CHECK (status IN ('DRAFT', 'ACTIVE', 'INACTIVE', 'ARCHIVED')),
  variant text,
  customer_ids text[] NOT NULL DEFAULT '{}',
  excluded_customer_ids text[] NOT NULL DEFAULT '{}',
  version integer NOT NULL DEFAULT 1,
  created_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  updated_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  UNIQUE (platform_id, reference)
);
CREATE INDEX workflows_active ON workflows (platform_id, variant) WHERE status = 'ACTIVE';
CREATE INDEX workflows_list ON workflows (platform_id, created_at DESC, id);

CREATE TABLE workflow_versions (
  workflow_id text NOT NULL REFERENCES workflows,
  version integer NOT NULL,
  -- {config: the contract's block of the type, periods, late_policy}
  definition jsonb NOT NULL,
  created_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (workflow_id, version)
);

CREATE TABLE workflow_actions (
  id text PRIMARY KEY,
  platform_id text NOT NULL REFERENCES platforms,
  workflow_id text NOT NULL REFERENCES workflows,
  type text NOT NULL,
  status text NOT NULL CHECK (status IN ('DRAFT', 'ACTIVE', 'INACTIVE', 'ARCHIVED')),
  description text,
  send_email_to_customer jsonb,
  steps jsonb,
  created_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  updated_at timestamptz(3) NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX workflow_actions_workflow ON workflow_actions (workflow_id, created_at, id);
CREATE INDEX workflow_actions_list ON workflow_actions (platform_id, created_at DESC, id);

CREATE TABLE workflow_triggers (
  id text PRIMARY KEY,
  platform_id text NOT NULL REFERENCES platforms,
  type text NOT NULL CHECK (type IN ('MANUAL', 'EVENT')),
  workflow_id text REFERENCES workflows,
  customer_id text,
  -- the contract's target block, as given
  target jsonb NOT NULL,
  created_at timestamptz(3) NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX workflow_triggers_list ON workflow_triggers (platform_id, created_at DESC, id);

-- Runs, their steps and the ledger.

CREATE TABLE runs (
  id text PRIMARY KEY,
  number bigint NOT NULL UNIQUE DEFAULT nextval('numbers'),
  platform_id text NOT NULL REFERENCES platforms,
  workflow_id text NOT NULL REFERENCES workflows,
  workflow_version integer NOT NULL,
  trigger_id text NOT NULL REFERENCES workflow_triggers,
  type text NOT NULL CHECK (type IN ('MANUAL', 'EVENT')),
  variant text NOT NULL,
  resource_type text NOT NULL,
  resource_id text NOT NULL,
  customer_id text NOT NULL,
  -- EVENT runs are unique for ever per workflow, resource and occurrence (S-M6); null for MANUAL
  occurrence text,
  single_period jsonb,
  due_dates text NOT NULL,
  trial_end_at timestamptz(3),
  schedule_end_at timestamptz(3),
  test_clock_id text REFERENCES test_clocks,

  status text NOT NULL,
  reason text,
  stop_reason text,
  anchor_at timestamptz(3),
  zone text,
  -- raised whenever what the engine must know changes
  plan_revision integer NOT NULL DEFAULT 1,
  wake_at timestamptz(3),
  next_step_id text,
  next_step_at timestamptz(3),

  engine_workflow_id text NOT NULL UNIQUE,
  -- false: the engine has to be given an execution; true: it has one, or had
  engine_started boolean NOT NULL DEFAULT false,
  -- how many executions it was given; the first may not reuse an id, later ones must (S-R6, S-R7)
  executions integer NOT NULL DEFAULT 0,
  created_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  updated_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  FOREIGN KEY (workflow_id, workflow_version) REFERENCES workflow_versions
);
CREATE UNIQUE INDEX runs_event_once ON runs (workflow_id, resource_id, occurrence) WHERE type = 'EVENT';
CREATE INDEX runs_resource ON runs (platform_id, resource_type, resource_id);
CREATE INDEX runs_list ON runs (platform_id, created_at DESC, id);
CREATE INDEX runs_customer ON runs (platform_id, customer_id, id);
CREATE INDEX runs_open_workflow ON runs (workflow_id, id) WHERE status NOT IN ('COMPLETED', 'STOPPED');
CREATE INDEX runs_trigger ON runs (trigger_id);
CREATE INDEX runs_clock ON runs (test_clock_id, wake_at) WHERE test_clock_id IS NOT NULL;
-- what the watchdog looks for
CREATE INDEX runs_overdue ON runs (wake_at) WHERE status IN ('ACCEPTED', 'WAITING', 'SENDING', 'BLOCKED') AND test_clock_id IS NULL;

CREATE TABLE run_steps (
  run_id text NOT NULL REFERENCES runs,
  id text NOT NULL,
  position integer NOT NULL,
  kind text NOT NULL DEFAULT 'RUNG' CHECK (kind IN ('RUNG', 'EXTRA')),
  periods jsonb NOT NULL,
  raw_at timestamptz(3) NOT NULL,
  planned_at timestamptz(3) NOT NULL,
  shifts jsonb NOT NULL,
  status text NOT NULL,
  reason text,
  late boolean NOT NULL DEFAULT false,
  sent_at timestamptz(3),
  PRIMARY KEY (run_id, id)
);
CREATE TABLE deliveries (
  id text PRIMARY KEY,
  platform_id text NOT NULL REFERENCES platforms,
  run_id text NOT NULL,
  step_id text NOT NULL,
  action_id text NOT NULL REFERENCES workflow_actions,
  status text NOT NULL,
  reason text,
  -- incremented by each claim; whoever holds an older one can neither mark nor record (S-E4)
  fence integer NOT NULL DEFAULT 0,
  retry_at timestamptz(3),
  recipients jsonb,
  subject text,
  server_reply jsonb,
  attempts integer NOT NULL DEFAULT 0,
  claimed_at timestamptz(3),
  transmitting_at timestamptz(3),
  sent_at timestamptz(3),
  created_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  UNIQUE (run_id, step_id, action_id),
  FOREIGN KEY (run_id, step_id) REFERENCES run_steps
);

-- What late steps a platform let through lately.
CREATE TABLE late_steps (
  platform_id text NOT NULL REFERENCES platforms,
  planned_at timestamptz(3) NOT NULL
);
CREATE INDEX late_steps_platform ON late_steps (platform_id, planned_at);

-- What the engine has not been told yet. One row per subject, however often it changed (a thousand changes are one signal).

CREATE TABLE outbox (
  -- RUN: start or signal one run. CLOCK: start an advance. CUSTOMER, WORKFLOW: look at all runs of it again, page by page.
  kind text NOT NULL CHECK (kind IN ('RUN', 'CLOCK', 'CUSTOMER', 'WORKFLOW')),
  subject_id text NOT NULL,
  platform_id text NOT NULL,
  -- what must be known at least; a newer one written during delivery keeps the row
  revision integer NOT NULL DEFAULT 0,
  -- fan-out: the last run that was looked at
  cursor text,
  attempts integer NOT NULL DEFAULT 0,
  next_attempt_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  last_error text,
  PRIMARY KEY (kind, subject_id, platform_id)
);
CREATE INDEX outbox_due ON outbox (next_attempt_at);

-- Locks. Always in the order customer → resource → run → step → delivery; whoever plans or claims takes FOR SHARE, so that a
-- fact cannot change under a decision, and whoever changes a fact takes FOR UPDATE. FOR KEY SHARE would not conflict.

-- Locks the facts a resource depends on. Which customer that is can change until it is locked: look again until it holds still.
CREATE FUNCTION lock_resource(platform text, kind text, resource text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  seen_customer text;
  seen_subscription text;
  present_customer text;
  present_subscription text;
BEGIN
  LOOP
    IF kind = 'INVOICE' THEN
      SELECT customer_id INTO seen_customer FROM invoices WHERE platform_id = platform AND id = resource;
      PERFORM FROM customers WHERE platform_id = platform AND id = seen_customer FOR SHARE;
      SELECT customer_id INTO present_customer FROM invoices WHERE platform_id = platform AND id = resource FOR SHARE;
      EXIT WHEN present_customer IS NOT DISTINCT FROM seen_customer;
    ELSE
      SELECT s.pricing_plan_subscription_id, p.customer_id INTO seen_subscription, seen_customer
        FROM pricing_plan_schedules s
        JOIN pricing_plan_subscriptions p ON p.platform_id = s.platform_id AND p.id = s.pricing_plan_subscription_id
        WHERE s.platform_id = platform AND s.id = resource;
      PERFORM FROM customers WHERE platform_id = platform AND id = seen_customer FOR SHARE;
      SELECT customer_id INTO present_customer FROM pricing_plan_subscriptions
        WHERE platform_id = platform AND id = seen_subscription FOR SHARE;
      SELECT pricing_plan_subscription_id INTO present_subscription FROM pricing_plan_schedules
        WHERE platform_id = platform AND id = resource FOR SHARE;
      EXIT WHEN present_customer IS NOT DISTINCT FROM seen_customer
        AND present_subscription IS NOT DISTINCT FROM seen_subscription;
    END IF;
  END LOOP;
END $$;

-- Locks one run after the facts it depends on.
CREATE FUNCTION lock_run(run text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  platform text;
  kind text;
  resource text;
BEGIN
  SELECT platform_id, resource_type, resource_id INTO platform, kind, resource FROM runs WHERE id = run;
  PERFORM lock_resource(platform, kind, resource);
  PERFORM FROM runs WHERE id = run FOR UPDATE;
END $$;

-- Locks a run for a claim: besides, every step of all runs of its workflow and resource, in order of id, because a step that
-- one of them has sent is not sent by another (S-M7).
CREATE FUNCTION lock_claim(run text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  PERFORM lock_run(run);
  PERFORM FROM run_steps t
    JOIN runs o ON o.id = t.run_id
    JOIN runs r ON r.platform_id = o.platform_id AND r.resource_type = o.resource_type
      AND r.resource_id = o.resource_id AND r.workflow_id = o.workflow_id
    WHERE r.id = run
    ORDER BY t.run_id, t.id
    FOR UPDATE OF t;
END $$;

-- Down Migration

DROP FUNCTION lock_claim;
DROP FUNCTION lock_run;
DROP FUNCTION lock_resource;
DROP TABLE outbox, late_steps, deliveries, run_steps, runs, workflow_triggers, workflow_actions, workflow_versions, workflows,
  pricing_plan_schedules, pricing_plan_subscriptions, payments, invoices, contacts, customers, test_clocks, api_keys, platforms;
DROP SEQUENCE numbers;
DROP FUNCTION epoch_ms;
