-- Up Migration

-- A credential belongs to one environment: all its platforms are TEST, or all are LIVE (S-W1).
ALTER TABLE api_keys
  ADD COLUMN role_type text NOT NULL DEFAULT 'ADMINISTRATOR' CHECK (role_type IN ('ADMINISTRATOR', 'READ_ONLY')),
  ADD COLUMN expires_at timestamptz(3),
  -- the key itself, sealed, until `decrypt` has answered it once (S-W13)
  ADD COLUMN sealed_key text;
CREATE INDEX api_keys_platforms ON api_keys USING gin (platform_ids);

-- Answers to requests with an Idempotency-Key, kept 48 hours (S-W9).
CREATE TABLE idempotency_keys (
  -- SHA-256 of credential, platform, method, path and key
  scope bytea PRIMARY KEY,
  -- HMAC of query and canonical body, under an encryption key
  fingerprint bytea NOT NULL,
  -- null while a route that commits in pieces is still at it
  answer jsonb,
  created_at timestamptz(3) NOT NULL
);
CREATE INDEX idempotency_keys_age ON idempotency_keys (created_at);

-- Down Migration

DROP TABLE idempotency_keys;
DROP INDEX api_keys_platforms;
ALTER TABLE api_keys DROP COLUMN role_type, DROP COLUMN expires_at, DROP COLUMN sealed_key;
