-- Up Migration

-- PDFs of invoices, in a table of their own so that nothing but the mail itself reads their bytes. No foreign key: one may arrive
-- before its invoice.
CREATE TABLE invoice_pdfs (
  platform_id text NOT NULL REFERENCES platforms,
  invoice_id text NOT NULL,
  -- UPLOADED: somebody sent it; FETCHED: the worker got it from the platform's billing source
  source text NOT NULL CHECK (source IN ('UPLOADED', 'FETCHED')),
  -- FETCHED: the `updated_at` of the invoice it was fetched for; once the invoice has changed, it is fetched again
  fetched_for timestamptz(3),
  filename text,
  size integer NOT NULL,
  sha256 bytea NOT NULL,
  content bytea NOT NULL,
  created_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  updated_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (platform_id, invoice_id)
);
-- PDFs are compressed already
ALTER TABLE invoice_pdfs ALTER COLUMN content SET STORAGE EXTERNAL;

-- {url, header: {name, sealed} | null}
ALTER TABLE platforms ADD COLUMN invoice_pdf_source jsonb;

-- The pace of mails that share a limit, whichever worker sends them: an integration's id, or SYSTEM.
CREATE TABLE rate_limits (
  key text PRIMARY KEY,
  -- the first instant nobody has taken yet
  next_at timestamptz NOT NULL,
  -- what the last taker was given: so many instants from here on
  from_at timestamptz NOT NULL,
  granted integer NOT NULL,
  -- microseconds from one to the next; 0 = no limit any more
  every_us bigint NOT NULL
);

-- Down Migration

DROP TABLE rate_limits, invoice_pdfs;
ALTER TABLE platforms DROP COLUMN invoice_pdf_source;
