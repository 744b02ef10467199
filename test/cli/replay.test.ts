import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NativeConnection, type WorkflowBundleWithSourceMap } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { REMINDER_RUN, type Activities, type ReminderRunInput } from '../../contracts/engine.js';
import { createEngineClient, type EngineClient } from '../../engine/client.js';
import { createWorker } from '../../worker/create-worker.js';
import { installQuietRuntime } from '../../worker/quiet-runtime.js';
import { bundleChanged } from '../support/bundle-changed.js';
import { until } from '../support/until.js';

const taskQueue = `replay-${randomBytes(6).toString('hex')}`;
const nobody = (): never => {
  throw new Error('No activity is expected.');
};
const activities: Activities = {
  sendStepEmails: nobody,
  reconsider: nobody,
  advanceClock: nobody,
  sendBursts: nobody,
  postWebhook: nobody,
  sweepResources: nobody,
};
/** Sleeps for a day. */
const input: ReminderRunInput = {
  runId: 'run_1',
  waits: {
    revision: 1,
    closed: false,
    status: 'WAITING',
    reason: null,
    wakeAt: Date.now() + 86_400_000,
    stepId: '7-DAY',
    onTestClock: false,
    due: false,
    nextStepAt: null,
    summary: '7 days overdue',
    details: '',
  },
};

/** `dunwell replay` as a deploy runs it: a process of its own, no database. */
function replay(args: string[], env: Record<string, string> = {}): Promise<{ code: number; said: string }> {
  const { DATABASE_URL: _, ...inherited } = process.env;
  const own = { TEMPORAL_ADDRESS: inject('temporalAddress'), TEMPORAL_TASK_QUEUE: taskQueue, ...env };
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      ['--import', 'tsx', 'cli/dunwell.ts', 'replay', ...args],
      { env: { ...inherited, ...own } },
      (error, stdout, stderr) => {
        resolve({ code: error ? Number(error.code) : 0, said: stdout + stderr });
      },
    );
  });
}

describe('dunwell replay', { timeout: 120_000 }, () => {
  let engine: EngineClient;
  let directory: string;
  const ids = (name: string, count: number): string[] =>
    Array.from({ length: count }, (_, i) => `${taskQueue}/${name}/${String(i)}`);

  /** Open executions that this workflow code has put to sleep. */
  async function openRuns(name: string, count: number, workflowBundle: WorkflowBundleWithSourceMap): Promise<void> {
    const connection = await NativeConnection.connect({ address: inject('temporalAddress') });
    const worker = await createWorker({ connection, namespace: 'default', taskQueue, activities, workflowBundle });
    await worker.runUntil(
      Promise.all(
        ids(name, count).map(async (workflowId) => {
          const handle = await engine.client.workflow.start(REMINDER_RUN, { workflowId, taskQueue, args: [input] });
          await until(`${workflowId} sleeps`, async () => {
            const { events } = await handle.fetchHistory();
            return events?.some(({ timerStartedEventAttributes }) => timerStartedEventAttributes);
          });
        }),
      ),
    );
    await connection.close();
    await until('they are listed', async () => {
      const query = `TaskQueue = '${taskQueue}' AND WorkflowId STARTS_WITH '${taskQueue}/${name}/'`;
      return (await engine.client.workflow.count(query)).count === count;
    });
  }

  beforeAll(async () => {
    installQuietRuntime('ERROR');
    engine = createEngineClient({ connection: { address: inject('temporalAddress') }, namespace: 'default' });
    directory = await mkdtemp(join(tmpdir(), 'dunwell-replay-'));
    const code = await readFile(inject('workflowBundlePath'), 'utf8');
    await openRuns('ours', 12, { code, sourceMap: '' });
  });
  afterAll(async () => {
    for await (const { workflowId } of engine.client.workflow.list({ query: `TaskQueue = '${taskQueue}'` })) {
      await engine.client.workflow
        .getHandle(workflowId)
        .terminate()
        .catch(() => undefined);
    }
    await engine.close();
    await rm(directory, { recursive: true });
  });

  it('lets a build go that can take up every open run', async () => {
    expect(await replay([])).toEqual({ code: 0, said: '12 replayed, 0 failed\n' });
    expect(await replay(['--limit', '5'])).toEqual({ code: 0, said: '5 of 12 open replayed, 0 failed\n' });
    const one = `WorkflowId = '${ids('ours', 1).join()}' OR WorkflowId = 'none'`;
    expect(await replay(['--query', one])).toEqual({ code: 0, said: '1 replayed, 0 failed\n' });
  });

  it('holds a build back that cannot take up a run, and names that run', async () => {
    await openRuns('foreign', 1, await bundleChanged('unpatched'));
    const { code, said } = await replay([]);
    expect(code).toBe(1);
    expect(said).toMatch(/^FAILED \S+\/foreign\/0 \(\S+\): .*Nondeterminism/im);
    expect(said).toContain('13 replayed, 1 failed\n');
    expect(said).not.toContain('/ours/');
  });

  it('waits for no run that is still in its start delay', async () => {
    const workflowId = `${taskQueue}/delayed`;
    const options = { workflowId, taskQueue, args: [input], startDelay: '1 day' } as const;
    const handle = await engine.client.workflow.start(REMINDER_RUN, options);
    const some = ['--query', `WorkflowId = '${workflowId}' OR WorkflowId = '${ids('ours', 1).join()}'`];
    await until('it is listed', async () => {
      return (await engine.client.workflow.count(`WorkflowId = '${workflowId}'`)).count === 1;
    });
    expect(await replay(some)).toEqual({ code: 0, said: '1 replayed, 0 failed, 1 not begun\n' });
    const alone = ['--query', `WorkflowId = '${workflowId}'`];
    expect(await replay(alone)).toEqual({ code: 0, said: '0 replayed, 0 failed, 1 not begun\n' });
    await handle.terminate();
  });

  it('reads histories from files, and goes on after one that fails', async () => {
    const good = 'test/replay/histories/ladder-sent.json';
    const bad = join(directory, 'mutated.json');
    await writeFile(bad, (await readFile(good, 'utf8')).replaceAll('"sendStepEmails"', '"sendStepLetters"'));
    const { code, said } = await replay(['--history', bad, good], { TEMPORAL_ADDRESS: '127.0.0.1:1' });
    expect(code).toBe(1);
    expect(said).toContain(`FAILED ${bad} (`);
    expect(said).toContain('2 replayed, 1 failed\n');
  });

  it('names a file that is missing or holds no history', async () => {
    const other = join(directory, 'other.json');
    await writeFile(other, '{"events": []}');
    expect((await replay(['--history', other])).said).toContain(`${other} is no history`);
    await writeFile(other, '{"events": [');
    expect((await replay(['--history', other])).said).toContain(`${other} is not JSON`);
    const missing = join(directory, 'missing.json');
    expect(await replay(['--history', missing])).toEqual({ code: 1, said: `There is no file ${missing}.\n` });
  });

  it('does not call it good when there was nothing to replay', async () => {
    const nothing = await replay(['--query', "WorkflowId = 'none'"]);
    expect(nothing.code).toBe(2);
    expect(nothing.said).toContain('0 replayed, 0 failed\nNothing');
  });

  it('does not call it good when there is nobody to ask, or the question is not understood', async () => {
    const away = await replay([], { TEMPORAL_ADDRESS: '127.0.0.1:1' });
    expect(away.code).toBe(1);
    expect(away.said).toMatch(/Temporal did not count the open executions: .*(UNAVAILABLE|DEADLINE)/);
    expect(away.said).toContain('127.0.0.1:1: TEMPORAL_ADDRESS');
    const unclear = await replay(['--query', 'Dunwell is nice']);
    expect(unclear.code).toBe(1);
    expect(unclear.said).toMatch(/invalid query/i);
  });
});
