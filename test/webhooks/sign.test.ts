import { describe, expect, it } from 'vitest';
import { newSecret, sign } from '../../webhooks/sign.js';

describe('the signature of a webhook (S-A2)', () => {
  it('is for ever what receivers check: HMAC-SHA256 over seconds, a dot and the body', () => {
    // openssl: printf '1767225600.{"a":1}' | openssl dgst -sha256 -hmac whsec_known
    expect(sign('{"a":1}', ['whsec_known'], Date.parse('2026-01-01T00:00:00.999Z'))).toBe(
      't=1767225600,v1=120b98b60695bc811405d66ac58ab6c9b0c86cb2ec7ab7d962cff775be5aa4af',
    );
  });

  it('stands there once for every secret', () => {
    const [time, first, second, ...more] = sign('{}', ['one', 'two'], 1_000).split(',');
    expect([time, more]).toEqual(['t=1', []]);
    expect(first).toMatch(/^v1=[0-9a-f]{64}$/);
    expect([`t=1,${first ?? ''}`, `t=1,${second ?? ''}`]).toEqual([
      sign('{}', ['one'], 1_000),
      sign('{}', ['two'], 1_000),
    ]);
    expect(first).not.toBe(second);
  });

  it('is made with secrets of 256 random bits', () => {
    expect(newSecret()).toMatch(/^whsec_[A-Za-z0-9_-]{43}$/);
    expect(newSecret()).not.toBe(newSecret());
  });
});
