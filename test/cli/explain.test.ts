import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { explainCommand } from '../../cli/explain.js';
import { simulateCommand } from '../../cli/simulate.js';
import { createPlatform } from '../../store/platforms.js';
import { createApi, type Api } from '../api/api.js';
import { createLadder, openInvoice, put, runsOf } from '../api/support.js';

describe('explaining and simulating at the terminal', () => {
  let h: Api;
  let directory: string;
  let printed: string[];
  let platform: string;
  beforeAll(async () => {
    h = await createApi();
    platform = h.platformId;
    directory = await mkdtemp(join(tmpdir(), 'dunwell-cli-'));
    await createLadder(h, 'ladder');
    await put(h, 'customers/cust_1', { email: 'ap@acme.example', timezone: 'UTC' });
    await put(h, 'invoices/inv_1', openInvoice('cust_1'));
  });
  beforeEach(() => {
    printed = [];
    vi.stubEnv('DATABASE_URL', h.databaseUrl);
    vi.spyOn(console, 'log').mockImplementation((line: string) => {
      printed.push(line);
    });
  });
  afterEach(() => {
    vi.restoreAllMocks();
    vi.unstubAllEnvs();
  });
  afterAll(async () => {
    await h.stop();
    await rm(directory, { recursive: true });
  });

  it('prints what the API answers, as text or JSON', async () => {
    const { body } = await h.call('GET', '/v1/explain?invoice_id=inv_1');
    await explainCommand('invoice=inv_1', {});
    await explainCommand('invoice_id=inv_1', { platform, json: true });
    expect(printed[0]).toBe(body.text);
    expect(JSON.parse(printed[1] ?? '')).toEqual(body);
    const [run] = await runsOf(h, 'resource_id=inv_1');
    await explainCommand(String(run?.id), {});
    expect(printed[2]).toContain(String(run?.id));
  });

  it('says what is wrong in words', async () => {
    await expect(explainCommand('invoice=inv_x', {})).rejects.toThrow('There is no invoice inv_x.');
    await expect(explainCommand('order=1', {})).rejects.toThrow('invoice=…, payment=…');
    await expect(explainCommand('invoice=inv_1', { platform: 'plat_x' })).rejects.toThrow('no platform plat_x');
    const file = join(directory, 'wrong.json');
    await writeFile(file, '{"workflow_id": "ladder"}');
    await expect(simulateCommand(file, {})).rejects.toThrow('invoice_id: Give invoice_id, or invoice with its facts.');
    await writeFile(file, '{');
    await expect(simulateCommand(file, {})).rejects.toThrow('not JSON');
  });

  it('prints a simulation, with the mails it asks for', async () => {
    const file = join(directory, 'simulation.json');
    const actions = [{ type: 'SEND_EMAIL_TO_CUSTOMER', status: 'ACTIVE' }];
    const span = { from: '2990-01-01T00:00:00Z', to: '2990-02-10T00:00:00Z' };
    await writeFile(
      file,
      JSON.stringify({ workflow_id: 'ladder', invoice_id: 'inv_1', actions, ...span, render: true }),
    );
    await simulateCommand(file, {});
    expect(printed[0]).toContain('7 days after 31 Jan 2990 00:00 UTC.');
    expect(printed[0]).toContain('Subject: ');
    await simulateCommand(file, { json: true });
    expect(JSON.parse(printed[1] ?? '')).toMatchObject({ object_type: 'SIMULATION', mails: [{ step: '7-DAY' }] });
  });

  it('asks for the platform when there are several', async () => {
    await createPlatform(h.db, 'Other', 'TEST');
    await expect(explainCommand('invoice=inv_1', {})).rejects.toThrow('--platform');
    await explainCommand('invoice=inv_1', { platform });
    expect(printed[0]).toContain('inv_1');
  });
});
