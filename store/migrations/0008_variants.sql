-- Up Migration

-- When the present result of a payment was first seen, on the clock of its customer (S-T4).
ALTER TABLE payments ADD COLUMN result_since timestamptz(3);

-- {failed_results, rearm_margin, cooldown}: read live, never pinned (S-D6)
ALTER TABLE workflows ADD COLUMN settings jsonb NOT NULL DEFAULT '{}';

-- When the balance crossed the threshold: the anchor of a WALLET_BALANCE run.
ALTER TABLE runs ADD COLUMN occurred_at timestamptz(3);

-- Where each wallet stands with each workflow that watches it (S-C5).
CREATE TABLE wallet_watches (
  workflow_id text NOT NULL REFERENCES workflows,
  wallet_id text NOT NULL,
  -- false = it has fired and has not come back yet
  armed boolean NOT NULL,
  crossings integer NOT NULL,
  PRIMARY KEY (workflow_id, wallet_id)
);
CREATE INDEX wallet_watches_wallet ON wallet_watches (wallet_id);

CREATE OR REPLACE FUNCTION lock_resource(platform text, kind text, resource text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  seen_customer text;
  seen_parent text;
  present_customer text;
  present_parent text;
BEGIN
  LOOP
    IF kind = 'INVOICE' THEN
      SELECT customer_id INTO seen_customer FROM invoices WHERE platform_id = platform AND id = resource;
      PERFORM FROM customers WHERE platform_id = platform AND id = seen_customer FOR SHARE;
      SELECT customer_id INTO present_customer FROM invoices WHERE platform_id = platform AND id = resource FOR SHARE;
      EXIT WHEN present_customer IS NOT DISTINCT FROM seen_customer;
    ELSIF kind = 'WALLET' THEN
      SELECT customer_id INTO seen_customer FROM wallets WHERE platform_id = platform AND id = resource;
      PERFORM FROM customers WHERE platform_id = platform AND id = seen_customer FOR SHARE;
      SELECT customer_id INTO present_customer FROM wallets WHERE platform_id = platform AND id = resource FOR SHARE;
      EXIT WHEN present_customer IS NOT DISTINCT FROM seen_customer;
    ELSIF kind = 'PAYMENT' THEN
      SELECT customer_id, body ->> 'invoice_id' INTO seen_customer, seen_parent
        FROM payments WHERE platform_id = platform AND id = resource;
      PERFORM FROM customers WHERE platform_id = platform AND id = seen_customer FOR SHARE;
      PERFORM FROM invoices WHERE platform_id = platform AND id = seen_parent FOR SHARE;
      SELECT customer_id, body ->> 'invoice_id' INTO present_customer, present_parent
        FROM payments WHERE platform_id = platform AND id = resource FOR SHARE;
      EXIT WHEN present_customer IS NOT DISTINCT FROM seen_customer AND present_parent IS NOT DISTINCT FROM seen_parent;
    ELSE
      SELECT s.pricing_plan_subscription_id, p.customer_id INTO seen_parent, seen_customer
        FROM pricing_plan_schedules s
        JOIN pricing_plan_subscriptions p ON p.platform_id = s.platform_id AND p.id = s.pricing_plan_subscription_id
        WHERE s.platform_id = platform AND s.id = resource;
      PERFORM FROM customers WHERE platform_id = platform AND id = seen_customer FOR SHARE;
      SELECT customer_id INTO present_customer FROM pricing_plan_subscriptions
        WHERE platform_id = platform AND id = seen_parent FOR SHARE;
      SELECT pricing_plan_subscription_id INTO present_parent FROM pricing_plan_schedules
        WHERE platform_id = platform AND id = resource FOR SHARE;
      EXIT WHEN present_customer IS NOT DISTINCT FROM seen_customer AND present_parent IS NOT DISTINCT FROM seen_parent;
    END IF;
  END LOOP;
END $$;

-- When a workflow last mailed about a wallet, but for one run (S-C5).
CREATE FUNCTION last_mail_at(platform text, workflow text, wallet text, except_run text) RETURNS timestamptz
  LANGUAGE sql STABLE
  RETURN (
    SELECT max(coalesce(d.sent_at, d.transmitting_at)) FROM runs r JOIN deliveries d ON d.run_id = r.id
    WHERE r.platform_id = platform AND r.resource_type = 'WALLET' AND r.resource_id = wallet AND r.workflow_id = workflow
      AND r.id <> except_run AND d.status IN ('SENT', 'IN_DOUBT'));

-- Down Migration

DROP FUNCTION last_mail_at;

DROP TABLE wallet_watches;
ALTER TABLE runs DROP COLUMN occurred_at;
ALTER TABLE workflows DROP COLUMN settings;
ALTER TABLE payments DROP COLUMN result_since;
