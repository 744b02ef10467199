import { describe, expect, it } from 'vitest';
import { parseAddress } from '../../email/parse-address.js';

describe('parseAddress', () => {
  it.each([
    ['zoe@example.org', 'zoe@example.org'],
    [' zoe@example.org ', 'zoe@example.org'],
    ["Zoe.O'Neil+tag@Example.ORG", "Zoe.O'Neil+tag@example.org"],
    ['info@münchen.example', 'info@xn--mnchen-3ya.example'],
    ['a@sub.example.co.uk', 'a@sub.example.co.uk'],
    [`${'a'.repeat(64)}@example.org`, `${'a'.repeat(64)}@example.org`],
  ])('takes %j', (value, email) => expect(parseAddress(value)).toEqual({ email }));

  it.each([
    '',
    ' ',
    'zoe',
    '@example.org',
    'zoe@',
    'zoe@localhost',
    'a@b@example.org',
    'a b@example.org',
    'Zoë <zoe@example.org>',
    '<zoe@example.org>',
    'a@example.org,b@example.org',
    'a@example.org;b@example.org',
    'group: a@example.org;',
    '"quoted name"@example.org',
    'zoë@example.org',
    '.a@example.org',
    'a..b@example.org',
    'a.@example.org',
    'a@example..org',
    'a@-example.org',
    'a@example-.org',
    'a@[127.0.0.1]',
    'a@127.0.0.1',
    'a@0x7f.1',
    'a@exa_mple.org',
    'a@example.org\r\nBcc: x@y.org',
    'a\n@example.org',
    'a@example.org\r',
    'a\0@example.org',
    'a@example.org%0d%0a',
    'a(comment)@example.org',
    'a@example.org/',
    'a@ex ample.org',
    'a@example。org@x',
    `${'a'.repeat(65)}@example.org`,
    `a@${'b'.repeat(64)}.org`,
    `${'a'.repeat(60)}@${`${'b'.repeat(60)}.`.repeat(4)}org`,
  ])('refuses %j', (value) => expect(parseAddress(value)).toHaveProperty('problem'));
});
