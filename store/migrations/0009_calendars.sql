-- Up Migration

-- The default of the platform's workflows, as the API takes it; null = every instant is allowed (S-T3).
ALTER TABLE platforms ADD COLUMN calendar jsonb;

-- What the run was begun with: the workflow's calendar, else the platform's (S-D6).
ALTER TABLE runs ADD COLUMN calendar jsonb;

-- Down Migration

ALTER TABLE runs DROP COLUMN calendar;
ALTER TABLE platforms DROP COLUMN calendar;
