import { describe, expect, it } from 'vitest';
import { isPublic, Networks } from '../../contracts/networks.js';
import { literalOf } from '../../webhooks/literal-of.js';

describe('which addresses are of the internet (S-A2)', () => {
  it.each(['8.8.8.8', '1.1.1.1', '172.15.0.1', '172.32.0.1', '100.63.0.1', '192.169.0.1', '2606:4700::1111'])(
    '%s is',
    (address) => {
      expect(isPublic(address)).toBe(true);
    },
  );

  it.each([
    ['unspecified', '0.0.0.0'],
    ['unspecified', '::'],
    ['private', '10.1.2.3'],
    ['private', '172.31.255.255'],
    ['private', '192.168.0.1'],
    ['shared by carriers', '100.127.0.1'],
    ['loopback', '127.8.8.8'],
    ['loopback', '::1'],
    ['link-local, with the metadata of clouds', '169.254.169.254'],
    ['link-local', 'fe80::1'],
    ['link-local', 'fe80::1%eth0'],
    ['unique local', 'fd00::1'],
    ['site-local', 'fec0::1'],
    ['multicast', '224.0.0.1'],
    ['multicast', 'ff02::1'],
    ['broadcast', '255.255.255.255'],
    ['reserved', '240.0.0.1'],
    ['for documentation', '203.0.113.1'],
    ['for documentation', '2001:db8::1'],
    ['for benchmarks', '198.18.0.1'],
    ['IPv4 in IPv6', '::ffff:10.0.0.1'],
    ['IPv4 in IPv6', '::ffff:8.8.8.8'],
    ['IPv4 in IPv6', '::127.0.0.1'],
    ['behind NAT64', '64:ff9b::7f00:1'],
    ['behind 6to4', '2002:7f00:1::'],
    ['behind Teredo', '2001::1'],
  ])('not %s: %s', (_what, address) => {
    expect(isPublic(address)).toBe(false);
  });

  it('a list of networks has what is in it, and nothing beside it', () => {
    const networks = new Networks(['10.1.0.0/16', 'fd00::/8', '127.0.0.1']);
    const has = (...addresses: string[]) => addresses.map((address) => networks.has(address));
    expect(has('10.1.255.1', 'fd12::1', '127.0.0.1', '::ffff:10.1.0.1')).toEqual([true, true, true, true]);
    expect(has('10.2.0.1', '127.0.0.2', 'fe80::1', '8.8.8.8')).toEqual([false, false, false, false]);
  });

  it.each([
    ['http://127.0.0.1/', '127.0.0.1'],
    ['http://2130706433/', '127.0.0.1'],
    ['http://017700000001/', '127.0.0.1'],
    ['http://0x7f.1/', '127.0.0.1'],
    ['http://127.1./', '127.0.0.1'],
    ['http://[::1]:80/', '::1'],
    ['http://[::ffff:127.0.0.1]/', '::ffff:7f00:1'],
    ['http://localhost/', null],
    ['http://1.2.3.4.example/', null],
  ])('sees the address in %s', (url, address) => {
    expect(literalOf(new URL(url))).toBe(address);
  });

  it.each(['10.0.0.0/33', '10.0.0/8', '::/129', 'fe80::%eth0/64', '10.0.0.0/8/8', '10.0.0.0/', 'localhost/8', ''])(
    'takes no network from %j',
    (text) => {
      expect(() => new Networks([text])).toThrow(/network/);
    },
  );
});
