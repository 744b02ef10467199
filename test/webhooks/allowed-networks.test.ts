import { describe, expect, it } from 'vitest';
import { readApiConfig } from '../../cli/config.js';

describe('WEBHOOK_ALLOW_PRIVATE_NETWORKS', () => {
  const read = (networks: string): readonly string[] | undefined =>
    readApiConfig({
      DATABASE_URL: 'postgres://localhost/dunwell',
      ENCRYPTION_KEYS: Buffer.alloc(32).toString('base64'),
      WEBHOOK_ALLOW_PRIVATE_NETWORKS: networks,
    }).WEBHOOK_ALLOW_PRIVATE_NETWORKS;

  it('allows nothing unless it is set', () => {
    expect(read('')).toBeUndefined();
    expect(read('10.0.0.0/8, fd00::/8')).toEqual(['10.0.0.0/8', 'fd00::/8']);
  });

  it.each(['10.0.0.1', '10.0.0.0/8,', 'true', '*'])('stops the start when it is %j', (text) => {
    expect(() => read(text)).toThrow('WEBHOOK_ALLOW_PRIVATE_NETWORKS: must be networks');
  });
});
