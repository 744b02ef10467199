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
CREATE INDEX deliveries_sent ON deliveries (platform_id, sent_at);
CREATE INDEX deliveries_unsettled ON deliveries (platform_id, status) WHERE status NOT IN ('SENT', 'SKIPPED');

-- Messages as they went to the server, compressed and sealed. Written with the marker: a doubtful one is worth most.
CREATE TABLE delivery_messages (
  delivery_id text PRIMARY KEY REFERENCES deliveries,
  sealed bytea NOT NULL,
  keep_until timestamptz(3) NOT NULL
);
CREATE INDEX delivery_messages_until ON delivery_messages (keep_until);

-- When a workflow last mailed about a wallet, but for one run (S-C5). What was given up may have arrived, so it counts.
CREATE OR REPLACE FUNCTION last_mail_at(platform text, workflow text, wallet text, except_run text) RETURNS timestamptz
  LANGUAGE sql STABLE
  RETURN (
    SELECT max(coalesce(d.sent_at, d.transmitting_at)) FROM runs r JOIN deliveries d ON d.run_id = r.id
    WHERE r.platform_id = platform AND r.resource_type = 'WALLET' AND r.resource_id = wallet AND r.workflow_id = workflow
      AND r.id <> except_run AND (d.status IN ('SENT', 'IN_DOUBT') OR (d.status = 'SKIPPED' AND d.reason = 'dropped')));

-- Down Migration

CREATE OR REPLACE FUNCTION last_mail_at(platform text, workflow text, wallet text, except_run text) RETURNS timestamptz
  LANGUAGE sql STABLE
  RETURN (
    SELECT max(coalesce(d.sent_at, d.transmitting_at)) FROM runs r JOIN deliveries d ON d.run_id = r.id
    WHERE r.platform_id = platform AND r.resource_type = 'WALLET' AND r.resource_id = wallet AND r.workflow_id = workflow
      AND r.id <> except_run AND d.status IN ('SENT', 'IN_DOUBT'));

DROP TABLE delivery_messages;
DROP INDEX deliveries_unsettled, deliveries_sent, deliveries_platform;
ALTER TABLE deliveries DROP COLUMN facts, DROP COLUMN template, DROP COLUMN message_id, DROP COLUMN message_hash,
  DROP COLUMN ended_at;
