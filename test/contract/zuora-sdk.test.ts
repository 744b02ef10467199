import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { clientIdOf } from '../../api/client-id.js';
import { createApi, type Api } from '../api/api.js';
import { openCall, type Called } from '../api/run-contract-support.js';
import { created, type Json } from '../api/support.js';
import { PythonPackage } from '../support/python-package.js';

const sdk = new PythonPackage('zuora-sdk', '3.21.0');
const missing = await sdk.install((line) => {
  console.log(line);
});
if (missing !== null) console.log(`Skipped: Zuora's SDK. ${missing}.`);

describe.skipIf(missing !== null)('Zuora’s own SDK, unchanged, against a listening Dunwell', () => {
  let h: Api;
  let called: Called;
  let answers: Json;
  beforeAll(async () => {
    h = await createApi();
    called = await openCall(h);
    const action = { workflow_id: called.id, type: 'SEND_EMAIL_TO_CUSTOMER', status: 'ACTIVE' };
    await created(h, '/v1/workflow-actions', action);
    const url = await h.app.listen({ host: '127.0.0.1', port: 0 });
    const [key] = await h.db.rows<{ id: string }>('SELECT id FROM api_keys');
    const script = fileURLToPath(new URL('zuora_sdk_calls.py', import.meta.url));
    const parameters = JSON.stringify({ accountId: 'cust_1', paymentId: 'pay_1' });
    const args = [script, url, clientIdOf(key?.id ?? ''), h.apiKey, String(called.number), parameters];
    const { stdout } = await promisify(execFile)(sdk.program('python'), args, { timeout: 100_000 });
    answers = JSON.parse(stdout.slice(stdout.indexOf('{'))) as Json;
  }, 120_000);
  afterAll(() => h.stop());

  it('authenticates by client id and secret', () => {
    expect(answers.authenticated).toBe(true);
  });

  it('lists, gets and exports definitions, with their versions', () => {
    expect(answers.list).toMatchObject({
      data: [{ id: called.number, calloutTrigger: true, active_version: { version: '0.0.1' } }],
      pagination: { page: 1, page_length: 1 },
    });
    expect(answers.get).toMatchObject({ id: called.number, name: 'failed-payment', status: 'Active' });
    expect(answers.versions).toMatchObject({ data: [{ version: '0.0.1', type: 'Workflow::Setup' }] });
    expect(answers.export).toMatchObject({
      workflow: { id: called.number },
      tasks: [{ action_type: 'Email' }],
      linkages: [{ source_workflow_id: called.number, linkage_type: 'Start' }],
    });
  });

  it('runs a workflow once per key, and sees the run and its tasks', () => {
    const { id, name } = answers.run as { id: number; name: string };
    expect(answers.run).toMatchObject({ originalWorkflowId: called.number, status: 'Queued' });
    expect(answers.repeated).toBe(true);
    expect(answers.get_run).toMatchObject({ id, name, status: 'Queued', tasks: { total: 1, queued: 1 } });
    expect(answers.tasks).toMatchObject({ data: [{ instance: true, workflow_id: id, object_id: 'pay_1' }] });
    expect(answers.task).toMatchObject({ id: answers.tasks.data[0].id, status: 'Queued' });
  });

  it('is refused as the contract says', () => {
    const inner = (name: string): unknown[] => [answers[name].status, answers[name].body.errors[0].status];
    expect(inner('missing')).toEqual([406, 406]);
    expect(inner('unknown')).toEqual([404, 404]);
    expect(inner('is_a_run')).toEqual([409, 406]);
    expect(inner('inactive')).toEqual([422, 422]);
    expect(inner('delete_active')).toEqual([403, 403]);
    expect(inner('import')).toEqual([501, 501]);
    expect(answers.wrong_update).toEqual({
      status: 422,
      body: {
        success: false,
        reasons: [{ fieldName: 'status', title: expect.stringContaining('on is not a valid status') }],
      },
    });
    expect(answers.gone).toEqual({ status: 404, body: { errors: [expect.stringMatching(/^Invalid ID/)] } });
  });

  it('updates and deletes a definition, which stops its runs', () => {
    expect(answers.update).toMatchObject({ description: 'By the SDK', status: 'Inactive' });
    expect(answers.delete).toEqual({ success: true, id: called.number });
    expect(answers.stopped_run).toMatchObject({ status: 'Stopped', tasks: { stopped: 1 } });
  });
});
