import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sealMessage } from '../../store/messages.js';
import { testVault } from '../support/vault.js';
import { createApi, type Api } from './api.js';
import { sentDelivery } from './sent-delivery.js';

describe('a delivery (S-E4)', () => {
  let h: Api;
  let delivery: string;
  beforeAll(async () => {
    h = await createApi();
    delivery = await sentDelivery(h);
    const kept = await sealMessage({ vault: testVault, keepForMs: 1 }, Buffer.from('Subject: x\r\n\r\nx'), delivery);
    await h.db.rows(
      `INSERT INTO delivery_messages (delivery_id, sealed, keep_until) VALUES ($1, $2, clock_timestamp() + interval '1 day')`,
      [delivery, kept.sealed],
    );
  });
  afterAll(() => h.stop());

  it.each(['', '/message'])('is kept by nobody on its way, evidence and message: %s', async (path) => {
    const url = `/v1/deliveries/${delivery}${path}`;
    const { statusCode, headers } = await h.app.inject({ url, headers: { 'x-api-key': h.apiKey } });
    expect([statusCode, headers['cache-control']]).toEqual([200, 'private, no-store']);
  });
});
