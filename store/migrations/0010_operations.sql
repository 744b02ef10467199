-- Up Migration

-- Holds: while one is in force nothing is sent to its customer, or about its invoice (S-C6).
CREATE TABLE holds (
  id text PRIMARY KEY,
  platform_id text NOT NULL REFERENCES platforms,
  customer_id text,
  invoice_id text,
  reason text NOT NULL CHECK (reason IN ('PROMISE_TO_PAY', 'DISPUTE', 'SNOOZE', 'OTHER')),
  -- null = until somebody ends it
  until timestamptz(3),
  note text,
  created_by text NOT NULL,
  created_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  updated_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  ended_at timestamptz(3),
  CHECK ((customer_id IS NULL) <> (invoice_id IS NULL)),
  FOREIGN KEY (platform_id, customer_id) REFERENCES customers,
  FOREIGN KEY (platform_id, invoice_id) REFERENCES invoices
);
CREATE INDEX holds_customer ON holds (platform_id, customer_id) WHERE ended_at IS NULL;
CREATE INDEX holds_invoice ON holds (platform_id, invoice_id) WHERE ended_at IS NULL;
CREATE INDEX holds_list ON holds (platform_id, created_at DESC, id);

ALTER TABLE runs ADD COLUMN paused boolean NOT NULL DEFAULT false;

-- One operation on many runs, for its progress.
CREATE TABLE bulk_operations (
  id text PRIMARY KEY,
  platform_id text NOT NULL REFERENCES platforms,
  operation jsonb NOT NULL,
  -- runs the filter found, and those of them that it could not be done to
  matched integer NOT NULL,
  refused integer NOT NULL,
  created_by text NOT NULL,
  created_at timestamptz(3) NOT NULL DEFAULT clock_timestamp()
);

-- What operators did to a run. One that has no `done_at` is in force all the same: whoever looks at the run carries it out first.
CREATE TABLE run_operations (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  -- no foreign key: it would lock runs before the facts they depend on, the other way round than everybody else
  run_id text NOT NULL,
  bulk_id text REFERENCES bulk_operations,
  operation jsonb NOT NULL,
  note text,
  created_by text NOT NULL,
  created_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  -- on the clock of the run's customer
  done_at timestamptz(3),
  -- why it could not be done any more when its turn came
  refused text
);
CREATE INDEX run_operations_run ON run_operations (run_id, id);
CREATE INDEX run_operations_bulk ON run_operations (bulk_id, run_id) WHERE bulk_id IS NOT NULL;

-- Triggers of a customer, for explain.
CREATE INDEX workflow_triggers_customer ON workflow_triggers (platform_id, customer_id);

-- BULK: carry out what is pending of one, page by page.
ALTER TABLE outbox DROP CONSTRAINT outbox_kind_check,
  ADD CONSTRAINT outbox_kind_check CHECK (kind IN ('RUN', 'CLOCK', 'CUSTOMER', 'WORKFLOW', 'BULK'));

-- Down Migration

DELETE FROM outbox WHERE kind = 'BULK';
ALTER TABLE outbox DROP CONSTRAINT outbox_kind_check,
  ADD CONSTRAINT outbox_kind_check CHECK (kind IN ('RUN', 'CLOCK', 'CUSTOMER', 'WORKFLOW'));
DROP INDEX workflow_triggers_customer;
DROP TABLE run_operations, bulk_operations, holds;
ALTER TABLE runs DROP COLUMN paused;
