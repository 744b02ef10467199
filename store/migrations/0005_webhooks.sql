-- Up Migration

CREATE TABLE webhooks (
  id text PRIMARY KEY,
  platform_id text NOT NULL REFERENCES platforms,
  reference text NOT NULL,
  name text NOT NULL,
  url text NOT NULL,
  active boolean NOT NULL,
  -- empty = every action
  included_actions text[] NOT NULL,
  excluded_actions text[] NOT NULL,
  include_previous_data boolean NOT NULL,
  authentication_type text NOT NULL CHECK (authentication_type IN ('NONE', 'PASSWORD', 'API_KEY')),
  username text,
  api_header_field text,
  sealed_password text,
  sealed_api_key text,
  sealed_secret_key text NOT NULL,
  -- signs too until previous_ends_at
  sealed_previous_secret_key text,
  previous_ends_at timestamptz(3),
  secret_rolled_at timestamptz(3),
  created_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  updated_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  UNIQUE (platform_id, reference),
  CHECK ((authentication_type = 'PASSWORD') = (username IS NOT NULL AND sealed_password IS NOT NULL)),
  CHECK ((authentication_type = 'API_KEY') = (api_header_field IS NOT NULL AND sealed_api_key IS NOT NULL)),
  CHECK ((sealed_previous_secret_key IS NULL) = (previous_ends_at IS NULL))
);
CREATE INDEX webhooks_list ON webhooks (platform_id, created_at DESC, id);

-- Down Migration

DROP TABLE webhooks;
