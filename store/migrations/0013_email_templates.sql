-- Up Migration

-- Stored e-mail templates (S-E2), one row per name and locale; a name that begins with `_` is a partial.
CREATE TABLE email_templates (
  platform_id text NOT NULL REFERENCES platforms,
  name text NOT NULL,
  -- BCP 47 in its usual spelling: nl-BE
  locale text NOT NULL,
  -- the version that mails are made from
  version integer NOT NULL,
  -- the end of the locale chain (S-E3)
  is_default boolean NOT NULL,
  created_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  updated_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (platform_id, name, locale)
);
CREATE UNIQUE INDEX email_templates_default ON email_templates (platform_id, name) WHERE is_default;

-- Every version there ever was, also of templates that were deleted since: what a mail said must be tellable. Never changed.
CREATE TABLE email_template_versions (
  platform_id text NOT NULL REFERENCES platforms,
  name text NOT NULL,
  locale text NOT NULL,
  version integer NOT NULL,
  -- as it was given: {subject, preheader, html, mjml, text, required}
  source jsonb NOT NULL,
  -- as it is rendered: MJML compiled, with the partials it reaches as they were then
  template jsonb NOT NULL,
  -- the values it names
  variables text[] NOT NULL,
  created_by text NOT NULL,
  created_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (platform_id, name, locale, version)
);

-- Whose mail is made from a template that was repaired.
CREATE INDEX workflow_actions_template ON workflow_actions (platform_id, (send_email_to_customer ->> 'template_name'))
  WHERE send_email_to_customer ->> 'template_name' IS NOT NULL;

-- Down Migration

DROP INDEX workflow_actions_template;
DROP TABLE email_template_versions, email_templates;
