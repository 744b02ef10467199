-- Up Migration

-- Addresses that no mail of a platform goes to (S-E6).
CREATE TABLE suppressions (
  id text PRIMARY KEY,
  platform_id text NOT NULL REFERENCES platforms,
  -- lower case, its domain in ASCII (IDNA): as bounces name it
  address text NOT NULL,
  -- the same with its domain in Unicode, where that differs: as facts may spell it
  unicode_address text,
  reason text NOT NULL CHECK (reason IN ('HARD_BOUNCE', 'COMPLAINT', 'UNSUBSCRIBE', 'MANUAL')),
  -- who told us
  source text NOT NULL CHECK (source IN ('API', 'SMTP', 'DSN', 'FEEDBACK', 'MAILGUN', 'SENDGRID')),
  -- RFC 3463, 5.1.1
  status_code text,
  -- the server's words, or a person's note
  detail text,
  -- what bounced; no foreign key: it would lock deliveries after what locks follow them
  delivery_id text,
  created_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  UNIQUE (platform_id, address)
);
CREATE INDEX suppressions_unicode ON suppressions (platform_id, unicode_address) WHERE unicode_address IS NOT NULL;
CREATE INDEX suppressions_list ON suppressions (platform_id, created_at DESC, id);

-- What became of a mail after the server had taken it, as providers and mail servers report it.
CREATE TABLE delivery_events (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  delivery_id text NOT NULL REFERENCES deliveries,
  kind text NOT NULL CHECK (kind IN ('DELIVERED', 'DEFERRED', 'BOUNCED', 'COMPLAINED', 'UNSUBSCRIBED')),
  address text NOT NULL,
  at timestamptz(3) NOT NULL,
  source text NOT NULL,
  status_code text,
  detail text,
  -- the reporter's own name for the event: told twice it is one
  source_id text NOT NULL,
  created_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  UNIQUE (delivery_id, source_id)
);

-- Tokens that Mailgun has signed, each for the body it first came with, and ids of events that suppressed (event:<id>); pruned when
-- their signatures are too old.
CREATE TABLE webhook_tokens (
  integration_id text NOT NULL,
  token text NOT NULL,
  body_hash bytea NOT NULL,
  created_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (integration_id, token)
);
CREATE INDEX webhook_tokens_age ON webhook_tokens (created_at);

-- Whose runs wait for an address.
CREATE INDEX customers_email ON customers (platform_id, lower(btrim(body ->> 'email')));
CREATE INDEX contacts_email ON contacts (platform_id, lower(btrim(body ->> 'email')));

-- A suppression may not be there yet when a claim looks for it, so there is no row to lock: claims of a platform share this lock,
-- whoever suppresses takes it alone. Once that has committed, every claim that did not see it has committed too. It comes after
-- steps and before deliveries in the order of locks.
CREATE FUNCTION share_suppressions(platform text) RETURNS void LANGUAGE sql VOLATILE AS $$
  SELECT pg_advisory_xact_lock_shared(1937075312, hashtext(platform)) $$;
CREATE FUNCTION lock_suppressions(platform text) RETURNS void LANGUAGE sql VOLATILE AS $$
  SELECT pg_advisory_xact_lock(1937075312, hashtext(platform)) $$;

-- Down Migration

DROP FUNCTION lock_suppressions, share_suppressions;
DROP INDEX contacts_email, customers_email;
DROP TABLE webhook_tokens, delivery_events, suppressions;
