import { describe, expect, it } from 'vitest';
import { readApiConfig } from '../../cli/config.js';

describe('WEBHOOK_ALLOW_PRIVATE_NETWORKS', () => {
  const read = (networks: string) =>
    readApiConfig({
      DATABASE_URL: 'postgres://localhost/dunwell',
      ENCRYPTION_KEYS: Buffer.alloc(32).toString('base64'),
      WEBHOOK_ALLOW_PRIVATE_NETWORKS: networks,
    }).WEBHOOK_ALLOW_PRIVATE_NETWORKS;

  it('allows nothing unless it is set', () => {
    expect(read('').isEmpty).toBe(true);
    const networks = read('10.0.0.0/8, fd00::/8');
    expect(['10.1.1.1', 'fd00::1', '11.0.0.1'].map((address) => networks.has(address))).toEqual([true, true, false]);
  });

  it.each(['10.0.0.0/33', 'true', '*'])('stops the start when it is %j', (text) => {
    expect(() => read(text)).toThrow('WEBHOOK_ALLOW_PRIVATE_NETWORKS: must be networks');
  });
});
