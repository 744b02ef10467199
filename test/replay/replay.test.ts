import { readdir, readFile } from 'node:fs/promises';
import { DeterminismViolationError } from '@temporalio/workflow';
import { beforeAll, describe, expect, it } from 'vitest';
import { installQuietRuntime } from '../../worker/quiet-runtime.js';
import { bundleChanged } from '../support/bundle-changed.js';
import { swapped, without, type HistoryJson } from './mutate.js';
import { personalIn } from './personal.js';
import { replay } from './replay.js';

const FOLDER = new URL('./histories/', import.meta.url);
const files = (await readdir(FOLDER)).filter((name) => name.endsWith('.json'));

const read = async (file: string): Promise<HistoryJson> =>
  JSON.parse(await readFile(new URL(file, FOLDER), 'utf8')) as HistoryJson;

/** What released code did must still be what this code does: an open run of today meets the code of tomorrow. */
describe('recorded histories', () => {
  beforeAll(() => {
    installQuietRuntime('ERROR');
  });

  it('are there', () => {
    expect(files.length).toBeGreaterThan(15);
  });

  it.each(files)('%s replays', async (file) => {
    await replay(await read(file), file);
  });

  it.each(files)('%s holds nothing personal and nothing of the machine that recorded it', async (file) => {
    expect(personalIn(await readFile(new URL(file, FOLDER), 'utf8'))).toEqual([]);
  });
});

it('would notice something personal (control)', () => {
  const hidden = JSON.stringify({ data: Buffer.from('{"to":"ap@acme.example"}').toString('base64') }, null, 1);
  expect(personalIn(hidden)).toEqual(['ap@acme.example']);
  expect(personalIn('{"identity": "1204@some-host"}')).toHaveLength(1);
});

describe('a change of workflow code is noticed (controls)', () => {
  let history: HistoryJson;
  beforeAll(async () => {
    history = await read('ladder-sent.json');
  });
  const indexOf = (type: string): number =>
    history.events.findIndex(({ eventType }) => eventType === `EVENT_TYPE_${type}`);

  it('the same history, numbered anew but not changed, replays', async () => {
    await replay(
      without(history, () => false),
      'copied',
    );
  });

  it('another activity', async () => {
    const text = JSON.stringify(history).replaceAll('"sendStepEmails"', '"sendStepLetters"');
    await expect(replay(JSON.parse(text), 'renamed')).rejects.toThrow(DeterminismViolationError);
  });

  it('a timer that is not there', async () => {
    const first = history.events[indexOf('TIMER_STARTED')]?.eventId;
    const mutated = without(
      history,
      (event) => event.eventId === first || event.timerFiredEventAttributes?.startedEventId === first,
    );
    expect(mutated.events).toHaveLength(history.events.length - 2);
    await expect(replay(mutated, 'shortened')).rejects.toThrow(DeterminismViolationError);
  });

  it('another order', async () => {
    const upsert = indexOf('UPSERT_WORKFLOW_SEARCH_ATTRIBUTES');
    expect(history.events[upsert + 1]?.eventType).toBe('EVENT_TYPE_TIMER_STARTED');
    await expect(replay(swapped(history, upsert, upsert + 1), 'swapped')).rejects.toThrow(DeterminismViolationError);
  });

  it('code that asks for one thing more; the same change behind a patch goes', async () => {
    await expect(replay(history, 'unpatched', (await bundleChanged('unpatched')).code)).rejects.toThrow(
      DeterminismViolationError,
    );
    await replay(history, 'patched', (await bundleChanged('patched')).code);
  }, 60_000);
});
