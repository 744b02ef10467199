import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TemplateTrials } from '../../api/context.js';
import { startTestIssuer, type TestIssuer } from '../support/token-issuer.js';
import { createApi, type Api } from './api.js';
import { expectRefusal } from './support.js';

describe('a test of a template, asked for with a token', () => {
  let issuer: TestIssuer;
  let h: Api;
  const trials: TemplateTrials = {
    look: () => Promise.resolve({ problem: 'not here' }),
    send: () => Promise.resolve({ sent: true, subject: 'S', message: '250 OK' }),
  };
  beforeAll(async () => {
    issuer = await startTestIssuer();
    h = await createApi('LIVE', { tokenIssuer: issuer, trials });
  });
  afterAll(async () => {
    await h.stop();
    await issuer.stop();
  });

  const send = async (claims: object) => {
    const token = await issuer.sign({ platform_ids: [h.platformId], role_type: 'ADMINISTRATOR', ...claims });
    const headers = { 'x-api-key': '', authorization: `Bearer ${token}` };
    return h.call('POST', '/v1/email-templates/overdue/test-send', {}, headers);
  };

  it('goes to the user’s own address, if the issuer has verified it', async () => {
    const answer = await send({ email: 'me@acme.example', email_verified: true });
    expect(answer.body).toMatchObject({ sent: true, to: 'me@acme.example' });
    expectRefusal(await send({ email: 'me@acme.example' }), 400, 'MISSING_FIELD', 'to');
    expectRefusal(await send({ email: 'me@acme.example', email_verified: 'true' }), 400, 'MISSING_FIELD', 'to');
  });
});
