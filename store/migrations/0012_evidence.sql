-- Up Migration

ALTER TABLE deliveries
  -- the facts its mail was made from
  ADD COLUMN facts jsonb,
  -- {name, locale, version}; version null = built-in
  ADD COLUMN template jsonb,
  ADD COLUMN message_id text,
  -- SHA-256 of the message, hex
  ADD COLUMN message_hash text,
  -- when the last attempt came to an outcome, whatever it was
  ADD COLUMN ended_at timestamptz(3);
CREATE INDEX deliveries_platform ON deliveries (platform_id, created_at);
CREATE INDEX deliveries_unsettled ON deliveries (platform_id, status) WHERE status NOT IN ('SENT', 'SKIPPED');

-- Messages as they went to the server, compressed and sealed. Written with the marker: a doubtful one is worth most.
CREATE TABLE delivery_messages (
  delivery_id text PRIMARY KEY REFERENCES deliveries,
  sealed bytea NOT NULL,
  keep_until timestamptz(3) NOT NULL
);
CREATE INDEX delivery_messages_until ON delivery_messages (keep_until);

-- Down Migration

DROP TABLE delivery_messages;
DROP INDEX deliveries_unsettled, deliveries_platform;
ALTER TABLE deliveries DROP COLUMN facts, DROP COLUMN template, DROP COLUMN message_id, DROP COLUMN message_hash,
  DROP COLUMN ended_at;
