import { request } from 'node:http';
import { join } from 'node:path';
import { STORE } from '../names.js';
import { startProgram } from '../processes/program.js';
import { NAMESPACE } from '../servers/engine.js';
import { tableBytes } from '../servers/table-bytes.js';
import type { HttpLoad } from '../load/http-load.js';
import type { Paced } from '../load/in-flight.js';
import type { Contestant, Place, Reminders, Standing } from './contestant.js';
import { DunwellFacts, prepareDunwell } from './dunwell-facts.js';
import { startDunwell, type DunwellProcess } from './dunwell-process.js';

/** Dunwell at work, with what only it can be asked. */
export interface DunwellStanding extends Standing {
  facts: DunwellFacts;
  platformId: string;
  /** Afterwards nobody sends. */
  stopWorker(): Promise<void>;
}

export interface DunwellContestant extends Contestant {
  start(place: Place): Promise<DunwellStanding>;
}

/** The product as it is deployed: `dunwell api` and `dunwell worker`, asked through HTTP with an API key. `env` is the worker's besides. */
export function dunwell(name: string, env: Record<string, string> = {}): DunwellContestant {
  return { name, start: (place) => startStanding(place, env) };
}

async function startStanding(place: Place, own: Record<string, string>): Promise<DunwellStanding> {
  const { ground, engine } = place;
  const database = await ground.createDatabase();
  const directory = ground.createDirectory('dunwell');
  const running: { stop(): Promise<void> }[] = [];
  const keep = <T extends { stop(): Promise<void> }>(started: T): T => {
    running.unshift(started);
    return started;
  };
  const stop = async (): Promise<void> => {
    for (const one of running.splice(0)) await one.stop();
    await database.drop();
  };
  try {
    const { apiKey, platformId } = await prepareDunwell(database);
    const env = {
      DATABASE_URL: database.url,
      SMTP_URL: ground.sink.url,
      ENCRYPTION_KEYS: Buffer.alloc(32, 7).toString('base64'),
      LOG_LEVEL: 'warn',
      NODE_ENV: 'production',
      TEMPORAL_NAMESPACE: NAMESPACE,
      // Nobody listens on port 1: without an engine it is as if it were away.
      TEMPORAL_ADDRESS: engine?.address ?? '127.0.0.1:1',
    };
    const apiPort = await ground.freePort('API');
    const start = (command: 'api' | 'worker', port: number): Promise<DunwellProcess> =>
      startDunwell({ command, port, env: { ...env, ...own }, directory, ground }).then(keep);
    const api = await start('api', apiPort);
    const worker = place.worker ? await start('worker', await ground.freePort('worker')) : null;
    const load = keep(startProgram({ file: 'load/http-load.ts', logFile: join(directory, 'load.log') }));
    const facts = new DunwellFacts(database.db, (method, path, body) => call(apiPort, apiKey, method, path, body));
    const workflowId = await facts.begin(place.ladder);
    const trigger = JSON.stringify({
      type: 'EVENT',
      workflow_id: workflowId,
      invoice: { invoice_id: 'inv_#', event: {} },
    });
    let expected = { from: 0, to: 0 };
    const expect = async (reminders: Reminders): Promise<void> => {
      await facts.addInvoices(reminders, place.ladder[0] ?? 0);
      expected = { from: reminders.from, to: reminders.from + reminders.count };
    };
    return {
      facts,
      platformId,
      expect,
      stopWorker: () => worker?.stop() ?? Promise.resolve(),
      processes: { api: api.pid, ...(worker && { worker: worker.pid }), load: load.pid },
      async accept(reminders: Reminders): Promise<Paced> {
        const { from, count, width } = reminders;
        if (from < expected.from || from + count > expected.to) await expect(reminders);
        const asked: HttpLoad = {
          port: apiPort,
          path: '/v1/workflow-triggers',
          apiKey,
          body: trigger,
          from,
          count,
          width,
        };
        return load.ask('run', asked);
      },
      waiting: () => facts.count('SELECT count(*) FROM runs WHERE engine_started'),
      sent: () => facts.count(`SELECT count(*) FROM deliveries WHERE status = 'SENT'`),
      wrong: () => facts.count(`SELECT count(*) FROM deliveries WHERE status <> 'SENT'`),
      storedBytes: async () => ({ [STORE.postgres]: await tableBytes(database.db) }),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** One call, made rarely. */
function call(port: number, apiKey: string, method: string, path: string, body?: unknown): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const headers = { 'x-api-key': apiKey, 'content-type': 'application/json' };
    const asked = request({ port, host: '127.0.0.1', method, path, headers }, (response) => {
      let text = '';
      response.on('data', (chunk: Buffer) => (text += chunk.toString()));
      response.on('end', () => {
        if ((response.statusCode ?? 500) < 300) resolve(JSON.parse(text));
        else reject(new Error(`${method} ${path}: ${String(response.statusCode)} ${text}`));
      });
    });
    asked.on('error', reject);
    asked.end(body === undefined ? undefined : JSON.stringify(body));
  });
}
