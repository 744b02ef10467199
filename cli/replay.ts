import { Worker, type ReplayHistoriesIterable } from '@temporalio/worker';
import { createEngineClient } from '../engine/client.js';
import { countOpen, openHistories, type OpenHistoriesOptions } from '../engine/open-histories.js';
import { bundleWorkflows } from '../worker/bundle-workflows.js';
import { installQuietRuntime } from '../worker/quiet-runtime.js';
import { readTaskQueue } from './config.js';
import { readEngineConfig } from './engine-options.js';
import { readTextFile } from './read-text-file.js';

export interface ReplayOptions {
  limit?: number;
  query?: string;
  /** Files with histories as JSON instead of the engine's. */
  history?: string[];
}

/** Exit codes: a deploy may go on after 0 only. */
const FAILED = 1;
const NOTHING_REPLAYED = 2;

/**
 * `dunwell replay`: can this build take up again what is open now? Plays the histories against its workflow code, one at a time,
 * prints each that fails, and sets the exit code. Sends nothing, changes nothing, needs no database.
 */
export async function replayCommand(options: ReplayOptions): Promise<void> {
  installQuietRuntime('ERROR');
  const { replayed, failed, notBegun, open } = options.history
    ? { ...(await replayAll(fromFiles(options.history))), open: null }
    : await replayOpen(options);
  const looked = replayed + notBegun;
  const of = open !== null && open > looked ? ` of ${numeral(open)} open` : '';
  const rest = notBegun > 0 ? `, ${numeral(notBegun)} not begun` : '';
  console.log(`${numeral(replayed)}${of} replayed, ${numeral(failed)} failed${rest}`);
  if (looked === 0)
    console.log('Nothing was there to be replayed, so nothing is shown: is this the right namespace and query?');
  process.exitCode = failed > 0 ? FAILED : looked === 0 ? NOTHING_REPLAYED : 0;
}

interface Tally {
  replayed: number;
  failed: number;
  /** Runs in their start delay, and any others without a workflow task so far: no code has done anything there yet. */
  notBegun: number;
}

async function replayOpen({ limit, query }: ReplayOptions): Promise<Tally & { open: number }> {
  const config = readEngineConfig();
  const engine = createEngineClient(config);
  const which: OpenHistoriesOptions = { taskQueue: readTaskQueue(process.env), query, limit };
  try {
    const open = await countOpen(engine, which).catch((error: unknown) => {
      const { message } = error as Error;
      throw new Error(`${message} (asked at ${config.connection.address ?? 'localhost:7233'}: TEMPORAL_ADDRESS)`, {
        cause: error,
      });
    });
    return { ...(await replayAll(openHistories(engine, which))), open };
  } finally {
    await engine.close();
  }
}

async function replayAll(histories: ReplayHistoriesIterable): Promise<Tally> {
  const workflowBundle = await bundleWorkflows();
  const tally: Tally = { replayed: 0, failed: 0, notBegun: 0 };
  const begun = begunOnly(histories, tally);
  for await (const { workflowId, runId, error } of Worker.runReplayHistories({ workflowBundle }, begun)) {
    tally.replayed += 1;
    if (!error) continue;
    tally.failed += 1;
    console.log(`FAILED ${workflowId} (${runId}): ${causeOf(error)}`);
  }
  return tally;
}

/** A replay of one without a workflow task would wait for it for ever. */
async function* begunOnly(histories: ReplayHistoriesIterable, tally: Tally): ReplayHistoriesIterable {
  for await (const one of histories) {
    const { events } = one.history as { events?: { workflowTaskStartedEventAttributes?: unknown }[] };
    if (events?.some(({ workflowTaskStartedEventAttributes: task }) => task)) yield one;
    else tally.notBegun += 1;
  }
}

async function* fromFiles(paths: readonly string[]): ReplayHistoriesIterable {
  for (const path of paths) yield { workflowId: path, history: historyOf(path, await readTextFile(path)) };
}

/** As `temporal workflow show --output json` prints it. Throws a sentence when the text is something else. */
function historyOf(path: string, text: string): object {
  const { events } = parsed(path, text) as { events?: unknown };
  if (!Array.isArray(events) || events.length === 0) throw new Error(`${path} is no history: it has no events.`);
  return { events };
}

function parsed(path: string, text: string): object {
  try {
    return Object(JSON.parse(text)) as object;
  } catch (error) {
    throw new Error(`${path} is not JSON: ${String(error)}`, { cause: error });
  }
}

/** On one line, without the SDK's introduction. */
function causeOf(error: Error): string {
  return error.message.replace(/^.*?Details: /s, '').replace(/\s+/g, ' ');
}

function numeral(count: number): string {
  return count.toLocaleString('en');
}
