-- Up Migration

CREATE TABLE wallet_types (
  platform_id text NOT NULL REFERENCES platforms,
  id text NOT NULL,
  body jsonb,
  source_updated_at timestamptz(3),
  created_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  updated_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (platform_id, id)
);
CREATE INDEX wallet_types_reference ON wallet_types (platform_id, (body ->> 'reference'));

CREATE TABLE wallets (
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
CREATE INDEX wallets_reference ON wallets (platform_id, (body ->> 'reference'));
CREATE INDEX wallets_customer ON wallets (platform_id, customer_id);
CREATE INDEX wallets_type ON wallets (platform_id, (body ->> 'wallet_type_id'));

CREATE INDEX payments_customer ON payments (platform_id, customer_id);
CREATE INDEX payments_invoice ON payments (platform_id, (body ->> 'invoice_id'));

-- Lists show the newest first, ties by id, and never a placeholder (S-W7).
CREATE INDEX customers_list ON customers (platform_id, created_at DESC, id DESC) WHERE body IS NOT NULL;
CREATE INDEX contacts_list ON contacts (platform_id, created_at DESC, id DESC) WHERE body IS NOT NULL;
CREATE INDEX invoices_list ON invoices (platform_id, created_at DESC, id DESC) WHERE body IS NOT NULL;
CREATE INDEX payments_list ON payments (platform_id, created_at DESC, id DESC) WHERE body IS NOT NULL;
CREATE INDEX pricing_plan_subscriptions_list ON pricing_plan_subscriptions (platform_id, created_at DESC, id DESC)
  WHERE body IS NOT NULL;
CREATE INDEX pricing_plan_schedules_list ON pricing_plan_schedules (platform_id, created_at DESC, id DESC)
  WHERE body IS NOT NULL;
CREATE INDEX wallet_types_list ON wallet_types (platform_id, created_at DESC, id DESC) WHERE body IS NOT NULL;
CREATE INDEX wallets_list ON wallets (platform_id, created_at DESC, id DESC) WHERE body IS NOT NULL;

-- Down Migration

DROP INDEX customers_list, contacts_list, invoices_list, payments_list, pricing_plan_subscriptions_list,
  pricing_plan_schedules_list, payments_customer, payments_invoice;
DROP TABLE wallets, wallet_types;
