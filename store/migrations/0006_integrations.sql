-- Up Migration

-- Ways out for mail (integrations.yml). Actions name one by id in `send_email_to_customer`; it is archived, never deleted.
CREATE TABLE integrations (
  id text PRIMARY KEY,
  platform_id text NOT NULL REFERENCES platforms,
  reference text NOT NULL,
  name text,
  description text,
  type text NOT NULL CHECK (type = 'EMAIL_PROVIDER'),
  status text NOT NULL CHECK (status IN ('DRAFT', 'PENDING', 'TESTING', 'ACTIVE', 'ERROR', 'DEPRECATED', 'ARCHIVED')),
  -- the contract's block, with the extensions smtp and sendgrid
  email_provider jsonb,
  -- {username_password, api_key} as JSON, sealed for this id; gone once it is archived
  sealed_authentication text,
  linked_resources_configurations jsonb,
  -- raised by every change: workers open new connections then
  version integer NOT NULL DEFAULT 1,
  created_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  updated_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  UNIQUE (platform_id, reference)
);
CREATE INDEX integrations_list ON integrations (platform_id, created_at DESC, id);
CREATE INDEX workflow_actions_integration ON workflow_actions ((send_email_to_customer ->> 'integration_id'))
  WHERE send_email_to_customer ->> 'integration_id' IS NOT NULL;

-- Down Migration

DROP INDEX workflow_actions_integration;
DROP TABLE integrations;
