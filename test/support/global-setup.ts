import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { searchAttributesForCli } from '../../dev/search-attributes.js';
import { startStack } from '../../dev/stack.js';
import { Database } from '../../store/database.js';
import { migrate } from '../../store/migrate.js';
import { bundleWorkflows } from '../../worker/bundle-workflows.js';

declare module 'vitest' {
  export interface ProvidedContext {
    databaseUrl: string;
    temporalAddress: string;
    workflowBundlePath: string;
  }
}

/** The database every test database is copied from: migrated once. */
export const TEMPLATE_DATABASE = 'dunwell_template';

/** One real PostgreSQL and one real Temporal server for the whole run; each test file makes its own database. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const directory = await mkdtemp(join(tmpdir(), 'dunwell-test-'));
  const [stack, bundle] = await Promise.all([
    startStack({
      dataDir: join(directory, 'stack'),
      ephemeral: true,
      headless: true,
      fastForTests: true,
      ports: { postgres: 0, temporal: 0, temporalUi: 0, smtp: 0, mailbox: 0 },
      searchAttributes: searchAttributesForCli(),
      log: (line) => {
        console.log(`  ${line}`);
      },
    }),
    bundleWorkflows(),
  ]);
  const db = new Database(stack.databaseUrl, { maxConnections: 1 });
  await db.rowsOnce(`CREATE DATABASE ${TEMPLATE_DATABASE}`);
  await db.close();
  const template = new URL(stack.databaseUrl);
  template.pathname = `/${TEMPLATE_DATABASE}`;
  await migrate(template.toString());

  const workflowBundlePath = join(directory, 'workflow-bundle.js');
  await writeFile(workflowBundlePath, bundle.code);
  project.provide('databaseUrl', stack.databaseUrl);
  project.provide('temporalAddress', stack.temporalAddress);
  project.provide('workflowBundlePath', workflowBundlePath);
  return async () => {
    await stack.stop();
    await rm(directory, { recursive: true, force: true });
  };
}
