-- Up Migration

CREATE TABLE alert_rules (
  id text PRIMARY KEY,
  platform_id text NOT NULL REFERENCES platforms,
  reference text NOT NULL,
  name text,
  description text,
  type text NOT NULL CHECK (type IN ('ENTITLEMENT', 'INVOICE')),
  trigger_type text CHECK (trigger_type IN ('STATIC', 'DYNAMIC')),
  status text NOT NULL CHECK (status IN ('DRAFT', 'ACTIVE', 'ARCHIVED')),
  -- empty = every customer
  customer_ids text[] NOT NULL,
  -- the contract's block of the type, as given; null only while it need not be there
  config jsonb,
  created_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  updated_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  UNIQUE (platform_id, reference)
);
CREATE INDEX alert_rules_list ON alert_rules (platform_id, created_at DESC, id DESC);

-- An alert is never changed and never goes; nor does its rule, which can only be archived.
CREATE TABLE alerts (
  id text PRIMARY KEY,
  platform_id text NOT NULL REFERENCES platforms,
  alert_rule_id text NOT NULL REFERENCES alert_rules,
  customer_id text NOT NULL,
  type text NOT NULL CHECK (type IN ('ENTITLEMENT', 'INVOICE')),
  data_trigger_reference text,
  alert_data jsonb NOT NULL,
  created_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  FOREIGN KEY (platform_id, customer_id) REFERENCES customers
);
CREATE INDEX alerts_list ON alerts (platform_id, created_at DESC, id DESC);
CREATE INDEX alerts_customer ON alerts (platform_id, customer_id, created_at DESC, id DESC);

-- Down Migration

DROP TABLE alerts, alert_rules;
