-- Up Migration

-- Integer ids of the run contract's tasks: actions of workflows, and steps of runs. A step's position moves when its run is planned
-- anew, so it is no id. A sequence of their own: the digits of a run's name come from the other one (S-Z2).
CREATE SEQUENCE task_numbers;
ALTER TABLE workflow_actions ADD COLUMN number bigint NOT NULL UNIQUE DEFAULT nextval('task_numbers');
ALTER TABLE run_steps ADD COLUMN number bigint NOT NULL UNIQUE DEFAULT nextval('task_numbers');

-- Down Migration

ALTER TABLE run_steps DROP COLUMN number;
ALTER TABLE workflow_actions DROP COLUMN number;
DROP SEQUENCE task_numbers;
